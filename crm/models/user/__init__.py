"""Users: the people who work with the system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email
from flask_login import UserMixin
from sqlalchemy import ForeignKey, Select, String, func, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, Name, Timestamped, Versioned
from crm.extensions import db
from crm.folding import pinyin_of
from crm.models import passwords
from crm.models.access import GRANTS, Noun, Role, Scope
from crm.models.named import Named
from crm.models.user.banking import Banking
from crm.models.user.membership import LastAdministrator, Membership, UserRole

if TYPE_CHECKING:
    from crm.models.team import Team

__all__ = ["LastAdministrator", "User", "UserRole", "is_username", "normalized_email"]

# Names made by the system leave room for a number, within the column's 80.
LONGEST_MADE_USERNAME = 70
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


def is_username(name: str) -> bool:
    """Whether one can sign in with ``name``: small letters a–z, digits, dots, hyphens, underscores.

    It has no ``@``, so that it is never somebody's mail address.
    """
    return _USERNAME.fullmatch(name) is not None


def normalized_email(address: str) -> str:
    """``address`` in lower case; whether the host exists is not asked.

    :raises EmailNotValidError: it is no mail address; the message says why.
    """
    return validate_email(address, check_deliverability=False).normalized.lower()


def is_mail_address(text: str) -> bool:
    """Whether ``text`` can be one; whether its host exists is not asked."""
    try:
        return bool(normalized_email(text))
    except EmailNotValidError:
        return False


class User(Membership, Banking, Named, Versioned, Timestamped, UserMixin, Base):
    __tablename__ = "user"

    id: Mapped[Key]
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[Name]
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    language: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str | None] = mapped_column(String(60))
    theme: Mapped[str | None] = mapped_column(String(5))
    last_seen_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    # Up to this amount, in the base currency, may be approved what climbs up to them
    # (``ApproverKind.CLIMB``); None: whatever it is.
    approval_limit: Mapped[Decimal | None]
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)

    team: Mapped[Team | None] = relationship(
        active_history=True, back_populates="members", foreign_keys=[team_id]
    )
    manager: Mapped[User | None] = relationship(
        active_history=True, remote_side="User.id", foreign_keys=[manager_id]
    )
    role_rows: Mapped[list[UserRole]] = relationship(cascade="all, delete-orphan")

    @classmethod
    def join(
        cls,
        name: str,
        *,
        roles: set[Role],
        username: str | None = None,
        email: str | None = None,
        team: Team | None = None,
        manager: User | None = None,
    ) -> User:
        """Add a user, without a password yet; the user name is made from the name if not given."""
        username = username or cls.free_username(name)
        user = cls(username=username, name=name, email=email, team=team, manager=manager)
        user.role_rows = [UserRole(role=role) for role in sorted(roles)]
        db.session.add(user)
        return user

    @classmethod
    def free_username(cls, name: str) -> str:
        """``Donn Cantrell`` → ``donn.cantrell``, ``王芳`` → ``wangfang``; numbered if taken."""
        letters = re.sub(r"[^a-z0-9]+", ".", pinyin_of(name).lower()).strip(".")
        wanted = letters[:LONGEST_MADE_USERNAME].rstrip(".") or "user"
        taken = set(db.session.scalars(select(cls.username).where(cls.username.startswith(wanted))))
        taken |= {row.username for row in db.session.new if isinstance(row, cls)}
        candidates = (wanted if n == 1 else f"{wanted}{n}" for n in range(1, len(taken) + 2))
        return next(name for name in candidates if name not in taken)

    @classmethod
    def visible_to(cls, user: User) -> Select[User]:
        """Everybody: colleagues know each other."""
        return select(cls)

    @classmethod
    def active(cls, besides: Sequence[int] = ()) -> Select[User]:
        """Those who still work here, and those with these ids, by name."""
        here = or_(cls.deactivated_at.is_(None), cls.id.in_(besides))
        return select(cls).where(here).order_by(cls.sort_name, cls.id)

    @classmethod
    def names_in_use(cls) -> Sequence[str]:
        """The names of all who work here."""
        return db.session.scalars(select(cls.name).where(cls.deactivated_at.is_(None))).all()

    @classmethod
    def shared_names(cls) -> set[str]:
        """The names that several have, those who left among them: their work is still seen."""
        several = select(cls.name).group_by(cls.name).having(func.count() > 1)
        return set(db.session.scalars(several))

    @classmethod
    def with_rights(cls) -> Select[User]:
        """Users loaded with what every permission check reads."""
        return select(cls).options(joinedload(cls.team), joinedload(cls.role_rows))

    @classmethod
    def by_login(cls, login: str) -> User | None:
        """The user who signs in as ``login``: a user name or a mail address, any case."""
        login = login.strip().lower()
        return db.session.scalar(
            select(cls).where((cls.username == login) | (cls.email == login)).limit(1)
        )

    def has_role(self, role: Role) -> bool:
        return role in self.roles

    @property
    def leads(self) -> bool:
        """Whether this user leads others: a manager, or an administrator."""
        return self.has_role(Role.MANAGER) or self.is_administrator

    def sees(self, noun: Noun) -> Scope:
        """How far this user sees ``noun``."""
        return max((GRANTS[role][noun].see for role in self.roles), default=Scope.NONE)

    def changes(self, noun: Noun) -> Scope:
        """How far this user may change ``noun``."""
        return max((GRANTS[role][noun].change for role in self.roles), default=Scope.NONE)

    def exports(self, noun: Noun) -> bool:
        """Whether this user may take what they see of ``noun`` out as a file."""
        return any(GRANTS[role][noun].export for role in self.roles)

    def check_password(self, password: str) -> bool:
        """Whether ``password`` is right; renews a hash made with older parameters."""
        if not passwords.verify(self.password_hash, password):
            return False
        if self.password_hash and passwords.is_outdated(self.password_hash):
            self.password_hash = passwords.hash_of(password)
        return True

    def set_password(self, password: str) -> None:
        """Replace the password.

        :raises passwords.WeakPassword: too short, too long or too common.
        """
        passwords.check_strength(password, self.username, self.name)
        self.password_hash = passwords.hash_of(password)

    def note_seen(self) -> None:
        """Remember when this user was last here; the record's version stays: nobody edited it."""
        db.session.flush()  # somebody new is written first
        db.session.execute(
            update(User)
            .where(User.id == self.id)
            .values(last_seen_at=clock.now(), updated_at=User.updated_at)
            .execution_options(synchronize_session=False)
        )

    def superior(self) -> User | None:
        """Who decides over this user: the manager, else the nearest team head above them."""
        if self.manager and self.manager.is_active:
            return self.manager
        team = self.team
        while team is not None:
            if team.head and team.head.id != self.id and team.head.is_active:
                return team.head
            team = team.parent
        return None

    def __str__(self) -> str:
        return self.name
