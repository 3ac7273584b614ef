"""By which way deals came to where they are: began, reached a stage, went from one to another.

What reports count of stays and what lists show of it are the same conditions. A stage that was
retired counts as the one that it went into.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    case,
    false,
    func,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from crm.extensions import db
from crm.filters import facets
from crm.filters.columns import words
from crm.filters.days import Days
from crm.filters.facets import Facet, of_people
from crm.models import (
    Action,
    Deal,
    Event,
    Outcome,
    OutcomeKind,
    Pipeline,
    Stage,
    StageStay,
    User,
)
from crm.once import once_a_request

if TYPE_CHECKING:
    from crm.filters.deals import DealFilter

# Where a move begins or ends if it is no stage; as numbers, no stage has them.
NEW, REOPENED, ELSEWHERE, WON, LOST, STAGE = -1, -2, -3, -4, -5, -6
ENDS = {"new": NEW, "reopened": REOPENED, "elsewhere": ELSEWHERE, "won": WON, "lost": LOST,
        "stage": STAGE}  # fmt: skip
END_WORDS = {
    "new": _l("New"), "reopened": _l("Opened again"), "elsewhere": _l("Another pipeline"),
    "won": _l("Won"), "lost": _l("Lost"), "stage": _l("a stage"),
}  # fmt: skip
ENDS_IN_WORDS = {number: name for name, number in ENDS.items()}


class Move(str):
    """``3-5``: from a stage to another; ``new-3``, ``3-won``; ``3-`` to wherever.

    ``stage-stage``: any move that neither begins nor closes a deal.
    """

    def __new__(cls, written: str) -> Move:
        left, dash, entered = written.partition("-")
        ends = [end for end in (left, entered) if end]
        if not dash or not ends or not all(end in ENDS or _is_id(end) for end in ends):
            raise ValueError(written)
        return super().__new__(cls, written)

    @classmethod
    def between(cls, left: int | None, entered: int | None) -> Move:
        """The move between two stages, or what stands for one; none: wherever."""
        return cls("-".join("" if end is None else ENDS_IN_WORDS.get(end, str(end))
                            for end in (left, entered)))  # fmt: skip

    @property
    def ends(self) -> tuple[int | None, int | None]:
        """Where it begins and where it ends, as numbers."""
        left, _dash, entered = self.partition("-")
        return _number(left), _number(entered)

    def words(self) -> str:
        """What it is called in the reader's language."""
        left, entered = (end_words(end) if end is not None else "…" for end in self.ends)
        return _("%(left)s → %(entered)s", left=left, entered=entered)


def _number(end: str) -> int | None:
    return int(end) if _is_id(end) else ENDS.get(end)


def _is_id(text: str) -> bool:
    return text.isdecimal() and 0 < int(text) < 2**31


class Known(NamedTuple):
    """A stage as history needs it: which one it counts as, and where that stands."""

    stage: Stage
    counts_as: Stage


def stages() -> dict[int, Known]:
    """Every stage by its id, the retired ones too."""
    return once_a_request("stages with those they count as", _stages)


def _stages() -> dict[int, Known]:
    found = {stage.id: stage for stage in db.session.scalars(select(Stage))}

    def counted(stage: Stage) -> Stage:
        for _step in found:
            if stage.retired_into_id is None:
                break
            stage = found[stage.retired_into_id]
        return stage

    return {id: Known(stage, counted(stage)) for id, stage in found.items()}


def end_words(end: int) -> str:
    """What a stage is called, or what stands for one."""
    if end in ENDS_IN_WORDS:
        return str(END_WORDS[ENDS_IN_WORDS[end]])
    known = stages().get(end)
    return words(known.stage) if known else str(end)


def counts_as(column: Any) -> Any:
    """The id of the stage that the one in ``column`` counts as."""
    retired = {id: each.counts_as.id for id, each in stages().items()
               if each.counts_as.id != id}  # fmt: skip
    return case(retired, value=column, else_=column) if retired else column


def place(column: Any, pipeline_id: int) -> Any:
    """How far the stage in ``column`` stands in the pipeline; of another pipeline's none."""
    places = {id: each.counts_as.position for id, each in stages().items()
              if each.counts_as.pipeline_id == pipeline_id}  # fmt: skip
    return case(places, value=column)


def begun() -> Any:
    """When a deal began: its first stay."""
    stay = select(func.min(StageStay.entered_at)).where(StageStay.deal_id == Deal.id)
    return stay.correlate(Deal).scalar_subquery()


def _began_in() -> Any:
    """The pipeline in which a deal began."""
    first = select(Stage.pipeline_id).join(StageStay, StageStay.stage_id == Stage.id)
    first = first.where(StageStay.deal_id == Deal.id).correlate(Deal)
    return first.order_by(StageStay.entered_at, StageStay.id).limit(1).scalar_subquery()


def furthest(pipeline_id: int) -> Any:
    """How far a deal ever came in the pipeline, whatever became of it."""
    came = select(func.max(place(StageStay.stage_id, pipeline_id)))
    return came.where(StageStay.deal_id == Deal.id).correlate(Deal).scalar_subquery()


def _reached(stage_id: int) -> ColumnElement[bool]:
    """It was won, or came to this stage or further."""
    known = stages().get(stage_id)
    if known is None:
        return Deal.id.is_(None)
    stage = known.counts_as
    won = Deal.outcome.has(Outcome.kind == OutcomeKind.WON)
    return or_(won, furthest(stage.pipeline_id) >= stage.position)


