"""Deals that stand still: too long in their stage, or with nothing left to do for them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from crm import clock
from crm.extensions import db
from crm.models import Deal, Stage, Task


def to_do() -> Select[int]:
    """The open tasks of a deal, for a condition on deals."""
    return select(Task.id).where(
        Task.deal_id == Deal.id, Task.done_at.is_(None), Task.trashed_at.is_(None)
    )


def stuck(*, alarm: bool = False) -> ColumnElement[bool]:
    """Open, and in its stage for at least the stage's days: the SQL of ``Deal.stagnation``.

    :param alarm: for 1.5 times as long.
    """
    now = clock.now()
    limits = db.session.execute(
        select(Stage.id, Stage.days_to_rot).where(Stage.days_to_rot > 0)
    ).all()
    return and_(
        Deal.closed_at.is_(None),
        or_(
            false(),  # where no stage has a limit
            *(
                and_(
                    Deal.stage_id == stage_id,
                    Deal.stage_since <= now - timedelta(days=-(-days * 3 // 2) if alarm else days),
                )
                for stage_id, days in limits
            ),
        ),
    )
