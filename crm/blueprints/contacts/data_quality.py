"""Data quality: what the customers lack, by field, owner and team, and what looks wrong."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.hypermedia import render
from crm.models import Customer
from crm.policies import require
from crm.queries.data_quality import LEAST, MOST, SILENCE, quality_of

bp = Blueprint("data_quality", __name__)


@bp.get("/data-quality")
@login_required
def show() -> Response:
    require("oversee", Customer)
    days = min(max(request.args.get("days", SILENCE, type=int), LEAST), MOST)
    return render("contacts/data_quality/show.html", quality=quality_of(current_user, days))
