"""Duplicates: entries that are perhaps one firm, while one is typed and among those there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_

from crm.extensions import db
from crm.likenesses import LikenessKind
from crm.models import Customer, User
from crm.models.likeness import Likeness

# How many are shown while somebody types, and how many groups on a page.
SHOWN, GROUPS = 5, 30
# A value that more customers share says nothing about any two of them.
LARGEST_GROUP = 20

SURENESS = {kind: place for place, kind in enumerate(LikenessKind)}


@dataclass(frozen=True)
class Likely:
    """A customer that is perhaps the one being typed; ``is_visible``: it may be opened."""

    customer: Customer
    kind: LikenessKind
    is_visible: bool


@dataclass(frozen=True)
class Group:
    """Customers that share ``value``."""

    kind: LikenessKind
    value: str
    customers: Sequence[Customer]


def likely_twins(
    found: Collection[tuple[LikenessKind, str]], user: User, *, besides: int | None = None
) -> list[Likely]:
    """Who shares one of the likenesses ``found``, the surest first.

    Customers that ``user`` may not see are among them: that the firm is taken, and by whom, must be
    known before it is entered twice. Pages show no more than their name and owner.

    :param besides: the id of the customer that is being edited.
    """
    if not found:
        return []
    alike = Likeness.of_customers().subquery()
    rows = db.session.execute(
        select(alike.c.kind, alike.c.customer_id).where(
            tuple_(alike.c.kind, alike.c.value).in_(sorted(found)),
            alike.c.customer_id != (besides or 0),
        )
    ).all()
    surest: dict[int, LikenessKind] = {}
    for kind, customer_id in sorted(rows, key=lambda row: SURENESS[row.kind]):
        surest.setdefault(customer_id, kind)
    ids = list(surest)[:SHOWN]
    customers = {
        customer.id: customer
        for customer in db.session.scalars(
            select(Customer).where(Customer.id.in_(ids)).options(*Customer.for_list())
        )
    }
    visible = set(
        db.session.scalars(
            Customer.visible_to(user).where(Customer.id.in_(ids)).with_only_columns(Customer.id)
        )
    )
    return [Likely(customers[id], surest[id], id in visible) for id in ids]


def duplicate_groups(kind: LikenessKind, user: User, *, after: str = "") -> list[Group]:
    """At most ``GROUPS`` groups of what ``user`` sees, after the one that shares ``after``."""
    alike = Likeness.of_customers().subquery()
    visible = Customer.visible_to(user).with_only_columns(Customer.id)
    seen = select(alike.c.value, alike.c.customer_id).where(
        alike.c.kind == kind, alike.c.value > after, alike.c.customer_id.in_(visible)
    ).distinct().subquery()  # fmt: skip
    values = list(
        db.session.scalars(
            select(seen.c.value)
            .group_by(seen.c.value)
            .having(func.count().between(2, LARGEST_GROUP))
            .order_by(seen.c.value)
            .limit(GROUPS)
        )
    )
    members = db.session.execute(
        select(seen.c.value, Customer)
        .join(Customer, Customer.id == seen.c.customer_id)
        .where(seen.c.value.in_(values))
        .options(*Customer.for_list())
        .order_by(Customer.created_at, Customer.id)
    ).all()
    return [
        Group(kind, value, [customer for shared, customer in members if shared == value])
        for value in values
    ]
