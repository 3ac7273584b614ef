"""Timelines: what happened at a customer, as far as the reader may know."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select

from crm.extensions import db
from crm.models import Customer, Deal, Event, Task, User

SHOWN = 40


def of_customer(customer: Customer, user: User, *, limit: int = SHOWN) -> Sequence[Event]:
    """The latest events at ``customer`` that ``user`` may know of.

    Who looks after the customer knows everything; who sees it only because of an own deal knows
    of the customer itself, of what they did, and of the deals they see.
    """
    events = Event.at_customer(customer.id)
    looks_after = db.session.scalar(
        select(Customer.id).where(
            Customer.id == customer.id, Customer.looked_after_by(user, Customer.id)
        )
    )
    if looks_after is None:
        seen = Deal.visible_to(user).with_only_columns(Deal.id)
        events = events.where(
            or_(
                Event.by_id == user.id,
                Event.deal_id.in_(seen),
                and_(
                    Event.deal_id.is_(None),
                    Event.subject_kind.in_([Customer.__tablename__, "contact"]),
                ),
            )
        )
    return db.session.scalars(events.limit(limit)).all()


def of_deal(deal: Deal, user: User, *, limit: int = SHOWN) -> Sequence[Event]:
    """The latest events of ``deal`` and of what hangs on it, but for tasks ``user`` cannot see."""
    tasks = Task.visible_to(user).where(Task.deal_id == deal.id).with_only_columns(Task.id)
    events = Event.at_deal(deal.id).where(
        or_(Event.subject_kind != Task.__tablename__, Event.subject_id.in_(tasks))
    )
    return db.session.scalars(events.limit(limit)).all()
