"""Who takes part in a task besides the one who is to do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ForeignKey, Table, inspect, select
from sqlalchemy.orm import Mapped, declared_attr, relationship

from crm.base import Base

if TYPE_CHECKING:
    from crm.models.task import Task
    from crm.models.user import User

task_participant = Table(
    "task_participant",
    Base.metadata,
    Column("task_id", ForeignKey("task.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True, index=True),
)


class Participating:
    """The part of a task that colleagues take part in: they see it, and need not do it."""

    @declared_attr
    @classmethod
    def participants(cls) -> Mapped[list[User]]:
        return relationship("User", secondary=task_participant, order_by="User.sort_name, User.id")

    @classmethod
    def is_with(cls, user: User) -> Any:
        """The condition that ``user`` takes part."""
        theirs = select(task_participant.c.task_id).where(task_participant.c.user_id == user.id)
        return cls.id.in_(theirs)  # type: ignore[attr-defined]

    def changes_of_participants(self: Task) -> dict[str, list[str]]:
        """Who took part before, and who does now, if that is pending; as ``changes_of``."""
        history = inspect(self).attrs.participants.history
        if not history.has_changes():
            return {}
        self.touch()  # of who takes part another table knows
        before = [*history.unchanged, *history.deleted]
        return {"participants": [_names(before), _names(self.participants)]}


def _names(people: list[User]) -> str:
    return ", ".join(sorted(person.name for person in people))
