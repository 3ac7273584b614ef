"""Today: what to do now."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response
from flask_login import current_user, login_required

from crm.hypermedia import render
from crm.models import Company
from crm.queries.today import today_of

bp = Blueprint("today", __name__)


@bp.get("/")
@login_required
def show() -> Response:
    day = Company.current().today()
    return render(
        "home/today/show.html", "content", today=today_of(current_user),
        tomorrow=day + timedelta(days=1), next_week=day + timedelta(days=7 - day.weekday()),
    )  # fmt: skip
