"""Tasks that a reminder rule made: what they are about, and whether that is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from crm.extensions import db
from crm.models.reminder_rule.firing import ReminderEnough, ReminderFiring

if TYPE_CHECKING:
    from crm.models.task import Task
    from crm.models.user import User


class Ruled:
    """The part of a task that a rule may have made."""

    if TYPE_CHECKING:
        firing: Mapped[ReminderFiring | None]

    # None: somebody wrote it down.
    firing_id: Mapped[int | None] = mapped_column(ForeignKey("reminder_firing.id"), unique=True)

    @property
    def reminded_of(self: Task) -> Any:
        """The customer, contact or deal at which the rule made it; ``None`` if that is gone."""
        return self.firing.reminded_of if self.firing is not None else None

    @classmethod
    def is_by_rule(cls, rule_id: int) -> Any:
        """The condition that the rule with this id made it."""
        made = select(ReminderFiring.id).where(ReminderFiring.rule_id == rule_id)
        return cls.firing_id.in_(made)

    def be_enough(self: Task, *, by: User) -> None:
        """The rule that made it makes no more for its record; of any other nothing changes."""
        if self.firing is not None and (record := self.reminded_of) is not None:
            ReminderEnough.say(self.firing.rule, record, by=by, task_id=self.id)

    def take_back_enough(self: Task, *, by: User) -> None:
        """It is not done after all: what was said with it about its rule does not hold."""
        said = select(ReminderEnough).where(ReminderEnough.task_id == self.id)
        for enough in db.session.scalars(said):
            # Not what the task is about: the visit it was made for may be purged by now.
            enough.take_back(enough.record, by=by)
