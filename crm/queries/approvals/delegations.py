"""Who decides for whom: what people's settings and the inbox say of absences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import Company, Delegation, User


class Away(NamedTuple):
    """For whom somebody decides today, and who decides for them."""

    standing_in: Sequence[Delegation]
    absence: Delegation | None


def delegations_of(user: User) -> Sequence[Delegation]:
    """Those of ``user`` that are not over, the next one first."""
    today = Company.current().today()
    return db.session.scalars(Delegation.of(user).where(Delegation.last >= today)).all()


def away_of(user: User) -> Away:
    """What the inbox of ``user`` says of today."""
    today = Company.current().today()
    standing_in = Delegation.in_force(today).where(Delegation.delegate_id == user.id)
    absence = Delegation.in_force(today).where(Delegation.user_id == user.id)
    return Away(
        db.session.scalars(standing_in.options(joinedload(Delegation.user))).all(),
        db.session.scalar(absence.options(joinedload(Delegation.delegate)).limit(1)),
    )
