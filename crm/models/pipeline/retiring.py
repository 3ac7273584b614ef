"""Many deals at once into another stage: when the one they stand in goes out of use.

What is left behind is what ``Deal.move_to`` leaves, deal by deal, in a handful of statements; what
the new stage demands is asked when a deal goes on from there.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, insert, literal, select, update

from crm import clock
from crm.base import UTCDateTime
from crm.extensions import db
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.pipeline.stage import Stage
    from crm.models.user import User

Conditions = tuple[ColumnElement[bool], ...]


def move_all(left: Stage, into: Stage, *, by: User) -> int:
    """Move every open deal that stands in ``left``, those in the trash too; how many there were."""
    from crm.models.deal import Deal
    from crm.models.deal.snooze import Snooze
    from crm.models.expectation import Expectation
    from crm.models.pipeline.stage import Stage
    from crm.models.stage_stay import StageStay

    now = clock.now()
    # Held, so that no deal enters it meanwhile, and nobody moves one that stands there.
    db.session.execute(select(Stage.id).where(Stage.id == left.id).with_for_update())
    here = Deal.stage_id == left.id, Deal.closed_at.is_(None)
    count = len(db.session.scalars(select(Deal.id).where(*here).with_for_update()).all())
    if not count:
        return 0
    standing = StageStay.left_at.is_(None), StageStay.deal_id.in_(select(Deal.id).where(*here))
    left_at = _not_before(StageStay.entered_at, now)
    _write(update(StageStay).where(*standing).values(left_at=left_at, left_by_id=by.id))
    at = _not_before(Deal.stage_since, now)
    entered = select(Deal.id, literal(into.id), at, literal(by.id)).where(*here)
    names = ["deal_id", "stage_id", "entered_at", "entered_by_id"]
    _write(insert(StageStay).from_select(names, entered))
    _record_moves(left, into, here, now, by)
    snoozed = Snooze.ended_at.is_(None), Snooze.deal_id.in_(select(Deal.id).where(*here))
    _write(update(Snooze).where(*snoozed).values(ended_at=now, ended_by_id=by.id))
    _write(
        update(Deal).where(*here).values(
            stage_id=into.id, pipeline_id=into.pipeline_id, stage_since=at, snoozed_until=None,
            updated_at=now, version=Deal.version + 1,
        )
    )  # fmt: skip
    came = StageStay.stage_id == left.id, StageStay.left_at >= now
    moved = Deal.id.in_(select(StageStay.deal_id).where(*came))
    Expectation.renew(and_(Deal.stage_id == into.id, Deal.stage_since >= now, moved))
    db.session.expire_all()
    return count


def _record_moves(
    left: Stage, into: Stage, here: Conditions, now: datetime, by: User
) -> None:  # fmt: skip
    """An event for each deal that is ``here``; nothing follows from what tidies up."""
    from crm.models.deal import Deal

    within = left.pipeline_id == into.pipeline_id
    said = {
        f"{side}_{language}": (stage.label(language) if within else stage.way(language))
        for side, stage in (("from", left), ("to", into))
        for language in ("zh", "en")
    }
    values: dict[str, Any] = {
        "action": literal(Action.DEAL_MOVED if within else Action.DEAL_REROUTED, Event.action.type),
        "at": _not_before(Deal.stage_since, now), "by_id": literal(by.id),
        "subject_kind": literal(Deal.__tablename__), "subject_id": Deal.id,
        "deal_id": Deal.id, "customer_id": Deal.customer_id,
        "particulars": _json({"name": Deal.name, **said}),
        "due_at": _moment(now), "done_at": _moment(now), "attempts": literal(0),
    }  # fmt: skip
    chosen = select(*values.values()).where(*here)
    _write(insert(Event).from_select(list(values), chosen))


def _json(parts: dict[str, Any]) -> ColumnElement[Any]:
    """A JSON object made by the database."""
    is_sqlite = db.session.get_bind().dialect.name == "sqlite"
    make = func.json_object if is_sqlite else func.json_build_object
    return make(*(cast(part, Text) for pair in parts.items() for part in pair))


def _not_before(entered: Any, now: datetime) -> ColumnElement[Any]:
    """``now``, but no stay ends before it began: imports bring in days to come."""
    return case((entered > now, entered), else_=_moment(now))


def _moment(at: datetime) -> ColumnElement[Any]:
    return literal(at, UTCDateTime())


def _write(statement: Any) -> None:
    # What the session has read of these rows is read anew afterwards.
    db.session.execute(statement, execution_options={"synchronize_session": False})
