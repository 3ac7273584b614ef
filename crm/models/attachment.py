"""Attachments: the files of a record, stored once under the hash of their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Digest, Key, Timestamped

if TYPE_CHECKING:
    from crm.models.user import User


class Attachment(Timestamped, Base):
    __tablename__ = "attachment"
    __table_args__ = (Index(None, "record_kind", "record_id"),)

    id: Mapped[Key]
    record_kind: Mapped[str] = mapped_column(String(40), default="expense_item")
    record_id: Mapped[int]
    # SHA-256 of the stored bytes; also the name of the file (crm/files.py).
    digest: Mapped[Digest]
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    uploaded_by: Mapped[User] = relationship()

    @classmethod
    def of(cls, kind: str, record_id: int) -> Select[Attachment]:
        """The files of one record."""
        return select(cls).where(cls.record_kind == kind, cls.record_id == record_id)

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")
