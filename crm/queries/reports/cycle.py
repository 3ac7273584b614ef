"""How long a sale takes: from the day a deal began to the day it was closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.deals import DealStatus
from crm.filters.deals.history import begun
from crm.filters.reports import DealReportFilter
from crm.models import Company, Deal, Outcome, OutcomeKind, User
from crm.queries.reports import spans, ways
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row, mean, middle, ninetieth
from crm.queries.reports.report import Report, Table

MEASURES = (
    Measure(_l("Won"), of=Of.COUNT),
    Measure(_l("Median days"), Kind.DAYS),
    Measure(_l("Mean days"), Kind.DAYS),
    Measure(_l("90% within days"), Kind.DAYS),
    Measure(_l("Lost"), of=Of.COUNT),
    Measure(_l("Median days when lost"), Kind.DAYS),
)
MEDIAN, NINETIETH = 1, 3


class Way(NamedTuple):
    """How a deal ended, and after how many days."""

    is_won: bool
    days: int


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each group with closed deals, where most were won first."""
    way = REPORT.way(filter)
    found = _closed(filter, user, way.column(filter, user))
    rows = [
        _row(filter, group.key, group.label, together(group.of(found)), group.narrowed)
        for group in way.groups(filter, user, found)
    ]
    rows = [row for row in rows if way.is_ordered or any(figure.value for figure in row.figures)]
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[0].value or 0, reverse=True)
    total = _row(filter, "", _("Total"), together(found.values()), {})
    return Table(str(way.title), MEASURES, rows, total, way.notes())


def _row(filter: DealReportFilter, key: str, label: str, closed: list[Way], narrowed: Any) -> Row:
    won, lost = (
        filter.deals(**{"status": status, "closed": filter.period, **narrowed})
        for status in (DealStatus.WON, DealStatus.LOST)
    )
    of_won = [way.days for way in closed if way.is_won]
    of_lost = [way.days for way in closed if not way.is_won]
    return Row(key, label, (
        Figure(len(of_won), won), Figure(middle(of_won), won), Figure(mean(of_won), won),
        Figure(ninetieth(of_won), won), Figure(len(of_lost), lost), Figure(middle(of_lost), lost),
    ))  # fmt: skip


def together(found: Iterable[list[Way]]) -> list[Way]:
    """What was found of several, as of one."""
    return [way for ways in found for way in ways]


def _closed(filter: DealReportFilter, user: User, by: Any) -> dict[Any, list[Way]]:
    chosen = filter.deals(status=DealStatus.ALL, closed=filter.period).narrow(user)
    rows = db.session.execute(
        chosen.join(Deal.outcome).with_only_columns(by, Outcome.kind, Deal.closed_at, begun())
    )
    day_of = Company.current().day_of
    found = defaultdict(list)
    for key, kind, closed, began in rows:
        days = (day_of(closed) - day_of(began)).days
        found[key].append(Way(kind is OutcomeKind.WON, days))
    return found


def draw(table: Table) -> Drawing:
    """How long the middle one of the won deals took, and within how long nine of ten were won."""
    return lengths(table, _("Days to win"), MEDIAN, NINETIETH)


def lengths(table: Table, title: str, median: int, ninetieth: int) -> Drawing:
    """A bar up to the median, and paler up to the ninetieth of a hundred."""
    measures, rows = table.measures, table.rows
    scale = scaled(row.figures[ninetieth].value for row in rows)
    bars = []
    for row in rows:
        half, most = row.figures[median], row.figures[ninetieth]
        if half.value is None:
            continue
        says = _(
            "%(median)s days, nine of ten within %(most)s",
            median=measures[median].words(half.value),
            most=measures[ninetieth].words(most.value),
        )
        width = scale(most.value)
        parts = [Part(width, "blue soft"), Part(min(scale(half.value), width))]
        before = row.before[median].value if row.before else None
        mark = None if before is None else min(scale(before), Decimal(100))
        bars.append(Bar(row.label, says, parts, half.list, mark=mark))
    says = _("Dark: how many days the middle one of all took; pale: within how many nine of ten "
             "were done.")  # fmt: skip
    return Drawing(title, says, bars)


REPORT = Report(
    "cycle",
    "clock",
    _l("How long does a sale take, from its beginning until it is won?"),
    _l("Days from the day a deal began to the day it was closed, of the deals closed in the "
       "period. Median: half of them took longer; 90% within: nine of ten took no longer. The time "
       "between closing and opening again is not taken off."),
    read,
    draw,
    ways=(ways.OWNER, ways.TEAM, ways.MANAGER, ways.SOURCE, ways.PRODUCT, spans.CLOSED_IN_QUARTER,
          spans.CLOSED_IN_MONTH),
)  # fmt: skip