def steps(days: Days | None = None, *, into: int | None = None) -> Subquery:
    """Every step of every deal on these days: from where, to where, and the stay that it ended.

    With ``into``, a stage, only those that entered it: where each came from is not asked for all.
    A deal begins, goes on, is opened again (in the stage that it was closed in), or is closed.
    What a stage's deals did when it was retired into another is no step, also when it is in use
    again.
    """
    stay, before = aliased(StageStay), aliased(StageStay)
    earlier = aliased(StageStay)
    before_id = (
        select(earlier.id)
        .where(
            earlier.deal_id == stay.deal_id,
            tuple_(earlier.entered_at, earlier.id) < tuple_(stay.entered_at, stay.id),
        )
        .order_by(earlier.entered_at.desc(), earlier.id.desc())
        .limit(1)
        .correlate(stay)
        .scalar_subquery()
    )
    again = or_(before.stage_id == stay.stage_id, before.left_at < stay.entered_at)
    left = case((before.id.is_(None), NEW), (again, REOPENED), else_=counts_as(before.stage_id))
    went = (
        select(
            stay.deal_id, left.label("left"), counts_as(stay.stage_id).label("entered"),
            stay.entered_by_id.label("by"), before.entered_at.label("since"),
            before.left_at.label("until"),
        )
        .select_from(stay)
        .outerjoin(before, before.id == before_id)
        .where(or_(before.id.is_(None), not_(_taken_along(before))))
    )  # fmt: skip
    last_id = (
        select(earlier.id)
        .where(earlier.deal_id == Outcome.deal_id)
        .order_by(earlier.entered_at.desc(), earlier.id.desc())
        .limit(1)
        .correlate(Outcome)
        .scalar_subquery()
    )
    closed = select(
        Outcome.deal_id, counts_as(before.stage_id).label("left"),
        case((Outcome.kind == OutcomeKind.WON, WON), else_=LOST).label("entered"),
        Outcome.by_id.label("by"), before.entered_at.label("since"),
        before.left_at.label("until"),
    ).join(before, before.id == last_id)  # fmt: skip
    if days:
        went = went.where(*days.of_moment(stay.entered_at))
        closed = closed.where(*days.of_moment(Outcome.at))
    if into and into > 0:
        same = [id for id, each in stages().items() if each.counts_as.id == into]
        went, closed = went.where(stay.stage_id.in_(same)), closed.where(false())
    found = union_all(went, closed).subquery()
    return select(found).where(found.c.left != found.c.entered).subquery()


def _taken_along(stay: Any) -> ColumnElement[bool]:
    """The condition that a stay ended because its stage went out of use."""
    return or_(false(), *(and_(stay.stage_id == stage_id, stay.left_at == at)
                          for stage_id, at in _retirements()))  # fmt: skip


def _retirements() -> list[tuple[int, datetime]]:
    """Which stages were ever retired, and when."""
    told = select(Event.particulars, Event.at).where(Event.action == Action.STAGE_RETIRED)
    return once_a_request("retirements of stages", lambda: [
        (particulars["stage"], at) for particulars, at in db.session.execute(told)
        if "stage" in particulars
    ])  # fmt: skip


def is_move(step: Subquery, move: Move) -> ColumnElement[bool]:
    """The condition that a step is this move."""
    left, entered = move.ends
    here = next((end for end in (left, entered) if end and end > 0), 0)
    known = stages().get(here)
    near = [id for id, each in stages().items()
            if known and each.counts_as.pipeline_id == known.counts_as.pipeline_id]  # fmt: skip
    return and_(*(
        _is_end(column, end, near)
        for column, end in ((step.c.left, left), (step.c.entered, entered))
        if end is not None
    ))  # fmt: skip


def _is_end(column: Any, end: int, near: list[int]) -> ColumnElement[bool]:
    """The condition that a step begins or ends there; ``near``: the stages of its pipeline."""
    if end == ELSEWHERE:
        return and_(column > 0, column.not_in(near))
    if end == STAGE:  # opened again, it comes from the stage that it was closed in
        return or_(column > 0, column == REOPENED)
    return column == end


FACETS: tuple[Facet, ...] = (
    facets.days("began", _l("Began"), "this_month", "last_month", "this_quarter"),
    facets.led_to("began_in", _l("Began in"), lambda id: _pipeline_words(int(id))),
    facets.led_to("reached", _l("Reached"), lambda id: end_words(int(id))),
    facets.led_to("moved", _l("Moved"), lambda move: Move(move).words()),
    facets.led_to("moved_on", _l("Moved on"), lambda days: Days(days).words()),
    facets.leaders("moved_by", _l("Moved by")),
)


def _pipeline_words(pipeline_id: int) -> str:
    found = db.session.scalars(select(Pipeline).where(Pipeline.id == pipeline_id)).first()
    return words(found) if found else str(pipeline_id)


def went(filter: DealFilter, user: User) -> list[ColumnElement[bool]]:
    """The conditions that a deal went the way that the filter says."""
    conditions: list[ColumnElement[bool]] = []
    if filter.began:
        conditions += filter.began.of_moment(begun())
    if filter.began_in:
        conditions.append(_began_in() == filter.began_in)
    if filter.reached:
        conditions.append(_reached(filter.reached))
    if filter.moved:
        step = steps(filter.moved_on, into=filter.moved.ends[1])
        theirs = of_people(step.c.by, filter.moved_by, user)
        made = select(step.c.deal_id).where(is_move(step, filter.moved), *theirs)
        conditions.append(Deal.id.in_(made))
    return conditions
