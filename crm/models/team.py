"""Teams: the firm's departments, a tree with heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key, Name
from crm.extensions import db

if TYPE_CHECKING:
    from crm.models.user import User


class Team(Base):
    __tablename__ = "team"

    id: Mapped[Key]
    name: Mapped[Name]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    head_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", use_alter=True))
    # "/1/4/": the ids from the root down, so that "this team and those below" is one LIKE.
    path: Mapped[str] = mapped_column(String(400), index=True, default="")

    parent: Mapped[Team | None] = relationship(remote_side="Team.id", back_populates="children")
    children: Mapped[list[Team]] = relationship(back_populates="parent", order_by="Team.name")
    head: Mapped[User | None] = relationship(foreign_keys=[head_id])
    members: Mapped[list[User]] = relationship(
        back_populates="team", foreign_keys="User.team_id", order_by="User.name"
    )

    @classmethod
    def found(cls, name: str, *, parent: Team | None = None) -> Team:
        """Make a team below ``parent`` (a root without one)."""
        team = cls(name=name, parent=parent)
        db.session.add(team)
        db.session.flush()  # the path needs the id
        team.path = f"{parent.path if parent else '/'}{team.id}/"
        return team

    @classmethod
    def in_order(cls) -> Select[Team]:
        """Every team, each followed by those below it."""
        return select(cls).order_by(cls.path)

    def __str__(self) -> str:
        return self.name
