"""The months, quarters and years that the days of a report are told by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Date, and_, case, func, null

from crm.extensions import db
from crm.filters.days import Days
from crm.filters.reports import ReportFilter
from crm.models import Company, Deal, User
from crm.months import first_of_month
from crm.queries.reports.ways import Group, Way

MOST_SPANS = 60


def spans(name: str, title: Any, months: int, moment: Any, narrows: str) -> Way:
    """The months, quarters or years of the report's days, by a day or a moment of a record.

    :param narrows: the days of the list that it is narrowed by.
    """

    def column(filter: ReportFilter, user: User) -> Any:
        return within(spans_of(filter.period, months, moment, user), moment)

    def groups(filter: ReportFilter, user: User, _found: Iterable[Any]) -> list[Group]:
        return [
            Group(str(at), span_words(first, last), frozenset({at}),
                  {narrows: Days.between(first, last)})
            for at, (first, last) in enumerate(spans_of(filter.period, months, moment, user))
        ]  # fmt: skip

    return Way(name, title, column, groups, is_ordered=True, is_timeline=True)


def within(spans: Iterable[tuple[date, date]], moment: Any) -> Any:
    """Which of ``spans``, one after the other, a day or a moment lies in, by its number."""
    before = [(and_(*_until(last, moment)), at) for at, (_first, last) in enumerate(spans)]
    return case(*before) if before else null()


def _until(last: date, moment: Any) -> list[ColumnElement[bool]]:
    days = Days.between(None, last)
    return days.of_day(moment) if _is_day(moment) else days.of_moment(moment)


def _is_day(moment: Any) -> bool:
    """Whether it is a day already, and not a moment in the firm's time zone."""
    return isinstance(moment.type, Date)


def spans_of(days: Days, months: int, moment: Any, user: User) -> list[tuple[date, date]]:
    """The months, or so many together, that ``days`` touch, cut to them.

    Without an end they go from the first ``moment`` that ``user`` sees to today, or to their own
    first day where that is still to come. Where there would be too many, they are longer.
    """
    company = Company.current()
    today = company.today()
    first, last = days.first, days.last or max(days.first or today, today)
    if first is None:
        seen = moment.class_.visible_to(user).with_only_columns(func.min(moment))
        earliest = db.session.scalar(seen.order_by(None))
        if earliest and not _is_day(moment):
            earliest = company.day_of(earliest)
        first = min(earliest, last) if earliest else last
    longest = (last.year - first.year + 1) * 12
    months = next((each for each in (months, 3, 12) if longest / each <= MOST_SPANS), 12)
    found, begin = [], date(first.year, (first.month - 1) // months * months + 1, 1)
    while begin <= last:
        following = first_of_month(begin, months)
        found.append((max(begin, first), min(following - timedelta(days=1), last)))
        begin = following
    return found


def span_words(first: date, last: date) -> str:
    """What a month, a quarter, a year or a part of one is called."""
    following = last + timedelta(days=1)
    months = (following.year - first.year) * 12 + following.month - first.month
    if first.day == following.day == 1 and months in (1, 3, 12):
        if months == 1:
            return f"{first:%Y-%m}"
        quarter = (first.month + 2) // 3
        return f"{first.year}" if months == 12 else f"{first.year} Q{quarter}"
    return Days.between(first, last).words()


CLOSED_IN_QUARTER = spans("quarter", _l("Quarter"), 3, Deal.closed_at, "closed")
CLOSED_IN_MONTH = spans("month", _l("Month"), 1, Deal.closed_at, "closed")
