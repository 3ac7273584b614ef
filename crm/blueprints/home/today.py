"""Today: what to do now."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user, login_required

from crm.forms.at_hand import forms_at_hand
from crm.forms.fields import quick_day
from crm.hypermedia import render
from crm.queries.today import today_of

bp = Blueprint("today", __name__)


@bp.get("/")
@login_required
def show() -> Response:
    return render(
        "home/today/show.html", "content", today=today_of(current_user),
        at_hand=forms_at_hand(), tomorrow=quick_day("tomorrow")[1],
        next_week=quick_day("next_week")[1],
    )  # fmt: skip
