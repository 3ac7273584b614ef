"""The forecast as it stood: what was expected of some days on their eve, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, case, func, null, select

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.days import Days
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.deals.promised import end_of, promised
from crm.filters.reports import DealReportFilter
from crm.models import Company, Deal, Expectation, Outcome, OutcomeKind, User
from crm.queries.forecast import sums
from crm.queries.reports import ways
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row, added_up, behind_first, share
from crm.queries.reports.report import Note, Report, Table
from crm.queries.reports.spans import CLOSED_IN_MONTH, CLOSED_IN_QUARTER, spans_of

MEASURES = (
    Measure(_l("Deals expected"), of=Of.COUNT),
    Measure(_l("Amount then"), Kind.MONEY, is_below=True),
    Measure(_l("Weighted then"), Kind.MONEY),
    Measure(_l("Won of these"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Won in all"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Came of what was expected"), Kind.PERCENT, is_below=True),
    Measure(_l("Still open"), of=Of.COUNT, is_now=True),
)
EXPECTED, _AMOUNT, WEIGHTED, _OF_THESE, CAME, RATE = range(6)


class Stood(NamedTuple):
    """How many deals were expected, for how much, and what came of just these."""

    deals: int = 0
    amount: Decimal = Decimal(0)
    at_chance: Decimal = Decimal(0)  # Σ amount × chance in percent
    won: Decimal = Decimal(0)
    open: int = 0


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each group with a forecast or something won, and all of them together."""
    way, eve = REPORT.way(filter), eve_of(filter.period)
    if eve is None:
        asked = Note(_("Choose days that have a beginning: the forecast is that of their eve."))
        return Table(str(way.title), MEASURES, [], notes=[asked])
    since = _known_since()
    is_known = since is not None and since <= end_of(eve)
    stood = _stood(filter, user, eve)
    came = {
        key: found.amount
        for key, found in sums(_won(filter).narrow(user), way.column(filter, user)).items()
    }
    rows = [
        _row(filter, eve, group.key, group.label, group.narrowed, sum(group.of(came), Decimal(0)),
             added_up(group.of(stood), Stood()) if is_known else None)
        for group in way.groups(filter, user, {*came, *stood})
    ]  # fmt: skip
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[WEIGHTED if is_known else CAME].value or 0,
                  reverse=True)  # fmt: skip
    total = _row(filter, eve, "", _("Total"), {}, sum(came.values(), Decimal(0)),
                 added_up(stood.values(), Stood()) if is_known else None)  # fmt: skip
    return Table(str(way.title), MEASURES, rows, total, _notes(filter, eve, since, is_known))


def eve_of(days: Days) -> date | None:
    """The day before they begin."""
    return days.first - timedelta(days=1) if days.first else None


def _row(
    filter: DealReportFilter, eve: date, key: str, label: str, narrowed: Mapping[str, Any],
    came: Decimal, stood: Stood | None,
) -> Row:  # fmt: skip
    days = narrowed.get("closed", filter.period)
    deals = filter.deals(**{"status": DealStatus.ALL, **narrowed, "closed": None})
    won = deals.changed(status=DealStatus.WON, closed=days)
    expected = {"stood_on": eve, "stood_in": days}
    behind = deals.changed(**expected)
    if stood is None:
        nothing = [Figure(None)] * len(MEASURES)
        return Row(key, label, [*nothing[:CAME], Figure(came, won), *nothing[CAME + 1 :]])
    weighted = cents_of(stood.at_chance / 100)
    return Row(key, label, (
        Figure(stood.deals, behind), Figure(stood.amount, behind), Figure(weighted, behind),
        Figure(stood.won, won.changed(**expected)), Figure(came, won),
        Figure(share(came, weighted)),
        Figure(stood.open, behind.changed(status=DealStatus.OPEN)),
    ))  # fmt: skip


def _won(filter: DealReportFilter) -> DealFilter:
    return filter.deals(status=DealStatus.WON, closed=filter.period)


