"""What moved between the stages in the period: from where, to where, how many and for how much."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from statistics import median

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.deals import DealStatus
from crm.filters.deals.history import (
    ELSEWHERE,
    LOST,
    NEW,
    REOPENED,
    WON,
    Move,
    stages,
    steps,
)
from crm.filters.reports import DealReportFilter
from crm.models import Deal, Pipeline, User
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row
from crm.queries.reports.report import Report, Table

DAY = timedelta(days=1)
MEASURES = (
    Measure(_l("Deals"), of=Of.COUNT),
    Measure(_l("Moves")),
    Measure(_l("Value"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Median days before"), Kind.DAYS),
)


@dataclass
class Moved:
    """The moves from one stage to another: whose amounts, and after how long a stay."""

    amounts: dict[int, Decimal] = field(default_factory=dict)
    count: int = 0
    stays: list[Decimal] = field(default_factory=list)


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each way from one stage to another that a deal went, in the stages' order."""
    pipeline = Pipeline.wanted(filter.pipeline)
    found = _moves(filter, user, pipeline)
    order = {id: known.counts_as.position for id, known in stages().items()}
    # New and opened again come before the stages, won, lost and elsewhere after them.
    order |= {NEW: -2, REOPENED: -1, WON: 10**6, LOST: 10**6 + 1, ELSEWHERE: 10**6 + 2}
    deals = filter.deals(status=DealStatus.ALL, pipeline=None, moved_on=filter.period)
    rows = []
    for left, entered in sorted(found, key=lambda ends: (order[ends[0]], order[ends[1]])):
        moved = found[left, entered]
        move = Move.between(left, entered)
        behind = deals.changed(moved=move)
        rows.append(Row(move, move.words(), (
            Figure(len(moved.amounts), behind), Figure(moved.count, behind),
            Figure(sum(moved.amounts.values(), Decimal(0)), behind),
            Figure(median(moved.stays) if moved.stays else None, behind),
        )))  # fmt: skip
    return Table(_("Move"), MEASURES, rows)


def _moves(
    filter: DealReportFilter, user: User, pipeline: Pipeline
) -> dict[tuple[int, int], Moved]:
    """By where it begins and ends: every step in the pipeline, into it and out of it."""
    ours = {id for id, known in stages().items() if known.counts_as.pipeline_id == pipeline.id}
    step = steps(filter.period)
    seen = filter.deals(status=DealStatus.ALL, pipeline=None).narrow(user)
    rows = db.session.execute(
        seen.join(step, step.c.deal_id == Deal.id).with_only_columns(
            Deal.id, Deal.base_amount, step.c.left, step.c.entered, step.c.since, step.c.until
        )
    )
    found: dict[tuple[int, int], Moved] = defaultdict(Moved)
    for id, amount, left, entered, since, until in rows:
        ends = _within(left, entered, ours)
        if ends is None:
            continue
        moved = found[ends]
        moved.count += 1
        moved.amounts[id] = amount or Decimal(0)
        if ends[0] not in (NEW, REOPENED):
            moved.stays.append(Decimal((until - since) // timedelta(seconds=1)) / 86_400)
    return found


def _within(left: int, entered: int, ours: set[int]) -> tuple[int, int] | None:
    """The step as the pipeline sees it: other pipelines are all one; none if it is not in it."""
    if left not in ours and entered not in ours:
        return None
    left, entered = (end if end < 0 or end in ours else ELSEWHERE for end in (left, entered))
    return left, entered


def draw(table: Table) -> Drawing:
    """A bar for each move, as long as so many deals made it; what goes back is amber."""
    scale = scaled(row.figures[0].value for row in table.rows)
    places = {id: known.counts_as.position for id, known in stages().items()}
    bars = []
    for row in sorted(table.rows, key=lambda row: row.figures[0].value or 0, reverse=True):
        left, entered = Move(row.key).ends
        tone = {WON: "green", LOST: "red"}.get(entered or 0, "blue")
        if left in places and entered in places and places[left] > places[entered]:
            tone = "amber"
        deals = row.figures[0]
        before = scale(row.before[0].value) if row.before else None
        bars.append(Bar(
            row.label, MEASURES[0].words(deals.value), [Part(scale(deals.value), tone)],
            deals.list, mark=min(before, Decimal(100)) if before is not None else None,
        ))  # fmt: skip
    says = _("A bar for each move, as long as so many deals made it: green what was won, red what "
             "was lost, amber what went back.")  # fmt: skip
    return Drawing(_("Moves"), says, bars)


REPORT = Report(
    "movement",
    "arrow-right",
    _l("What moves from stage to stage, and after how long?"),
    _l("The deals that made the move in the period, each once, with today's amount; moves count "
       "as often as they were made. The days are those of the stay before the move, the middle "
       "one of all. Moves that were taken back are left out."),
    read,
    draw,
)  # fmt: skip
