"""Attachments: the files of a record, stored once under the hash of their content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Digest, Key, Timestamped
from crm.extensions import db
from crm.models.event import Action, Event
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.user import User


class Attachment(Trashable, Timestamped, Base):
    """A receipt of a cost, or a file of a customer, a deal, an activity or an announcement."""

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "record_kind", "record_id"), Index(None, "digest"))

    TRASHED, RESTORED = Action.FILE_TRASHED, Action.FILE_RESTORED
    CALLED_BY = "name"

    id: Mapped[Key]
    record_kind: Mapped[str] = mapped_column(String(40), default="expense_item")
    record_id: Mapped[int]
    # SHA-256 of the stored bytes; also the name of the file (crm/files.py).
    digest: Mapped[Digest]
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    uploaded_by: Mapped[User] = relationship(foreign_keys=[uploaded_by_id])

    @classmethod
    def of(cls, kind: str, record_id: int) -> Select[Attachment]:
        """The files of one record, those in the trash left out."""
        return select(cls).where(
            cls.record_kind == kind, cls.record_id == record_id, cls.trashed_at.is_(None)
        )

    @classmethod
    def visible_to(cls, user: User) -> Select[Attachment]:
        """The files ``user`` may see, those in the trash left out."""
        return select(cls).where(cls.trashed_at.is_(None), cls.seen_by(user))

    @classmethod
    def seen_by(cls, user: User) -> ColumnElement[bool]:
        """At a customer looked after, at what else is seen; and what one added.

        Receipts are not among them: they are seen with their claim (blueprints/expenses).
        """
        from crm.models.activity import Activity
        from crm.models.announcement import Announcement
        from crm.models.customer import Customer
        from crm.models.deal import Deal

        def among(model: Any, *also: ColumnElement[bool]) -> Any:
            seen = model.visible_to(user).where(model.id == cls.record_id)
            return and_(
                cls.record_kind == model.__tablename__,
                seen.with_only_columns(model.id).correlate(cls).exists(),
                *also,
            )

        cared_for = Customer.looked_after_by(user, cls.record_id)
        return or_(
            among(Customer, or_(cared_for, cls.uploaded_by_id == user.id)),
            among(Deal),
            among(Activity),
            among(Announcement),
        )

    @classmethod
    def add(cls, record: Any, files: list[Attachment], *, by: User) -> None:
        """Put ``files`` to a customer or a deal; no files change nothing."""
        if not files:
            return
        cls.put_to(record, files)
        Event.record(
            Action.FILE_ADDED, files[0], by=by, names=", ".join(file.name for file in files),
            ids=",".join(str(file.id) for file in files),
        )  # fmt: skip

    @classmethod
    def put_to(cls, record: Any, files: list[Attachment]) -> None:
        """Make ``files`` those of ``record``, which has its id after that."""
        db.session.flush()  # a file names its record by id
        for file in files:
            file.record_kind, file.record_id = record.__tablename__, record.id
            db.session.add(file)
        db.session.flush()  # an event names them by their ids

    def copy(self) -> Attachment:
        """The same file once more, for another record."""
        return Attachment(
            record_kind=self.record_kind, digest=self.digest, name=self.name, size=self.size,
            content_type=self.content_type, uploaded_by=self.uploaded_by,
        )  # fmt: skip

    @property
    def record(self) -> Any:
        """What it hangs on: a customer, a deal, an activity or an announcement."""
        from crm.models.activity import Activity
        from crm.models.announcement import Announcement
        from crm.models.customer import Customer
        from crm.models.deal import Deal

        models = {model.__tablename__: model for model in (Customer, Deal, Activity, Announcement)}
        return db.session.get_one(models[self.record_kind], self.record_id)

    @property
    def customer(self) -> Any:
        """The customer at which its events are told, if there is one."""
        return getattr(self.record, "customer", None)

    @property
    def deal(self) -> Any:
        """The deal at which its events are told, if there is one."""
        return self.record if self.record_kind == "deal" else getattr(self.record, "deal", None)

    @property
    def place(self) -> Any:
        """The record on whose page it stands: the deal or the customer, else what it hangs on."""
        return self.deal or self.customer or self.record

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")

    def __str__(self) -> str:
        return self.name