def _stood(filter: DealReportFilter, user: User, eve: date) -> dict[Any, Stood]:
    """What was expected of the days on their eve; a month has what was expected in it."""
    way = REPORT.way(filter)
    key, came = way.column(filter, user), filter.period.of_moment(Deal.closed_at)
    if way.name in IN_TIME:
        spans = spans_of(filter.period, IN_TIME[way.name], Deal.closed_at, user)
        month = case(*((Expectation.expected_close <= last, at)
                       for at, (_first, last) in enumerate(spans)), else_=null())  # fmt: skip
        key, came = month, [*came, key == month]
    won = and_(Outcome.kind == OutcomeKind.WON, *came)
    deals = filter.deals(status=DealStatus.ALL).narrow(user)
    rows = db.session.execute(
        deals.join(Expectation, Expectation.deal_id == Deal.id)
        .outerjoin(Outcome, Outcome.deal_id == Deal.id)
        .where(*promised(eve, filter.period))
        .with_only_columns(
            key.label("key"),
            func.count(),
            money_sum(Expectation.base_amount),
            money_sum(Expectation.base_amount * Expectation.chance),
            money_sum(case((won, Deal.base_amount))),
            func.count(case((Deal.closed_at.is_(None), 1))),
        )
        .group_by("key")
    )
    return {value: Stood(*found) for value, *found in rows}


def _known_since() -> datetime | None:
    """Since when it is written down what deals promise."""
    return db.session.scalar(select(func.min(Expectation.from_at)))


def _notes(
    filter: DealReportFilter, eve: date, since: datetime | None, is_known: bool
) -> list[Note]:  # fmt: skip
    notes, company = [], Company.current()
    if is_known:
        day = format_date(eve, "medium")
        notes.append(Note(_("The forecast is that of the evening of %(day)s.", day=day)))
    elif since:
        day = format_date(company.day_of(since), "medium")
        notes.append(Note(_("What deals promise is written down since %(day)s: of the days before "
                            "no forecast is known.", day=day)))  # fmt: skip
    if filter.period.last is None or filter.period.last >= company.today():
        notes.append(Note(_("These days are not over: what came is what came so far.")))
    return notes


def draw(table: Table) -> Drawing:
    """Of each row what was won; a mark where the forecast stood."""
    scale = scaled(row.figures[at].value for row in table.rows for at in (WEIGHTED, CAME))
    bars = [
        Bar(
            row.label, _words(row), [Part(scale(row.figures[CAME].value), "green")],
            behind_first(row, CAME, EXPECTED),
            mark=scale(row.figures[WEIGHTED].value) if row.figures[WEIGHTED].value else None,
        )
        for row in table.rows
        if row.figures[WEIGHTED].value or row.figures[CAME].value
    ]  # fmt: skip
    says = _("A bar for each row, as long as what was won; the mark is what was weighted then.")
    return Drawing(_("Forecast as it stood"), says, bars)


def _words(row: Row) -> str:
    rate, came, weighted = (MEASURES[at].words(row.figures[at].value)
                            for at in (RATE, CAME, WEIGHTED))  # fmt: skip
    if row.figures[RATE].value is None:
        return came
    return _("%(rate)s, %(won)s of %(quota)s", rate=rate, won=came, quota=weighted)


# The ways whose rows are so many months each, by their names.
IN_TIME = {CLOSED_IN_MONTH.name: 1, CLOSED_IN_QUARTER.name: 3}
REPORT = Report(
    "forecast_then",
    "history",
    _l("Did come what we expected before the period began?"),
    _l("What the open deals promised on the day before the period: those expected in them, with "
       "amount and probability as they were then. Beside it what was won in the period, of just "
       "these deals and of all. Deals count for their owner, source and team of now."),
    read,
    draw,
    ways=(CLOSED_IN_MONTH, CLOSED_IN_QUARTER, ways.OWNER, ways.TEAM, ways.MANAGER,
          ways.SOURCE),
    usual=Days("this_quarter"),
)  # fmt: skip
