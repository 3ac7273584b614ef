"""What reminder rules were the cause of, each cause once, and for which records it is enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.reminder_rule import ReminderRule
    from crm.models.user import User


class Fact(NamedTuple):
    """What makes a rule fire: at which record, what happened there, and when."""

    record_kind: str
    record_id: int
    cause: str
    since: datetime


class ReminderFiring(Base):
    """A rule fired at a record for a cause; it does so once.

    The constraint holds whatever number of workers there is, and however often the rule is edited
    or switched off and on.
    """

    __tablename__ = "reminder_firing"
    __table_args__ = (UniqueConstraint("rule_id", "record_kind", "record_id", "cause"),)

    id: Mapped[Key]
    rule_id: Mapped[int] = mapped_column(ForeignKey("reminder_rule.id"))
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    cause: Mapped[str] = mapped_column(String(120))
    # When the cause came about: the last contact, the visit, the day of the date.
    since: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    rule: Mapped[ReminderRule] = relationship()

    @classmethod
    def claim(cls, rule: ReminderRule, facts: Sequence[Fact]) -> dict[Fact, int]:
        """Let ``rule`` fire for those of ``facts`` that it did not fire for: each with its id.

        Of two that claim the same at once, the second waits for the first and gets none of it.
        """
        if not facts:
            return {}
        dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
        rows = [{"rule_id": rule.id, "at": clock.now(), **fact._asdict()} for fact in facts]
        claimed = db.session.execute(
            dialect.insert(cls).values(rows).on_conflict_do_nothing()
            .returning(cls.id, cls.record_kind, cls.record_id, cls.cause)
        ).all()  # fmt: skip
        ids = {tuple(row[1:]): row[0] for row in claimed}
        return {fact: ids[fact[:3]] for fact in facts if fact[:3] in ids}

    @property
    def reminded_of(self) -> Any:
        """The customer, contact or deal that the task is about; ``None`` if that is gone."""
        record = _record(self.record_kind, self.record_id)
        return record.customer if record is not None and self.record_kind == "activity" else record


class ReminderEnough(Base):
    """Somebody said that it is enough: the rule makes no more tasks for this record."""

    __tablename__ = "reminder_enough"
    __table_args__ = (UniqueConstraint("rule_id", "record_kind", "record_id"),)

    id: Mapped[Key]
    rule_id: Mapped[int] = mapped_column(ForeignKey("reminder_rule.id"))
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    # With which task that was said: who reopens it takes it back.
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    rule: Mapped[ReminderRule] = relationship()
    by: Mapped[User] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[ReminderEnough]:
        """What is enough at records that ``user`` sees."""
        seen = (
            and_(
                cls.record_kind == kind,
                cls.record_id.in_(model.visible_to(user).with_only_columns(model.id)),
            )
            for kind, model in _models().items()
            if kind != "activity"
        )
        return select(cls).where(or_(*seen))

    @property
    def record(self) -> Any:
        """The customer, contact or deal that it is about."""
        return _record(self.record_kind, self.record_id)

    @classmethod
    def of(cls, record: Any) -> Sequence[ReminderEnough]:
        """What is enough at ``record``, of rules that were not deleted, the oldest first."""
        from crm.models.reminder_rule import ReminderRule

        said = (
            select(cls)
            .join(cls.rule)
            .where(
                cls.record_kind == record.__tablename__, cls.record_id == record.id,
                ReminderRule.trashed_at.is_(None),
            )
            .options(joinedload(cls.rule), joinedload(cls.by))
            .order_by(cls.id)
        )  # fmt: skip
        return db.session.scalars(said).all()

    @classmethod
    def say(cls, rule: ReminderRule, record: Any, *, by: User, task_id: int | None = None) -> None:
        """From now on ``rule`` is enough at ``record``; said already, nothing changes."""
        name, at = record.__tablename__, record.id
        if db.session.scalar(cls._one(rule.id, name, at)) is None:
            db.session.add(cls(rule=rule, record_kind=name, record_id=at, by=by, task_id=task_id))
            Event.record(Action.REMINDERS_STOPPED, record, by=by, name=rule.name)

    def take_back(self, record: Any, *, by: User) -> None:
        """The rule makes tasks for ``record`` again, for what comes from now on."""
        Event.record(Action.REMINDERS_RESUMED, record, by=by, name=self.rule.name)
        db.session.delete(self)

    @classmethod
    def _one(cls, rule_id: int, kind: str, record_id: int) -> Any:
        return select(cls).where(
            cls.rule_id == rule_id, cls.record_kind == kind, cls.record_id == record_id
        )


def _models() -> dict[str, Any]:
    """What a rule fires at, by table."""
    from crm.models.activity import Activity
    from crm.models.contact import Contact
    from crm.models.customer import Customer
    from crm.models.deal import Deal

    models: Any = (Activity, Contact, Customer, Deal)
    return {model.__tablename__: model for model in models}


def _record(kind: str, record_id: int) -> Any:
    return db.session.get(_models()[kind], record_id)
