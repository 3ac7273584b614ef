"""The calendar: a month, a week or a day of what has a day."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.calendar import CalendarFilter
from crm.hypermedia import render
from crm.queries.calendar import calendar
from crm.reported_days import Stretch

bp = Blueprint("calendar", __name__)


@bp.get("/calendar")
@login_required
def show() -> Response:
    filter = CalendarFilter.parse(request.args)
    return render(
        "calendar/calendar/show.html", "listing", at=filter.url(), filter=filter,
        calendar=calendar(filter, current_user), stretches=list(Stretch),
    )  # fmt: skip
