"""Records that are moved to the trash, and can be restored until they are purged from it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from sqlalchemy import ColumnElement, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from crm import clock
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.user import User


class Trashable:
    """A mixin: who trashed the record and when; ``None`` while it is in use.

    A model says which actions are recorded, which field names the record in them (``Named``), and
    with ``seen_by`` who sees it.
    """

    TRASHED: ClassVar[Action]
    RESTORED: ClassVar[Action]
    CALLED_BY: ClassVar[str]

    trashed_at: Mapped[datetime | None]
    trashed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    @declared_attr
    @classmethod
    def trashed_by(cls) -> Mapped[User | None]:
        return relationship("User", foreign_keys=[cls.trashed_by_id])

    @classmethod
    def in_trash(cls) -> ColumnElement[bool]:
        """The condition that a record was trashed, and can be restored."""
        return cls.trashed_at.is_not(None)

    @classmethod
    def trash_of(cls, user: User) -> Select[Self]:
        """What lies in the trash, of what ``user`` may see, newest first."""
        seen = cls.seen_by(user)  # type: ignore[attr-defined]
        return select(cls).where(cls.in_trash(), seen).order_by(cls.trashed_at.desc())

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    def trash(self, *, by: User) -> None:
        """Move to the trash."""
        if not self.is_trashed:
            self.trashed_at, self.trashed_by_id = clock.now(), by.id
            self._record_trash(self.TRASHED, by)

    def restore(self, *, by: User) -> None:
        """Take back from the trash."""
        if self.is_trashed:
            self.trashed_at, self.trashed_by_id = None, None
            self._record_trash(self.RESTORED, by)

    def _record_trash(self, action: Action, by: User) -> None:
        Event.record(action, self, by=by, name=getattr(self, self.CALLED_BY))  # type: ignore[arg-type]
