"""How far the deals come that began in the period, and what is to be expected of those open now."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import case, func, select

from crm.base import money_sum
from crm.extensions import db
from crm.filters.columns import Kind, words
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.deals.history import counts_as, furthest
from crm.filters.reports import DealReportFilter
from crm.models import Deal, Outcome, OutcomeKind, Pipeline, Stage, StageStay, User
from crm.queries.forecast import Sums, sums
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row, added_up, share
from crm.queries.reports.report import Note, Report, Table

MEASURES = (
    Measure(_l("Reached"), of=Of.COUNT),
    Measure(_l("Value"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Conversion"), Kind.PERCENT),
    Measure(_l("Still there"), of=Of.COUNT),
    Measure(_l("Open now"), of=Of.COUNT, is_now=True),
    Measure(_l("Weighted"), Kind.MONEY, Of.WEIGHTED, is_now=True),
    Measure(_l("Expected from here on"), Kind.MONEY, Of.WEIGHTED, is_now=True),
)
REACHED, GO_ON = 0, 2


class Way(NamedTuple):
    """Deals of one way: how far they came, whether they were won, where they stand if open."""

    place: int
    is_won: bool
    stands_in: int | None
    deals: int
    amount: Decimal


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each stage of the pipeline, and one for what was won."""
    pipeline = Pipeline.wanted(filter.pipeline)
    stages = list(db.session.scalars(Stage.in_order(pipeline)))
    cohort = filter.deals(
        status=DealStatus.ALL, began=filter.period, began_in=pipeline.id, pipeline=None
    )
    found = _ways(cohort, user, pipeline)
    ids = tuple(stage.id for stage in stages)
    standing = sums(filter.deals(pipeline=None, stage=ids).narrow(user), Deal.stage_id)
    reached = [
        [way for way in found if way.is_won or way.place >= stage.position] for stage in stages
    ]
    won = [way for way in found if way.is_won]
    counts = [sum(way.deals for way in ways) for ways in [*reached, won]]
    rows = [
        Row(str(stage.id), words(stage), (
            *_figures(ways, cohort.changed(reached=stage.id), share(following, count)),
            Figure(sum(way.deals for way in found if way.stands_in == stage.id),
                   cohort.changed(status=DealStatus.OPEN, stage=(stage.id,))),
            *_expected(filter, standing, stages, at),
        ))
        for at, (stage, ways, (count, following)) in enumerate(
            zip(stages, reached, pairwise(counts), strict=True)
        )
    ]  # fmt: skip
    rows.append(_won_row(cohort, won))
    return Table(_("Stage"), MEASURES, rows, notes=_notes(cohort, user, counts))


def _figures(ways: Sequence[Way], deals: DealFilter, go_on: Decimal | None) -> tuple[Figure, ...]:
    return (
        Figure(sum(way.deals for way in ways), deals),
        Figure(sum((way.amount for way in ways), Decimal(0)), deals),
        Figure(go_on, deals),
    )


def _won_row(cohort: DealFilter, won: Sequence[Way]) -> Row:
    deals = cohort.changed(status=DealStatus.WON)
    nothing = [Figure(None)] * 4
    return Row("won", _("Won"), (*_figures(won, deals, None), *nothing))


def _expected(
    filter: DealReportFilter, standing: dict[int, Sums], stages: Sequence[Stage], at: int
) -> tuple[Figure, ...]:
    """What stands in the stage now, and what it and the later ones are likely to bring."""
    here = standing.get(stages[at].id, Sums())
    later = added_up((standing.get(stage.id, Sums()) for stage in stages[at:]), Sums())
    deals = filter.deals(pipeline=None, stage=(stages[at].id,))
    return (
        Figure(here.deals, deals),
        Figure(here.weighted, deals),
        Figure(later.weighted, deals.changed(stage=tuple(stage.id for stage in stages[at:]))),
    )  # fmt: skip


def _ways(cohort: DealFilter, user: User, pipeline: Pipeline) -> list[Way]:
    is_won = case((Outcome.kind == OutcomeKind.WON, 1), else_=0)
    deals = (
        cohort.narrow(user)
        .outerjoin(Deal.outcome)
        .with_only_columns(
            func.coalesce(furthest(pipeline.id), -1).label("place"),
            is_won.label("is_won"),
            case((Deal.closed_at.is_(None), counts_as(Deal.stage_id))).label("stands_in"),
            Deal.base_amount,
        )
        .subquery()
    )
    by = deals.c.place, deals.c.is_won, deals.c.stands_in
    rows = db.session.execute(
        select(*by, func.count(), money_sum(deals.c.base_amount)).group_by(*by)
    )
    return [Way(place, bool(won), *rest) for place, won, *rest in rows]


def _notes(cohort: DealFilter, user: User, counts: Sequence[int]) -> list[Note]:
    notes = []
    if counts[0]:
        notes.append(Note(_("Of all that began, %(rate)s were won.",
                            rate=MEASURES[GO_ON].words(share(counts[-1], counts[0])))))  # fmt: skip
    stays = select(func.count(StageStay.id)).where(StageStay.deal_id == Deal.id)
    brought = Deal.external_id.is_not(None), stays.correlate(Deal).scalar_subquery() == 1
    imported = cohort.narrow(user).where(*brought).with_only_columns(Deal.id).subquery()
    if count := db.session.scalar(select(func.count()).select_from(imported)):
        notes.append(Note(ngettext(
            "%(num)d of them came in by an import with one stage alone: of it no more is known.",
            "%(num)d of them came in by an import with one stage alone: of them no more is known.",
            count,
        )))  # fmt: skip
    return notes


def draw(table: Table) -> Drawing:
    """The funnel: as wide as deals reached a stage, drawn around its middle."""
    scale = scaled(row.figures[REACHED].value for row in table.rows)
    bars = []
    for row in table.rows:
        count, go_on = row.figures[REACHED], row.figures[GO_ON].value
        width = scale(count.value)
        says = MEASURES[REACHED].words(count.value)
        if go_on is not None:
            says = _("%(count)s, %(rate)s go on", count=says, rate=MEASURES[GO_ON].words(go_on))
        tone = "green" if row.key == "won" else "blue"
        bars.append(Bar(row.label, says, [Part(width, tone, (100 - width) / 2)], count.list))
    says = _("From the first stage to what was won: a bar as wide as so many deals came there.")
    return Drawing(_("Funnel"), says, bars)


REPORT = Report(
    "funnel",
    "filter",
    _l("How far do deals come, and what are the open ones likely to bring?"),
    _l("Reached: of the deals that began in the period, those that ever stood in the stage or in a "
       "later one, or were won. Conversion: of those, the share that reached the next stage; who "
       "still stands there counts among them. Open now, weighted (amount × chance) and expected "
       "from here on are of all open deals as they stand now, whenever they began."),
    read,
    draw,
)  # fmt: skip
