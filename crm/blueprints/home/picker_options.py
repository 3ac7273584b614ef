"""What a picker of customers or deals offers while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.pickers import offered
from crm.hypermedia import render

bp = Blueprint("picker_options", __name__)


@bp.get("/<any(customer, deal):noun>-options")
@login_required
def index(noun: str) -> Response:
    typed = request.args.get(request.args.get("field", "q"), "")[:100]
    records = offered(noun, typed, current_user)
    return render("home/picker_options/index.html", "options", records=records, noun=noun)
