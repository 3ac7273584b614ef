"""The forecast against the quota: of each month what was won, and what is still expected in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import case, null

from crm.filters.columns import Kind
from crm.filters.days import Days
from crm.filters.deals import DealStatus
from crm.filters.deals.behind import DealGap
from crm.filters.reports import DealReportFilter
from crm.models import Company, Deal, User
from crm.queries.forecast import Quotas, Sums, sums
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row, added_up, share
from crm.queries.reports.report import Note, Report, Table
from crm.queries.reports.spans import CLOSED_IN_MONTH, CLOSED_IN_QUARTER, span_words, spans_of

# What is open is so now, whatever the days: it is compared with nothing.
MEASURES = (
    Measure(_l("Won"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Still open"), of=Of.COUNT, is_now=True),
    Measure(_l("Open amount"), Kind.MONEY, Of.AMOUNT, is_now=True, is_below=True),
    Measure(_l("Weighted"), Kind.MONEY, Of.WEIGHTED, is_now=True),
    Measure(_l("Forecast"), Kind.MONEY, is_now=True),
    Measure(_l("Forecast of quota"), Kind.PERCENT, is_now=True, is_below=True),
    Measure(_l("Quota"), Kind.MONEY),
    Measure(_l("Gap to the quota"), Kind.MONEY, is_now=True, is_below=True),
)
WON, _DEALS, _AMOUNT, WEIGHTED, FORECAST, RATE, QUOTA = range(7)

Spans = Sequence[tuple[date, date]]


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each month or quarter of the days, and all of them together."""
    way = REPORT.way(filter)
    months = 3 if way is CLOSED_IN_QUARTER else 1
    spans = spans_of(filter.period, months, Deal.closed_at, user)
    if not spans:
        return Table(str(way.title), MEASURES, [])
    won = sums(filter.deals(status=DealStatus.WON, closed=filter.period).narrow(user),
               way.column(filter, user))  # fmt: skip
    to_come = _to_come(spans[0][0], spans[-1][1])
    expected: dict[Any, Sums] = {}
    if to_come:
        expected = sums(filter.deals(expected=to_come).narrow(user), _place(spans))
    quotas = Quotas(filter, user)
    rows = [
        _row(filter, str(at), first, last, won.get(at, Sums()), expected.get(at, Sums()),
             quotas.of(first, last))
        for at, (first, last) in enumerate(spans)
    ]  # fmt: skip
    known = [row.figures[QUOTA].value for row in rows]
    quota = sum(map(Decimal, known), Decimal(0)) if None not in known else None  # type: ignore[arg-type]
    total = _row(
        filter,
        "",
        spans[0][0],
        spans[-1][1],
        added_up(won.values(), Sums()),
        added_up(expected.values(), Sums()),
        quota,
    )
    return Table(str(way.title), MEASURES, rows, total, _notes(filter, user, quotas))


def _row(
    filter: DealReportFilter, key: str, first: date, last: date, won: Sums, expected: Sums,
    quota: Decimal | None,
) -> Row:  # fmt: skip
    days = _to_come(first, last)
    forecast = won.amount + expected.weighted
    open_deals = filter.deals(expected=days) if days else None
    closed = filter.period if not key else Days.between(first, last)
    return Row(key, span_words(first, last) if key else _("Total"), (
        Figure(won.amount, filter.deals(status=DealStatus.WON, closed=closed)),
        *(Figure(value if days else None, open_deals)
          for value in (expected.deals, expected.amount, expected.weighted)),
        Figure(forecast), Figure(share(forecast, quota)), Figure(quota),
        Figure(None if quota is None else max(quota - forecast, Decimal(0))),
    ))  # fmt: skip


def _to_come(first: date, last: date) -> Days | None:
    """Those of the days that are not over: what was expected before is overdue."""
    today = Company.current().today()
    return Days.between(max(first, today), last) if last >= today else None


def _place(spans: Spans) -> Any:
    """The number of the span in which a deal is expected to close."""
    return case(*((Deal.expected_close <= last, at) for at, (_first, last) in enumerate(spans)),
                else_=null())  # fmt: skip


def _notes(filter: DealReportFilter, user: User, quotas: Quotas) -> list[Note]:
    """What is in no month, and why there may be no quota."""
    notes = []
    overdue = filter.deals(expected=Days("overdue"))
    undated = filter.deals(missing=(DealGap.EXPECTED_CLOSE,))
    found = sums(filter.deals().narrow(user), case(
        (Deal.expected_close.is_(None), "undated"),
        (Deal.expected_close < Company.current().today(), "overdue"),
        else_="",
    ))  # fmt: skip
    if late := found.get("overdue"):
        notes.append(Note(ngettext(
            "In no month: %(num)d open deal that is overdue, %(amount)s weighted.",
            "In no month: %(num)d open deals that are overdue, %(amount)s weighted.",
            late.deals, amount=MEASURES[WEIGHTED].words(late.weighted),
        ), overdue))  # fmt: skip
    if without := found.get("undated"):
        notes.append(Note(ngettext(
            "In no month: %(num)d open deal without a day, %(amount)s weighted.",
            "In no month: %(num)d open deals without a day, %(amount)s weighted.",
            without.deals, amount=MEASURES[WEIGHTED].words(without.weighted),
        ), undated))  # fmt: skip
    if quotas.holder is None:
        notes.append(Note(_("A quota stands beside the deals of one person, one team or everybody, "
                            "narrowed by nothing else.")))  # fmt: skip
    return notes


def draw(table: Table) -> Drawing:
    """Of each month what was won, then what is weighted; a mark where the quota stands."""
    scale = scaled(row.figures[at].value for row in table.rows for at in (FORECAST, QUOTA))
    bars = [
        Bar(
            row.label, _words(row),
            [Part(scale(row.figures[WON].value), "green"),
             Part(scale(row.figures[WEIGHTED].value), "blue", scale(row.figures[WON].value))],
            mark=scale(row.figures[QUOTA].value) if row.figures[QUOTA].value else None,
        )
        for row in table.rows
        if row.figures[FORECAST].value or row.figures[QUOTA].value
    ]  # fmt: skip
    says = _("A bar for each row: what was won, then what is weighted to come; the mark is the "
             "quota.")  # fmt: skip
    return Drawing(_("Forecast against quota"), says, bars)


def _words(row: Row) -> str:
    forecast, quota, rate = (MEASURES[at].words(row.figures[at].value)
                             for at in (FORECAST, QUOTA, RATE))  # fmt: skip
    if row.figures[QUOTA].value is None:
        return forecast
    return _("%(rate)s, %(won)s of %(quota)s", rate=rate, won=forecast, quota=quota)


REPORT = Report(
    "forecast",
    "calendar",
    _l("What will each month bring, and is it enough for the quota?"),
    _l("Forecast of a month: won in it, and amount × probability of the open deals expected in it. "
       "What is overdue or has no day is in no month. Gap: the quota less the forecast. Each deal "
       "counts whole for its owner."),
    read,
    draw,
    ways=(CLOSED_IN_MONTH, CLOSED_IN_QUARTER),
    usual=Days("this_year"),
)  # fmt: skip
