"""How somebody wants to be told of one kind of things, where it is not as it is by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from crm.base import Base, Key, stored_by_value
from crm.extensions import db
from crm.models.notification.kinds import KINDS, NotificationKind, Way

if TYPE_CHECKING:
    from crm.models.user import User


class NotificationChoice(Base):
    __tablename__ = "notification_choice"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[NotificationKind] = mapped_column(stored_by_value(NotificationKind))
    way: Mapped[Way] = mapped_column(stored_by_value(Way))

    @classmethod
    def ways_of(cls, user: User) -> dict[NotificationKind, Way]:
        """How each kind reaches ``user``."""
        rows = db.session.execute(select(cls.kind, cls.way).where(cls.user_id == user.id))
        chosen = {row.kind: row.way for row in rows}
        return {kind: chosen.get(kind, by_default.way) for kind, by_default in KINDS.items()}

    @classmethod
    def way_of(cls, user: User, kind: NotificationKind) -> Way:
        """How ``kind`` reaches ``user``."""
        return cls.ways_of(user)[kind]

    @classmethod
    def choose(cls, user: User, ways: dict[NotificationKind, Way]) -> None:
        """From now on these kinds reach ``user`` so; what is as by default is not kept."""
        rows = {row.kind: row for row in db.session.scalars(
            select(cls).where(cls.user_id == user.id))}  # fmt: skip
        for kind, way in ways.items():
            row = rows.get(kind)
            if way is KINDS[kind].way:
                if row is not None:
                    db.session.delete(row)
            elif row is None:
                db.session.add(cls(user_id=user.id, kind=kind, way=way))
            else:
                row.way = way
