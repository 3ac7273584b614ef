"""The daily report: what each rep did on a day, in a week or in a month."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, abort, request, url_for
from flask_login import current_user, login_required

from crm.filters.address import read_day
from crm.hypermedia import go, render
from crm.models import Company
from crm.queries.daily_report import daily_report
from crm.reported_days import ReportedDays, Stretch

bp = Blueprint("daily_reports", __name__)


@bp.get("/daily-reports")
@login_required
def index() -> Response:
    """The report of today; of a day that was typed it leads to the address."""
    day, stretch = Company.current().today(), Stretch.DAY
    with suppress(ValueError):
        stretch = Stretch(request.args.get("stretch", ""))
    with suppress(ValueError):
        day = read_day(request.args.get("day", ""))
    days = ReportedDays.around(stretch, day)
    if not days.can_be_reported:
        days = ReportedDays.around(stretch, Company.current().today())
    return go(url_of(days)) if request.args else _page(days)


@bp.get(f"/daily-reports/<any({', '.join(Stretch)}):stretch>/<day>")
@login_required
def show(stretch: str, day: str) -> Response:
    return _page(days_of(stretch, day))


def days_of(stretch: str, day: str) -> ReportedDays:
    """The days that an address names; 404 where it names none, or no report is made of them."""
    try:
        days = ReportedDays.around(Stretch(stretch), read_day(day))
    except ValueError:
        abort(404)
    if not days.can_be_reported:
        abort(404)
    return days


def url_of(days: ReportedDays) -> str:
    """The address of the report of ``days``."""
    return url_for("daily_reports.show", stretch=days.stretch.value, day=str(days.first))


def _page(days: ReportedDays) -> Response:
    return render(
        "reports/daily_reports/show.html", report=daily_report(days, current_user), days=days,
        today=Company.current().today(), stretches=list(Stretch),
    )  # fmt: skip
