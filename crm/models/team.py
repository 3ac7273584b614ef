"""Teams: the firm's departments, a tree with heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key, Name, Versioned
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event, changes_of
from crm.models.named import Named

if TYPE_CHECKING:
    from crm.models.user import User


class Circle(ValueError):
    """A team cannot stand below itself."""


class Team(Named, Versioned, Base):
    __tablename__ = "team"

    TRACKED = ("name", "parent", "head")

    id: Mapped[Key]
    name: Mapped[Name]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    head_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", use_alter=True))
    # "/1/4/": the ids from the root down, so that "this team and those below" is one LIKE.
    path: Mapped[str] = mapped_column(String(400), index=True, default="")

    parent: Mapped[Team | None] = relationship(
        active_history=True, remote_side="Team.id", back_populates="children"
    )
    children: Mapped[list[Team]] = relationship(back_populates="parent", order_by="Team.sort_name")
    # A head is a member: of two new rows that name each other, one is written first.
    head: Mapped[User | None] = relationship(
        active_history=True, foreign_keys=[head_id], post_update=True
    )
    members: Mapped[list[User]] = relationship(
        back_populates="team", foreign_keys="User.team_id", order_by="User.sort_name"
    )

    @classmethod
    def found(cls, name: str, *, parent: Team | None = None, by: User | None = None) -> Team:
        """Make a team below ``parent`` (a root without one).

        :param by: who asked for it; recorded unless the team comes with the whole firm.
        """
        team = cls(name=name, parent=parent)
        db.session.add(team)
        db.session.flush()  # the path needs the id
        team._write_path()
        if by is not None:
            Event.record(Action.TEAM_FOUNDED, team, by=by, name=name)
        return team

    @classmethod
    def called(cls, name: str, *, by: User) -> Team:
        """The team of this name; if there is none, a new one below the firm.

        The firm itself is the team at the top; it is made with the first one, and whoever makes it
        heads it, so that everybody has somebody above them.
        """
        found = db.session.scalar(select(cls).where(cls.name == name).order_by(cls.path).limit(1))
        if found is not None:
            return found
        top = db.session.scalar(
            select(cls).where(cls.parent_id.is_(None)).order_by(cls.id).limit(1)
        )
        if top is None:
            top = cls.found(Company.current().name or name, by=by)
            top.head = by
            by.team = by.team or top
        return top if top.name == name else cls.found(name, parent=top, by=by)

    @classmethod
    def visible_to(cls, user: User) -> Select[Team]:
        """Every team: colleagues know how the firm is divided."""
        return select(cls)

    @classmethod
    def in_order(cls) -> Select[Team]:
        """Every team, each followed by those below it."""
        return select(cls).order_by(cls.path)

    @property
    def depth(self) -> int:
        """How many teams stand above this one."""
        return self.path.count("/") - 2

    @property
    def lineage(self) -> list[int]:
        """The ids from the root down to its own."""
        return [int(id) for id in self.path.strip("/").split("/")]

    @property
    def is_empty(self) -> bool:
        """Whether nothing names it: nobody who belongs to it or did, no team below, nothing that
        is for it, such as a quota, a step of a flow, or an announcement."""
        return not self.members and not self.children and not self._is_named()

    def _is_named(self) -> bool:
        """Whether a row refers to it that does not go with it."""
        naming = [
            select(key.parent.table).where(key.parent == self.id).exists()
            for table in Base.metadata.tables.values()
            for key in table.foreign_keys
            if key.column.table is Team.__table__ and key.ondelete is None
        ]
        return bool(db.session.scalar(select(or_(*naming))))

    def is_within(self, other: Team) -> bool:
        """Whether this is ``other``, or stands somewhere below it."""
        return self.path.startswith(other.path)

    def move_below(self, parent: Team | None) -> None:
        """Put this team, with those below it, under ``parent``.

        :raises Circle: ``parent`` is this team, or stands below it.
        """
        if parent is not None and parent.is_within(self):
            raise Circle(self.name)
        with db.session.no_autoflush:  # what is pending is still to be recorded as changes
            self.parent = parent
            self._write_path()

    def note_changes(self, *, by: User | None) -> None:
        """Record the pending changes, if there are any."""
        if changes := changes_of(self, self.TRACKED):
            Event.record(Action.TEAM_CHANGED, self, by=by, name=self.name, changes=changes)

    def dissolve(self, *, by: User | None) -> None:
        """Take an empty team away.

        :raises ValueError: somebody belongs to it, or a team stands below it.
        """
        if not self.is_empty:
            raise ValueError(f"{self.name} is not empty")
        Event.record(Action.TEAM_DISSOLVED, self, by=by, name=self.name)
        db.session.delete(self)

    def _write_path(self) -> None:
        self.path = f"{self.parent.path if self.parent else '/'}{self.id}/"
        for child in self.children:
            child._write_path()

    def __str__(self) -> str:
        return self.name
