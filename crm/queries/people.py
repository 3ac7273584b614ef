"""The people and the teams of the firm, as the settings list them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm import clock
from crm.extensions import db
from crm.folding import pinyin_of
from crm.models import Company, Noun, Role, Team, User, UserRole
from crm.models.access import owned_within


def everybody() -> list[User]:
    """All users with team and roles: those who work here first, by name as a dictionary has it."""
    users = db.session.scalars(
        select(User).options(
            joinedload(User.team).joinedload(Team.head), joinedload(User.manager),
            selectinload(User.role_rows),
        )
    ).all()  # fmt: skip
    return sorted(users, key=lambda user: (not user.is_active, pinyin_of(user.name).casefold()))


def teams_in_order() -> Sequence[Team]:
    """All teams, each followed by those below it, with their heads, members and children."""
    return db.session.scalars(
        Team.in_order().options(
            joinedload(Team.head), selectinload(Team.members), selectinload(Team.children)
        )
    ).all()


def sellers(user: User, *, since: date | None = None) -> Select[User]:
    """Those who sell, as far as ``user`` sees their deals, by name.

    :param since: those who left on that day or later are among them.
    """
    sells = select(UserRole.user_id).where(UserRole.role.in_([Role.REP, Role.MANAGER]))
    here: list[ColumnElement[bool]] = [User.deactivated_at.is_(None)]
    if since:
        here.append(User.deactivated_at >= clock.start_of(since, Company.current().timezone))
    people = select(User).where(or_(*here), User.id.in_(sells))
    reached = owned_within(user, user.sees(Noun.DEALS), User.id)
    return people.where(reached).order_by(User.sort_name, User.id)
