"""Records that are moved to the trash instead of deleted, and can be restored for 30 days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from crm import clock

if TYPE_CHECKING:
    from crm.models.user import User

KEPT = timedelta(days=30)


class Trashable:
    """A mixin: who trashed the record and when; ``None`` while it is in use."""

    trashed_at: Mapped[datetime | None]
    trashed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    @declared_attr
    @classmethod
    def trashed_by(cls) -> Mapped[User | None]:
        return relationship("User", foreign_keys=[cls.trashed_by_id])

    @classmethod
    def in_trash(cls) -> ColumnElement[bool]:
        """The condition that a record was trashed, and can still be restored."""
        return cls.trashed_at > clock.now() - KEPT

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    def _move_to_trash(self, by: User) -> None:
        self.trashed_at = clock.now()
        self.trashed_by_id = by.id

    def _take_from_trash(self) -> None:
        self.trashed_at = None
        self.trashed_by_id = None
