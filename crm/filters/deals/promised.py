"""What deals promised on a day of the past: the list behind a forecast as it stood then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from crm import clock
from crm.filters import facets
from crm.filters.days import Days
from crm.filters.facets import Facet
from crm.models import Company, Deal, Expectation

if TYPE_CHECKING:
    from crm.filters.deals import DealFilter

FACETS: tuple[Facet, ...] = (
    facets.led_to("stood_on", _l("In the forecast of"),
                  lambda day: format_date(date.fromisoformat(day), "medium")),
    facets.led_to("stood_in", _l("Expected then"), lambda days: Days(days).words()),
)  # fmt: skip


def end_of(day: date) -> datetime:
    """The moment at which a day of the company is over."""
    return clock.start_of(day + timedelta(days=1), Company.current().timezone)


def promised(day: date, days: Days | None) -> list[ColumnElement[bool]]:
    """The conditions that an expectation stood at the end of ``day``, for one of ``days``."""
    expected = days.of_day(Expectation.expected_close) if days else []
    return [Expectation.in_force(end_of(day)), *expected]


def stood(filter: DealFilter) -> list[ColumnElement[bool]]:
    """The conditions that a deal was open at the end of that day, and expected in those days."""
    if filter.stood_on is None:
        return []
    which = promised(filter.stood_on, filter.stood_in)
    return [Deal.id.in_(select(Expectation.deal_id).where(*which))]
