"""Deals that need somebody: standing still too long, or about to close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case
from sqlalchemy.orm import joinedload

from crm.filters.deals.stagnation import stuck
from crm.models import Company, Deal, Pipeline, User
from crm.queries.beside import last_contacts
from crm.queries.few import Few
from crm.queries.today.length import SHOWN

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Stuck:
    """A deal that stands still, and when it was last spoken about."""

    deal: Deal
    last_contact: datetime | None


def stuck_of(user: User, *, leads: bool) -> Few[Stuck]:
    """One's own deals that stand still, longest first; a leader sees the team's alarms."""
    chosen = _open(user, leads=leads).where(stuck(alarm=leads)).order_by(Deal.stage_since, Deal.id)
    stages = joinedload(Deal.pipeline).selectinload(Pipeline.stages)
    found = Few.of(chosen, *Deal.for_changes(), stages, shown=SHOWN)
    contacts = last_contacts([deal.id for deal in found.rows], user)
    return Few([Stuck(deal, contacts.get(deal.id)) for deal in found.rows], found.total)


def closing_of(user: User, *, leads: bool) -> Few[Deal]:
    """What should close within the week, then what should have, the latest first."""
    today = Company.current().today()
    chosen = _open(user, leads=leads).where(Deal.expected_close <= today + SOON)
    is_past = Deal.expected_close < today
    order = (is_past, case((is_past, None), else_=Deal.expected_close), Deal.expected_close.desc())
    return Few.of(chosen.order_by(*order, Deal.id), *Deal.for_list(), shown=SHOWN)


def _open(user: User, *, leads: bool) -> Select[Any]:
    visible = Deal.visible_to(user).where(Deal.closed_at.is_(None))
    return visible if leads else visible.where(Deal.owner_id == user.id)
