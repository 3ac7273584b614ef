"""Events: what happened to a record, by whom, with old and new values.

One row feeds the timeline, the history and the audit, and is at the same time the queue entry
that the worker claims to carry out the consequences (``crm/reactions.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    insert,
    inspect,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, stored_by_value
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.models.event.actions import PARTICULARS, Action
from crm.models.leased import Leased, waiting_index

if TYPE_CHECKING:
    from crm.models.user import User


__all__ = ["PARTICULARS", "Action", "Event", "changes_of"]


class Subject(Protocol):
    """A record that events can be about."""

    id: Any
    __tablename__: str


class Event(Leased, Base):
    __tablename__ = "event"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id"),
        Index(None, "customer_id", "at"),
        Index(None, "deal_id", "at"),
        Index(None, "by_id", "at"),
        waiting_index("event"),
    )

    id: Mapped[Key]
    action: Mapped[Action] = mapped_column(stored_by_value(Action))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    customer_id: Mapped[int | None]
    deal_id: Mapped[int | None]
    particulars: Mapped[dict[str, Any]]

    by: Mapped[User | None] = relationship()

    @classmethod
    def record(
        cls,
        action: Action,
        subject: Subject,
        *,
        by: User | None,
        at: datetime | None = None,
        historic: bool = False,
        **particulars: Any,
    ) -> Event:
        """Write down that ``action`` happened to ``subject``.

        :param by: who did it; ``None`` for the system itself.
        :param historic: it happened before the system knew of it (an import): no consequences.
        :raises ValueError: ``particulars`` are not exactly those the action declares.
        """
        expected = PARTICULARS[action]
        if particulars.keys() != expected:
            raise ValueError(f"{action} carries {sorted(expected)}, not {sorted(particulars)}")
        particulars |= _origin.get()
        event = cls(
            action=action,
            at=at or clock.now(),
            by_id=by.id if by else None,
            particulars=particulars,
            due_at=clock.now(),
            done_at=clock.now() if historic else None,
        )
        waiting = _waiting.get()
        if waiting is not None:
            waiting.append((event, subject))
            return event
        if subject.id is None:
            db.session.flush()  # an event names its subject by id
        event._name(subject)
        db.session.add(event)
        return event

    @staticmethod
    @contextmanager
    def recorded_together() -> Iterator[None]:
        """Inside, events wait until the end, when one flush gives all new subjects their ids.

        Otherwise each new record is flushed for itself, which an import of thousands feels.
        """
        waiting: list[tuple[Event, Subject]] = []
        token = _waiting.set(waiting)
        try:
            yield
        finally:
            _waiting.reset(token)
        db.session.flush()  # an event names its subject by id
        if rows := [event._row_about(subject) for event, subject in waiting]:
            db.session.connection().execute(insert(Event), rows)

    @staticmethod
    @contextmanager
    def coming_from(**origin: str) -> Iterator[None]:
        """Inside, what is recorded says whence it came besides: ``imported`` or ``undone``, a file.

        Further particulars of whatever happens there; who did it and what happened stay the same.
        """
        token = _origin.set(origin)
        try:
            yield
        finally:
            _origin.reset(token)

    @classmethod
    def about(cls, kind: str, record_id: int) -> Select[Event]:
        """What happened to one record, newest first, with who did it."""
        return cls.newest_first().where(cls.subject_kind == kind, cls.subject_id == record_id)

    @classmethod
    def doings_of(cls, user: User) -> Select[Event]:
        """What ``user`` did, the latest first."""
        return cls.newest_first().where(cls.by_id == user.id)

    @classmethod
    def known_to(cls, user: User) -> ColumnElement[bool]:
        """The condition on what happened at a record of ``user``'s: not to tasks they do not see.

        A colleague's task may hang on somebody's deal, and is the colleague's all the same.
        """
        from crm.models.task import Task

        seen = select(Task.id).where(Task.id == cls.subject_id, Task.seen_by(user))
        return or_(cls.subject_kind != Task.__tablename__, seen.exists())

    @classmethod
    def newest_first(cls) -> Select[Event]:
        """All events, newest first, with who did them."""
        return select(cls).options(joinedload(cls.by)).order_by(cls.at.desc(), cls.id.desc())

    def _name(self, subject: Subject) -> None:
        """Say that it happened to ``subject``, which has its id now."""
        self.subject_kind, self.subject_id = subject.__tablename__, subject.id
        if not getattr(subject, "IS_TOLD_ALONE", False):
            self.customer_id, self.deal_id = _id_in(subject, "customer"), _id_in(subject, "deal")

    def _row_about(self, subject: Subject) -> dict[str, Any]:
        """What the table keeps of it."""
        self._name(subject)
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


# What ``Event.coming_from`` says.
_origin: ContextVar[dict[str, str]] = ContextVar("origin", default={})  # noqa: B039  # never changed
# The events that wait inside ``Event.recorded_together``.
_waiting: ContextVar[list[tuple[Event, Subject]] | None] = ContextVar("waiting", default=None)


def changes_of(record: Any, tracked: tuple[str, ...]) -> dict[str, list[str]]:
    """The pending changes of ``record``: field → [old, new] as text; unchanged fields left out.

    A tracked relationship has ``active_history``, else what was not loaded would have no old value.
    """
    changes: dict[str, list[str]] = {}
    for name in tracked:
        history = inspect(record).attrs[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            # Two people, or two options, may be called the same.
            if _text(old) != _text(new) or isinstance(new, Base):
                changes[name] = [_text(old), _text(new)]
    return changes


def _text(value: Any) -> str:
    """``value`` as a history keeps it: what the firm names itself, in both languages."""
    if isinstance(value, Bilingual):
        return value.both
    return "" if value is None else str(value)


def _id_in(subject: Any, noun: str) -> int | None:
    """The id of the customer or deal that ``subject`` is, or hangs on."""
    if subject.__tablename__ == noun:
        return int(subject.id)
    related = getattr(subject, noun, None)
    return int(related.id) if related is not None else None
