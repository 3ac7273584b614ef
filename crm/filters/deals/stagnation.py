"""Deals that stand still: too long in their stage, or with nothing left to do for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from crm import clock
from crm.extensions import db
from crm.models import Company, Deal, Stage, Task
from crm.models.deal.snoozing import alarm_days
from crm.once import once_a_request


def to_do() -> Select[int]:
    """The open tasks of a deal, for a condition on deals."""
    return select(Task.id).where(
        Task.deal_id == Deal.id, Task.done_at.is_(None), Task.trashed_at.is_(None)
    )


def stuck(*, alarm: bool = False) -> ColumnElement[bool]:
    """Open, not snoozed, and in its stage for at least the stage's days: ``Deal.stagnation``.

    :param alarm: for 1.5 times as long.
    """
    limits = once_a_request("limits_of_stages", _limits)
    return and_(
        Deal.closed_at.is_(None),
        ~_may_stand_still(),
        or_(
            false(),  # where no stage has a limit
            *(
                and_(
                    Deal.stage_id == stage_id,
                    Deal.stage_since < _after(alarm_days(days) if alarm else days),
                )
                for stage_id, days in limits
            ),
        ),
    )


def snoozed() -> ColumnElement[bool]:
    """Open, and allowed to stand still through today at least: ``Deal.is_snoozed``."""
    return and_(Deal.closed_at.is_(None), _may_stand_still())


def _limits() -> list[tuple[int, int]]:
    """The stages that have a limit, and after how many days it is reached."""
    limited = select(Stage.id, Stage.days_to_rot).where(Stage.days_to_rot > 0)
    return [(id, days) for id, days in db.session.execute(limited)]


def _may_stand_still() -> ColumnElement[bool]:
    # Never NULL, so that it can be denied.
    until = Deal.snoozed_until
    return and_(until.is_not(None), until >= Company.current().today())


def _after(days: int) -> datetime:
    """What was entered before this moment was entered at least so many days ago."""
    company = Company.current()
    return clock.start_of(company.today() - timedelta(days=days - 1), company.timezone)
