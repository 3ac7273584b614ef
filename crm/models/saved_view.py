"""Saved views: what a list shows, in which order and with which columns, under a name."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Select, String, and_, or_, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm.base import Base, Key, Label, Timestamped, stored_by_value

if TYPE_CHECKING:
    from crm.models.user import User


class Sharing(StrEnum):
    """Who else finds a view above the list."""

    NOBODY = "nobody"
    TEAM = "team"
    EVERYONE = "everyone"


class SavedView(Timestamped, Base):
    """A name for a list's address: who opens it sees what they themselves may see."""

    __tablename__ = "saved_view"
    __table_args__ = (Index(None, "list", "owner_id"),)

    id: Mapped[Key]
    list: Mapped[str] = mapped_column(String(40))
    name: Mapped[Label]
    # The query arguments of the list's address, as its filter prints them.
    query: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    shared_with: Mapped[Sharing] = mapped_column(stored_by_value(Sharing), default=Sharing.NOBODY)

    owner: Mapped[User] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[SavedView]:
        """One's own, those shared with everyone, and those of one's team and the teams above it."""
        from crm.models.user import User as Owner

        own = cls.owner_id == user.id
        shared = cls.shared_with == Sharing.EVERYONE
        if user.team is not None:
            owners = select(Owner.id).where(Owner.team_id.in_(user.team.lineage))
            shared = or_(shared, and_(cls.shared_with == Sharing.TEAM, cls.owner_id.in_(owners)))
        return select(cls).where(or_(own, shared))

    @classmethod
    def above(cls, which: str, user: User) -> Select[SavedView]:
        """The views that stand above the list ``which``: one's own first, each in order of age."""
        return (
            cls.visible_to(user)
            .where(cls.list == which)
            .options(joinedload(cls.owner))
            .order_by((cls.owner_id == user.id).desc(), cls.id)
        )

    def __str__(self) -> str:
        return self.name
