"""What stands still now: open deals that are in their stage for longer than its days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func

from crm.base import money_sum
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.deals import DealFilter
from crm.filters.deals.behind import STANDINGS, Standing
from crm.filters.deals.columns import last_contact
from crm.filters.deals.stagnation import stuck
from crm.filters.reports import DealReportFilter
from crm.models import Company, Deal, User
from crm.queries.reports import ways
from crm.queries.reports.drawing import Drawing, layered
from crm.queries.reports.figures import Figure, Measure, Of, Row, share
from crm.queries.reports.report import Report, Table

AMOUNT = _l("Amount")
MEASURES = (
    Measure(_l("Open"), of=Of.COUNT),
    Measure(AMOUNT, Kind.MONEY, Of.AMOUNT, is_below=True),
    Measure(_l("Amber"), of=Of.COUNT, tone="amber"),
    Measure(AMOUNT, Kind.MONEY, Of.AMOUNT, is_below=True),
    Measure(_l("Red"), of=Of.COUNT, tone="red"),
    Measure(AMOUNT, Kind.MONEY, Of.AMOUNT, is_below=True),
    Measure(_l("Stalled of open"), Kind.PERCENT),
    Measure(_l("Longest days")),
    Measure(_l("Longest days without contact")),
)
OPEN, AMBER, RED, STALLED = 0, 2, 4, 6


class Stood(NamedTuple):
    """How many are open, stand still, and stand still long; for how much; since when the oldest.

    ``silent``: since when nobody was in touch about one of them.
    """

    open: int = 0
    open_amount: Decimal = Decimal(0)
    amber: int = 0
    amber_amount: Decimal = Decimal(0)
    red: int = 0
    red_amount: Decimal = Decimal(0)
    since: datetime | None = None
    silent: datetime | None = None


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each group with open deals; of those without an order the most stuck first."""
    way = REPORT.way(filter)
    found = _standing(filter, user, way.column(filter, user))
    rows = [_row(filter, group.key, group.label, together(group.of(found)), group.narrowed)
            for group in way.groups(filter, user, found)]  # fmt: skip
    if not way.is_ordered:
        rows.sort(key=_gravity, reverse=True)
    total = _row(filter, "", _("Total"), together(found.values()), {})
    return Table(str(way.title), MEASURES, rows, total, way.notes())


def _gravity(row: Row) -> tuple[Any, ...]:
    red, amber, opened = (row.figures[at].value or 0 for at in (RED, AMBER, OPEN))
    return red, amber, opened


def _row(filter: DealReportFilter, key: str, label: str, stood: Stood, narrowed: Any) -> Row:
    deals: DealFilter = filter.deals(**narrowed)
    amber, red = (deals.changed(standing=(standing,)) for standing in Standing)
    still = deals.changed(stuck=True)
    return Row(key, label, (
        Figure(stood.open, deals), Figure(stood.open_amount, deals),
        Figure(stood.amber, amber), Figure(stood.amber_amount, amber),
        Figure(stood.red, red), Figure(stood.red_amount, red),
        Figure(share(stood.amber + stood.red, stood.open), still),
        Figure(_days_since(stood.since), still),
        Figure(_days_since(stood.silent), still.changed(sort="last_contact")),
    ))  # fmt: skip


def _days_since(moment: datetime | None) -> int | None:
    company = Company.current()
    return (company.today() - company.day_of(moment)).days if moment else None


def together(found: Iterable[Stood]) -> Stood:
    """Several sums as one, and the oldest of all."""
    *sums, since, silent = zip(Stood(), *found, strict=True)
    oldest = {"since": _oldest(since), "silent": _oldest(silent)}
    return Stood(*map(sum, sums))._replace(**oldest)  # type: ignore[arg-type]


def _oldest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _standing(filter: DealReportFilter, user: User, by: Any) -> dict[Any, Stood]:
    key = by.label("key")
    amber, red = (STANDINGS[standing]() for standing in Standing)
    rows = db.session.execute(
        filter.deals()
        .narrow(user)
        .with_only_columns(
            key, func.count(), money_sum(Deal.base_amount),
            func.sum(case((amber, 1), else_=0)), money_sum(case((amber, Deal.base_amount))),
            func.sum(case((red, 1), else_=0)), money_sum(case((red, Deal.base_amount))),
            func.min(case((stuck(), Deal.stage_since))),
            func.min(case((stuck(), func.coalesce(last_contact(user), Deal.created_at)))),
        )
        .group_by(key)
    )  # fmt: skip
    return {value: Stood(*sums) for value, *sums in rows}


def draw(table: Table) -> Drawing:
    """A bar for each row, as long as so many stand still."""
    says = _("A bar for each row, as long as so many deals are stalled.")
    return layered(table, _("Stalled deals"), says, STALLED, lambda row: _(
        "%(amber)s amber, %(red)s red", amber=MEASURES[AMBER].words(row.figures[AMBER].value),
        red=MEASURES[RED].words(row.figures[RED].value),
    ))  # fmt: skip


REPORT = Report(
    "stuck",
    "hourglass",
    _l("What is stalled, whose is it, and in which stage?"),
    _l("Open deals as they stand now. Amber: in their stage for as many days as the stage allows, "
       "or more; red: for 1.5 times as many. They count from the day they entered the stage. Of "
       "stages that allow any number of days none is stuck, nor is a deal that is snoozed. Without "
       "contact: since the last activity about one of them, or since it was entered."),
    read,
    draw,
    ways=(ways.OWNER, ways.TEAM, ways.MANAGER, ways.STAGE, ways.SOURCE),
    has_days=False,
)  # fmt: skip
