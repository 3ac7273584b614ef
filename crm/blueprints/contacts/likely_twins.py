"""Who is perhaps here already, while a customer or a contact is typed."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.pickers import customer_with_id
from crm.filters.twins import here_already
from crm.forms.twins import typed_in
from crm.hypermedia import render
from crm.models import Customer
from crm.policies import require

bp = Blueprint("likely_twins", __name__)


@bp.get("/likely-twins")
@login_required
def index() -> Response:
    require("create", Customer)
    at = customer_with_id(request.args.get("customer_id", ""), current_user)
    here = here_already(typed_in(request.args, at=at), current_user)
    return render("contacts/likely_twins/index.html", "twins", here=here)
