"""How long deals stand in each stage: of those that left it in the period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Subquery, func, select

from crm.extensions import db
from crm.filters.columns import Kind, words
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.deals.history import Move, counts_as, steps
from crm.filters.reports import DealReportFilter
from crm.models import Deal, Pipeline, Stage, StageStay, User
from crm.queries.reports.cycle import lengths
from crm.queries.reports.drawing import Drawing
from crm.queries.reports.figures import Figure, Measure, Of, Row, mean, middle, ninetieth
from crm.queries.reports.report import Report, Table

MEASURES = (
    Measure(_l("Left the stage"), of=Of.COUNT),
    Measure(_l("Median days"), Kind.DAYS),
    Measure(_l("Mean days"), Kind.DAYS),
    Measure(_l("90% within days"), Kind.DAYS),
    Measure(_l("Limit in days"), is_now=True),
)
MEDIAN, NINETIETH = 1, 3


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each stage of the pipeline."""
    stages = db.session.scalars(Stage.in_order(Pipeline.wanted(filter.pipeline)))
    deals = filter.deals(status=DealStatus.ALL, pipeline=None)
    found = _days(deals, user, steps(filter.period))
    rows = []
    for stage in stages:
        behind = deals.changed(moved=Move.between(stage.id, None), moved_on=filter.period)
        days = found.get(stage.id, [])
        rows.append(Row(str(stage.id), words(stage), (
            Figure(len(days), behind), Figure(middle(days), behind), Figure(mean(days), behind),
            Figure(ninetieth(days), behind), Figure(stage.days_to_rot or None),
        )))  # fmt: skip
    return Table(_("Stage"), MEASURES, rows)


def _days(deals: DealFilter, user: User, step: Subquery) -> dict[int, list[Decimal]]:
    """By stage: of each deal that left it, how long it stood there, all its stays together."""
    seen = deals.narrow(user).with_only_columns(Deal.id)
    left = select(step.c.deal_id, step.c.left).where(step.c.left > 0, step.c.deal_id.in_(seen))
    pairs = left.distinct().subquery()
    then = func.lead(StageStay.stage_id).over(
        partition_by=StageStay.deal_id, order_by=(StageStay.entered_at, StageStay.id)
    )
    every = (
        select(StageStay, then.label("then"))
        .where(StageStay.deal_id.in_(select(pairs.c.deal_id)))
        .subquery()
    )
    here: Any = counts_as(every.c.stage_id)
    stays = db.session.execute(
        select(pairs.c.left, pairs.c.deal_id,
               every.c.stage_id, every.c.entered_at, every.c.left_at, every.c.then)
        .join(every, every.c.deal_id == pairs.c.deal_id)
        .where(here == pairs.c.left)
        .order_by(every.c.deal_id, every.c.entered_at, every.c.id)
    )  # fmt: skip
    stood = defaultdict(list)
    for stage_id, deal_id, *stay in stays:
        stood[stage_id, deal_id].append(Stay(*stay))
    found = defaultdict(list)
    for (stage_id, _deal_id), theirs in stood.items():
        found[stage_id].append(days_of(_ended(theirs)))
    return found


class Stay(NamedTuple):
    """A stay in a stage, or in one that was retired into it."""

    stage_id: int
    entered: datetime
    left: datetime | None
    then: int | None  # the stage it went on to


def _ended(stays: Sequence[Stay]) -> timedelta:
    """How long the stays were that have ended; what went on when its stage was retired goes on."""
    length, goes_on = timedelta(0), None
    for stay in reversed(stays):
        if stay.left is None or _led_to(stay, goes_on):
            goes_on = stay
        else:
            length, goes_on = length + stay.left - stay.entered, None
    return length


def _led_to(stay: Stay, following: Stay | None) -> bool:
    """Whether the deal was taken along from one into the other, and did not go out between."""
    return bool(
        following
        and stay.then == following.stage_id != stay.stage_id
        and stay.left == following.entered
    )


def days_of(length: timedelta) -> Decimal:
    """A length of time in days, to the second."""
    return Decimal(length // timedelta(seconds=1)) / 86_400


def draw(table: Table) -> Drawing:
    """How long the middle one of those that left stood there, and nine of ten."""
    return lengths(table, _("Days in the stage"), MEDIAN, NINETIETH)


REPORT = Report(
    "stays",
    "hourglass",
    _l("In which stages do deals stand longest?"),
    _l("Of the deals that left the stage in the period, won and lost ones too: how long they stood "
       "there, all their stays in it together. What still stands there does not count."),
    read,
    draw,
)  # fmt: skip
