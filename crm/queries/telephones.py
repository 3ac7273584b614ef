"""Whom to ring at a customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_

from crm.extensions import db
from crm.models import Contact, Customer, ReachKind, User


@dataclass(frozen=True)
class Telephone:
    """A number, and who answers."""

    number: str
    name: str


def telephones(customer_ids: Iterable[int | None], user: User) -> dict[int, Telephone]:
    """By customer that ``user`` sees, where to ring first.

    That is the primary contact, then the firm itself, then whoever else has a number.
    """
    at_customer = and_(
        Contact.customer_id == Customer.id, Contact.trashed_at.is_(None), Customer.known_to(user)
    )
    rows = db.session.execute(
        Customer.visible_to(user)
        .where(Customer.id.in_({each for each in customer_ids if each is not None}))
        .outerjoin(Contact, at_customer)
        .with_only_columns(Customer.id, Customer.phone, Customer.name, Contact)
        .order_by(Contact.is_primary.desc(), Contact.sort_name)
    )
    first: dict[int, Telephone] = {}
    for customer_id, phone, firm, contact in rows:
        numbers = contact.reached_by(ReachKind.PHONE) if contact else []
        own = [(number, contact.name) for number in numbers[:1]]
        the_firms = [(phone, firm)] if phone else []
        is_primary = contact is not None and contact.is_primary
        for number, who in own + the_firms if is_primary else the_firms + own:
            first.setdefault(customer_id, Telephone(number, who))
    return first
