"""Belonging to the firm: roles, invitations, leaving and coming back."""

from __future__ import annotations

from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import clock
from crm.base import Base, stored_by_value
from crm.extensions import db
from crm.models.access import Role
from crm.models.calendar_feed import CalendarFeed
from crm.models.company import Company
from crm.models.event import Action, Event, changes_of
from crm.models.session import OneTimeLink

if TYPE_CHECKING:
    from crm.models.user import User


class LastAdministrator(Exception):
    """Without this user nobody could administer the system any more."""


class UserRole(Base):
    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(stored_by_value(Role), primary_key=True)


class Membership:
    """What the firm decides about a user; each decision is recorded."""

    if TYPE_CHECKING:
        deactivated_at: Mapped[datetime | None]

    TRACKED = ("name", "username", "email", "team", "manager", "approval_limit", "language",
               "timezone")  # fmt: skip

    @property
    def is_active(self: User) -> bool:
        return self.deactivated_at is None

    @property
    def roles(self: User) -> set[Role]:
        return {row.role for row in self.role_rows}

    @property
    def is_administrator(self: User) -> bool:
        return Role.ADMINISTRATOR in self.roles

    @property
    def is_last_administrator(self: User) -> bool:
        """Whether nobody else who works here is an administrator."""
        if not (self.is_administrator and self.is_active):
            return False
        others = select(UserRole.user_id).where(
            UserRole.role == Role.ADMINISTRATOR, UserRole.user_id != self.id
        )
        return db.session.scalar(_active_ids().where(_user().id.in_(others)).limit(1)) is None

    def give_roles(self: User, roles: set[Role], *, by: User | None) -> None:
        """Give this user exactly ``roles``; giving the same again changes nothing.

        What they were to decide by a role that they have no more is decided by others.

        :raises LastAdministrator: nobody would be one any more.
        """
        old = self.roles
        if roles == old:
            return
        if Role.ADMINISTRATOR not in roles:
            self._keep_an_administrator()
        self.role_rows = [row for row in self.role_rows if row.role in roles]
        self.role_rows += [UserRole(role=role) for role in sorted(roles - old)]
        changes = {"roles": [", ".join(sorted(old)), ", ".join(sorted(roles))]}
        Event.record(Action.USER_ROLES_CHANGED, self, by=by, changes=changes)
        if lost := old - roles:
            _pressing().hand_on_for_roles(self, lost)

    def deactivate(self: User, *, by: User | None) -> None:
        """End this user's access, and the links that would give it back; what they own stays.

        What they were to decide goes to others.

        :raises LastAdministrator: nobody would be one any more.
        """
        if self.is_active:
            self._keep_an_administrator()
            self.deactivated_at = clock.now()
            OneTimeLink.void_all_of(self)
            CalendarFeed.withdraw(self, by=by)
            Event.record(Action.USER_DEACTIVATED, self, by=by)
            _pressing().hand_on_from(self)

    def reactivate(self: User, *, by: User | None) -> None:
        """Let somebody who left sign in again, with the roles they had."""
        if not self.is_active:
            self.deactivated_at = None
            Event.record(Action.USER_REACTIVATED, self, by=by)

    def note_joined(self: User, *, by: User | None) -> None:
        """Record that this user is new."""
        Event.record(Action.USER_JOINED, self, by=by, name=str(self))

    def note_invited(self: User, *, by: User | None) -> None:
        """Record that this user was given a link to set a password."""
        Event.record(Action.USER_INVITED, self, by=by, name=str(self))

    def note_changes(self: User, *, by: User | None) -> None:
        """Record the pending changes, if there are any; links went to the address of their time."""
        if changes := changes_of(self, self.TRACKED):
            Event.record(Action.USER_CHANGED, self, by=by, changes=changes)
            if changes.get("email", [""])[0]:
                OneTimeLink.void_all_of(self)
                _pressing().mail_anew(self)

    def _keep_an_administrator(self: User) -> None:
        if self.is_administrator:
            Company.hold()  # two administrators could otherwise send each other away at once
            if self.is_last_administrator:
                raise LastAdministrator(self.username)


def _pressing() -> ModuleType:
    from crm.models.approval import pressing

    return pressing


def _user() -> type[User]:
    from crm.models.user import User

    return User


def _active_ids():  # type: ignore[no-untyped-def]
    return select(_user().id).where(_user().deactivated_at.is_(None))
