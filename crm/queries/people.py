"""The people and the teams of the firm, as the settings list them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm.extensions import db
from crm.folding import pinyin_of
from crm.models import Team, User


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
