"""Many deals at once into another stage: when the one they stand in goes out of use.

What is left behind is what ``Deal.move_to`` leaves, deal by deal, in a handful of statements; what
the new stage demands is asked when a deal goes on from there.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Text, case, cast, func, insert, literal, select, update

from crm.base import UTCDateTime
from crm.extensions import db
from crm.models.event import Action, Event
from crm.statements import in_parts

if TYPE_CHECKING:
    from crm.models.pipeline.stage import Stage
    from crm.models.user import User

Conditions = tuple[ColumnElement[bool], ...]


def hold_with_deals(stage_ids: Collection[int]) -> None:
    """Hold these stages and the open deals that stand there until the transaction ends.

    Whoever brings a deal there waits (``hold_in_use``). They hold their deal before they ask for
    the stage, and so it is here: two who hold one each and want the other would wait for ever.
    """
    with db.session.begin_nested() as waiting:
        hold_stages(stage_ids)  # an import may take minutes: no deal is held from others meanwhile
        waiting.rollback()
    hold_deals(stage_ids)
    hold_stages(stage_ids)
    hold_deals(stage_ids)  # those that came in while the stages were waited for


def hold_stages(stage_ids: Collection[int]) -> None:
    """No deal enters these stages until the transaction ends; those that stand there may change."""
    from crm.models.pipeline.stage import Stage

    which = select(Stage.id).where(Stage.id.in_(stage_ids)).order_by(Stage.id)
    db.session.execute(which.with_for_update(key_share=True))


def hold_deals(stage_ids: Collection[int]) -> None:
    """Nobody else changes the open deals that stand there until the transaction ends."""
    from crm.models.deal import Deal

    here = Deal.stage_id.in_(stage_ids), Deal.closed_at.is_(None)
    db.session.execute(select(Deal.id).where(*here).order_by(Deal.id).with_for_update())


def move_all(left: Stage, into: Stage, now: datetime, *, by: User) -> int:
    """Move every open deal that stands in ``left``, those in the trash too; how many there were.

    The caller holds them (``hold_with_deals``).
    """
    from crm.models.deal import Deal
    from crm.models.deal.snooze import Snooze
    from crm.models.expectation import Expectation
    from crm.models.stage_stay import StageStay

    here = Deal.stage_id == left.id, Deal.closed_at.is_(None)
    ids = db.session.scalars(select(Deal.id).where(*here)).all()
    if not ids:
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
    for some in in_parts(ids):  # by what was written a moment ago PostgreSQL finds them slowly
        Expectation.renew(Deal.id.in_(some))
    db.session.expire_all()
    return len(ids)


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
