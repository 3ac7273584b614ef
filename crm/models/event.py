"""Events: what happened to a record, by whom, with old and new values.

One row feeds the timeline, the history and the audit, and is at the same time the queue entry
that the worker claims to carry out the consequences (``crm/reactions.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
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
from crm.models.leased import Leased, waiting_index

if TYPE_CHECKING:
    from crm.models.user import User


class Action(StrEnum):
    """Everything that is recorded; ``PARTICULARS`` says what each one carries."""

    CUSTOMER_CREATED = "customer:created"
    CUSTOMER_CHANGED = "customer:changed"
    CUSTOMER_TRASHED = "customer:trashed"
    CUSTOMER_RESTORED = "customer:restored"
    CUSTOMER_CLAIMED = "customer:claimed"
    CUSTOMER_RELEASED = "customer:released"
    CUSTOMER_TAKEN_BACK = "customer:taken_back"
    CUSTOMER_MERGED = "customer:merged"
    CUSTOMER_MERGE_UNDONE = "customer:merge_undone"
    CONTACT_CREATED = "contact:created"
    CONTACT_CHANGED = "contact:changed"
    CONTACT_MOVED = "contact:moved"
    CONTACT_TRASHED = "contact:trashed"
    CONTACT_RESTORED = "contact:restored"
    ACTIVITY_LOGGED = "activity:logged"
    ACTIVITY_CHANGED = "activity:changed"
    ACTIVITY_CORRECTED = "activity:corrected"
    ACTIVITY_TRASHED = "activity:trashed"
    ACTIVITY_RESTORED = "activity:restored"
    FILE_ADDED = "file:added"
    FILE_TRASHED = "file:trashed"
    FILE_RESTORED = "file:restored"
    DEAL_CREATED = "deal:created"
    DEAL_CHANGED = "deal:changed"
    DEAL_MOVED = "deal:moved"
    DEAL_WON = "deal:won"
    DEAL_LOST = "deal:lost"
    DEAL_REOPENED = "deal:reopened"
    DEAL_TRASHED = "deal:trashed"
    DEAL_RESTORED = "deal:restored"
    TASK_CREATED = "task:created"
    TASK_CHANGED = "task:changed"
    TASK_COMPLETED = "task:completed"
    TASK_REOPENED = "task:reopened"
    TASK_TRASHED = "task:trashed"
    TASK_RESTORED = "task:restored"
    CLAIM_CREATED = "claim:created"
    CLAIM_CHANGED = "claim:changed"
    CLAIM_SUBMITTED = "claim:submitted"
    CLAIM_WITHDRAWN = "claim:withdrawn"
    CLAIM_APPROVED = "claim:approved"
    CLAIM_REJECTED = "claim:rejected"
    CLAIM_PAID = "claim:paid"
    CLAIM_TRASHED = "claim:trashed"
    CLAIM_RESTORED = "claim:restored"
    LINK_REFUSED = "approval_link:refused"
    USER_SIGNED_IN = "user:signed_in"
    USER_PASSWORD_CHANGED = "user:password_changed"  # noqa: S105
    USER_JOINED = "user:joined"
    USER_INVITED = "user:invited"
    USER_CHANGED = "user:changed"
    USER_ROLES_CHANGED = "user:roles_changed"
    USER_DEACTIVATED = "user:deactivated"
    USER_REACTIVATED = "user:reactivated"
    USER_SESSION_ENDED = "user:session_ended"
    TEAM_FOUNDED = "team:founded"
    TEAM_CHANGED = "team:changed"
    TEAM_DISSOLVED = "team:dissolved"
    COMPANY_CHANGED = "company:changed"
    COMPANY_SET_UP = "company:set_up"
    STAGES_CHANGED = "pipeline:changed"
    OPTIONS_CHANGED = "option:changed"
    FIELD_CREATED = "custom_field:created"
    FIELD_CHANGED = "custom_field:changed"
    RATE_ENTERED = "exchange_rate:entered"
    IMPORT_FINISHED = "import:finished"
    IMPORT_UNDONE = "import:undone"
    EXPORT_MADE = "export:made"
    TRASH_PURGED = "trash:purged"


_CHANGES = frozenset({"changes"})
_NAME = frozenset({"name"})
_DECISION = frozenset({"amount", "currency", "comment", "by_link"})

PARTICULARS: dict[Action, frozenset[str]] = {
    Action.CUSTOMER_CREATED: _NAME,
    Action.CUSTOMER_CHANGED: _CHANGES,
    Action.CUSTOMER_TRASHED: _NAME,
    Action.CUSTOMER_RESTORED: _NAME,
    Action.CUSTOMER_CLAIMED: _NAME,
    Action.CUSTOMER_RELEASED: frozenset({"owner", "silent_days"}),
    Action.CUSTOMER_TAKEN_BACK: frozenset({"owner"}),
    Action.CUSTOMER_MERGED: frozenset({"winner", "loser", "other"}),
    Action.CUSTOMER_MERGE_UNDONE: frozenset({"winner", "loser"}),
    Action.CONTACT_CREATED: _NAME,
    Action.CONTACT_CHANGED: _CHANGES | _NAME,
    Action.CONTACT_MOVED: _NAME | {"left", "entered"},
    Action.CONTACT_TRASHED: _NAME,
    Action.CONTACT_RESTORED: _NAME,
    Action.ACTIVITY_LOGGED: frozenset({"kind", "kind_zh", "kind_en", "summary", "contact"}),
    Action.ACTIVITY_CHANGED: _CHANGES,
    Action.ACTIVITY_CORRECTED: _NAME | _CHANGES,
    Action.ACTIVITY_TRASHED: _NAME,
    Action.ACTIVITY_RESTORED: _NAME,
    Action.FILE_ADDED: frozenset({"names", "ids"}),
    Action.FILE_TRASHED: _NAME,
    Action.FILE_RESTORED: _NAME,
    Action.DEAL_CREATED: _NAME,
    Action.DEAL_CHANGED: _CHANGES | _NAME,
    Action.DEAL_MOVED: _NAME | {"from_zh", "from_en", "to_zh", "to_en"},
    Action.DEAL_WON: _NAME | {"amount", "currency"},
    Action.DEAL_LOST: _NAME | {"reason_zh", "reason_en", "competitor", "note"},
    Action.DEAL_REOPENED: _NAME | {"outcome"},
    Action.DEAL_TRASHED: _NAME,
    Action.DEAL_RESTORED: _NAME,
    Action.TASK_CREATED: _NAME,
    Action.TASK_CHANGED: _CHANGES | _NAME,
    Action.TASK_COMPLETED: _NAME,
    Action.TASK_REOPENED: _NAME,
    Action.TASK_TRASHED: _NAME,
    Action.TASK_RESTORED: _NAME,
    Action.CLAIM_CREATED: _NAME,
    Action.CLAIM_CHANGED: _CHANGES,
    Action.CLAIM_SUBMITTED: frozenset({"amount", "currency", "approver"}),
    Action.CLAIM_WITHDRAWN: frozenset(),
    Action.CLAIM_APPROVED: _DECISION,
    Action.CLAIM_REJECTED: _DECISION,
    Action.CLAIM_PAID: frozenset({"amount", "currency", "reference"}),
    Action.CLAIM_TRASHED: _NAME,
    Action.CLAIM_RESTORED: _NAME,
    Action.LINK_REFUSED: frozenset({"approver", "reason"}),
    Action.USER_SIGNED_IN: frozenset({"address", "device"}),
    Action.USER_PASSWORD_CHANGED: frozenset(),
    Action.USER_JOINED: _NAME,
    Action.USER_INVITED: _NAME,
    Action.USER_CHANGED: _CHANGES,
    Action.USER_ROLES_CHANGED: _CHANGES,
    Action.USER_DEACTIVATED: frozenset(),
    Action.USER_REACTIVATED: frozenset(),
    Action.USER_SESSION_ENDED: frozenset({"device"}),
    Action.TEAM_FOUNDED: _NAME,
    Action.TEAM_CHANGED: _CHANGES | _NAME,
    Action.TEAM_DISSOLVED: _NAME,
    Action.COMPANY_CHANGED: _CHANGES,
    Action.COMPANY_SET_UP: frozenset(),
    Action.STAGES_CHANGED: _CHANGES,
    Action.OPTIONS_CHANGED: _CHANGES | {"list"},
    Action.FIELD_CREATED: _NAME,
    Action.FIELD_CHANGED: _CHANGES | _NAME,
    Action.RATE_ENTERED: frozenset({"currency", "day", "rate"}),
    Action.IMPORT_FINISHED: frozenset({"noun", "file", "created", "updated"}),
    Action.TRASH_PURGED: _NAME | {"noun"},
    Action.IMPORT_UNDONE: frozenset({"noun", "file", "trashed", "restored"}),
    Action.EXPORT_MADE: frozenset({"list", "filter", "format", "count"}),
}


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
