"""What the worker does in the background: its queues, its timetable, and what failed."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import login_required

from crm.hypermedia import render
from crm.models import Company
from crm.policies import require
from crm.queries.health import mail_trouble
from crm.queries.health.work import work
from crm.timetable import TIMETABLE

bp = Blueprint("background", __name__)


@bp.get("/settings/background")
@login_required
def show() -> Response:
    require("edit", Company.current())
    return render(
        "settings/background/show.html",
        work=work(), timetable=TIMETABLE, mail_trouble=mail_trouble(),
    )  # fmt: skip
