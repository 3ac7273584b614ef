"""How much each has to do now: open deals by stage, what of it is stuck or left without a task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from crm.base import money_sum
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.deals.stagnation import stuck, to_do
from crm.filters.reports import DealReportFilter
from crm.models import Deal, Stage, User
from crm.queries.reports import ways
from crm.queries.reports.drawing import Drawing, layered
from crm.queries.reports.figures import Figure, Measure, Of, Row, added_up
from crm.queries.reports.report import Report, Table

AMOUNT = _l("Amount")
WHOLE = (
    Measure(_l("Open"), of=Of.COUNT),
    Measure(AMOUNT, Kind.MONEY, Of.AMOUNT, is_below=True),
    Measure(_l("Stalled"), of=Of.COUNT),
    Measure(_l("Without a next task"), of=Of.COUNT),
)


class Held(NamedTuple):
    """How many are held, for how much; how many of them are stalled, or wait for no task."""

    deals: int = 0
    amount: Decimal = Decimal(0)
    stuck: int = 0
    idle: int = 0


Stages = dict[int, Held]  # by the stage's id


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each group, a column for each stage; who has most comes first."""
    way = REPORT.way(filter)
    found = _held(filter, user, way.column(filter, user))
    stages = _stages({id for held in found.values() for id in held})
    rows = [_row(filter, group.key, group.label, together(group.of(found)), stages, group.narrowed)
            for group in way.groups(filter, user, found)]  # fmt: skip
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[-len(WHOLE)].value or 0, reverse=True)
    total = _row(filter, "", _("Total"), together(found.values()), stages, {})
    measures = [
        measure
        for stage, name in stages
        for measure in (
            Measure(name, of=Of.COUNT, tone=stage.colour),
            Measure(AMOUNT, Kind.MONEY, Of.AMOUNT, is_below=True),
        )
    ]
    return Table(str(way.title), [*measures, *WHOLE], rows, total, way.notes())


def _row(
    filter: DealReportFilter, key: str, label: str, held: Stages, stages: list[tuple[Stage, str]],
    narrowed: Any,
) -> Row:  # fmt: skip
    deals = filter.deals(**narrowed)
    figures = []
    for stage, _name in stages:
        here, behind = held.get(stage.id, Held()), deals.changed(stage=(stage.id,))
        figures += [Figure(here.deals, behind), Figure(here.amount, behind)]
    whole = added_up(held.values(), Held())
    return Row(key, label, (
        *figures, Figure(whole.deals, deals), Figure(whole.amount, deals),
        Figure(whole.stuck, deals.changed(stuck=True)),
        Figure(whole.idle, deals.changed(idle=True)),
    ))  # fmt: skip


def together(found: Iterable[Stages]) -> Stages:
    """What several hold, stage by stage."""
    by_stage: dict[int, list[Held]] = defaultdict(list)
    for stages in found:
        for id, held in stages.items():
            by_stage[id].append(held)
    return {id: added_up(held, Held()) for id, held in by_stage.items()}


def _held(filter: DealReportFilter, user: User, by: Any) -> dict[Any, Stages]:
    key = by.label("key")
    rows = db.session.execute(
        filter.deals()
        .narrow(user)
        .with_only_columns(
            key, Deal.stage_id, func.count(), money_sum(Deal.base_amount),
            func.sum(case((stuck(), 1), else_=0)), func.sum(case((~to_do().exists(), 1), else_=0)),
        )
        .group_by(key, Deal.stage_id)
    )  # fmt: skip
    found: dict[Any, Stages] = defaultdict(dict)
    for value, stage_id, *sums in rows:
        found[value][stage_id] = Held(*sums)
    return found


def _stages(held: set[int]) -> list[tuple[Stage, str]]:
    """The stages that deals stand in, and the others in use of their pipelines."""
    near = aliased(Stage)
    pipelines = select(near.pipeline_id).where(near.id.in_(held))
    in_use = and_(Stage.retired_at.is_(None), Stage.pipeline_id.in_(pipelines))
    return ways.stages_in_order(or_(in_use, Stage.id.in_(held)))


def draw(table: Table) -> Drawing:
    """A bar for each row, as long as it has open deals: the stages one after the other."""
    whole = len(table.measures) - len(WHOLE)
    says = _("A bar for each row, as long as it has open deals, coloured by their stages.")
    return layered(table, _("Deals in hand"), says, whole, lambda row: " · ".join(
        table.measures[at].words(row.figures[at].value) for at in (whole, whole + 1)
    ))  # fmt: skip


REPORT = Report(
    "load",
    "square-kanban",
    _l("How much has each of us to do, and in which stages?"),
    _l("Open deals as they stand now, by their owner: how many and for how much in each stage; how "
       "many of them are stalled, and for how many no task is open. Who helps with a deal is not "
       "counted: each deal counts once."),
    read,
    draw,
    ways=(ways.OWNER, ways.TEAM, ways.MANAGER, ways.SOURCE),
    has_days=False,
)  # fmt: skip
