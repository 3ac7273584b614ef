"""Whom to ring at a customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, func

from crm.extensions import db
from crm.models import Contact, Customer, User


@dataclass(frozen=True)
class Telephone:
    """A number, and who answers."""

    number: str
    name: str


def telephones(customer_ids: Iterable[int | None], user: User) -> dict[int, Telephone]:
    """By customer that ``user`` sees, where to ring first.

    That is the primary contact, then the firm itself, then whoever else has a number.
    """
    number = func.coalesce(Contact.mobile, Contact.phone)
    at_customer = and_(
        Contact.customer_id == Customer.id, Contact.trashed_at.is_(None), Customer.known_to(user)
    )
    rows = db.session.execute(
        Customer.visible_to(user)
        .where(Customer.id.in_({each for each in customer_ids if each is not None}))
        .outerjoin(Contact, at_customer)
        .with_only_columns(
            Customer.id, Customer.phone, Customer.name, Contact.is_primary, number, Contact.name
        )
        .order_by(Contact.is_primary.desc(), Contact.sort_name)
    )
    first: dict[int, Telephone] = {}
    for customer_id, phone, firm, is_primary, own, name in rows:
        known = [(own, name), (phone, firm)] if is_primary else [(phone, firm), (own, name)]
        for each, who in known:
            if each:
                first.setdefault(customer_id, Telephone(each, who))
    return first
