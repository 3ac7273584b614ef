"""How often one wins: of the deals that were closed in the period, those that were won."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import case, func

from crm.base import money_sum
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.deals import DealStatus
from crm.filters.deals.behind import DealGap
from crm.filters.reports import DealReportFilter
from crm.models import Deal, Outcome, OutcomeKind, User
from crm.queries.reports import spans, ways
from crm.queries.reports.drawing import Bar, Drawing, Part
from crm.queries.reports.figures import Figure, Measure, Of, Row, added_up, share
from crm.queries.reports.report import Note, Report, Table

MEASURES = (
    Measure(_l("Closed"), of=Of.COUNT),
    Measure(_l("Won"), of=Of.COUNT),
    Measure(_l("Lost"), of=Of.COUNT),
    Measure(_l("Win rate"), Kind.PERCENT),
    Measure(_l("Won amount"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Lost amount"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Win rate by value"), Kind.PERCENT),
)
CLOSED, WON, RATE = 0, 1, 3


class Closed(NamedTuple):
    """How many were won and lost, for how much, and of how many no amount is known."""

    won: int = 0
    lost: int = 0
    gained: Decimal = Decimal(0)
    missed: Decimal = Decimal(0)
    unknown: int = 0


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each group with closed deals, the largest first."""
    way = REPORT.way(filter)
    found = _closed(filter, user, way.column(filter, user))
    rows = [
        _row(filter, group.key, group.label, added_up(group.of(found), Closed()), group.narrowed)
        for group in way.groups(filter, user, found)
    ]
    rows = [row for row in rows if row.figures[0].value or way.is_ordered]
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[0].value or 0, reverse=True)
    whole = added_up(found.values(), Closed())
    notes = way.notes()
    if whole.unknown:
        notes.append(Note(
            ngettext("%(num)d of the closed deals has no amount: it counts, its value does not.",
                     "%(num)d of the closed deals have no amount: they count, their value does "
                     "not.", whole.unknown),
            filter.deals(status=DealStatus.ALL, closed=filter.period, missing=(DealGap.AMOUNT,)),
        ))  # fmt: skip
    total = _row(filter, "", _("Total"), whole, {})
    return Table(str(way.title), MEASURES, rows, total, notes)


def _row(
    filter: DealReportFilter, key: str, label: str, closed: Closed, narrowed: Any
) -> Row:  # fmt: skip
    deals = filter.deals(**{"status": DealStatus.ALL, "closed": filter.period, **narrowed})
    won, lost = (deals.changed(status=status) for status in (DealStatus.WON, DealStatus.LOST))
    return Row(key, label, (
        Figure(closed.won + closed.lost, deals), Figure(closed.won, won),
        Figure(closed.lost, lost), Figure(share(closed.won, closed.won + closed.lost), deals),
        Figure(closed.gained, won), Figure(closed.missed, lost),
        Figure(share(closed.gained, closed.gained + closed.missed), deals),
    ))  # fmt: skip


def _closed(filter: DealReportFilter, user: User, by: Any) -> dict[Any, Closed]:
    chosen = filter.deals(status=DealStatus.ALL, closed=filter.period).narrow(user)
    won, lost = Outcome.kind == OutcomeKind.WON, Outcome.kind == OutcomeKind.LOST
    key = by.label("key")
    rows = db.session.execute(
        chosen.join(Deal.outcome)
        .with_only_columns(
            key,
            func.sum(case((won, 1), else_=0)),
            func.sum(case((lost, 1), else_=0)),
            money_sum(case((won, Deal.base_amount))),
            money_sum(case((lost, Deal.base_amount))),
            func.sum(case((Deal.base_amount.is_(None), 1), else_=0)),
        )
        .group_by(key)
    )
    return {value: Closed(*sums) for value, *sums in rows}


def draw(table: Table) -> Drawing:
    """How often each wins, up to 100 %; a mark where it stood before."""
    bars = []
    for row in table.rows:
        closed, won, rate = (row.figures[at] for at in (CLOSED, WON, RATE))
        if closed.value:
            bars.append(Bar(
                row.label,
                _("%(rate)s, %(won)s of %(closed)s", rate=MEASURES[RATE].words(rate.value),
                  won=MEASURES[WON].words(won.value), closed=MEASURES[CLOSED].words(closed.value)),
                [Part(Decimal(rate.value or 0), "green")], closed.list,
                mark=row.before[RATE].value if row.before else None,
            ))  # fmt: skip
    says = _("A bar for each row, as long as its win rate; the whole width is every deal won.")
    if table.is_compared:
        says += " " + _("The mark shows the win rate of the compared days.")
    return Drawing(_("Win rate"), says, bars)


REPORT = Report(
    "winning",
    "trophy",
    _l("How often do we win, and who or what wins most?"),
    _l("Of the deals closed in the period, how many were won: won ÷ (won + lost). By value the "
       "same with amounts, of those whose amount is known. Deals that were opened again are open."),
    read,
    draw,
    ways=(ways.OWNER, ways.TEAM, ways.MANAGER, ways.SOURCE, ways.PRODUCT, spans.CLOSED_IN_QUARTER,
          spans.CLOSED_IN_MONTH),
)  # fmt: skip
