"""Duplicates: groups of customers that are perhaps one firm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload

from crm.extensions import db
from crm.likenesses import LikenessKind
from crm.models import Customer, Distinction, User
from crm.models.likeness import Likeness
from crm.telephones import phone_shown

# How many groups stand on a page.
GROUPS = 30
# A number or a domain that more customers share says nothing about any two of them; of those that
# share a name so many stand in the group, and the others are counted.
LARGEST_GROUP = 20


@dataclass(frozen=True)
class Group:
    """Customers that share ``value``."""

    kind: LikenessKind
    value: str
    customers: Sequence[Customer]
    # How many share it besides.
    more: int

    @property
    def title(self) -> str:
        """What they share, as people write it; of names that of the first."""
        if self.kind is LikenessKind.PHONE:
            return phone_shown(self.value)
        return self.value if self.kind is LikenessKind.DOMAIN else self.customers[0].name


def duplicate_groups(kind: LikenessKind, user: User, *, after: str = "") -> list[Group]:
    """At most ``GROUPS`` groups of what ``user`` sees, after the one that shares ``after``.

    Two that somebody told apart make no group, nor do two that share their name as well and stand
    in the groups of those.
    """
    seen = _seen(kind, user, after).subquery()
    values = list(
        db.session.scalars(
            _shared(kind, seen).with_only_columns(seen.c.value).order_by(seen.c.value).limit(GROUPS)
        )
    )
    place = func.row_number().over(partition_by=seen.c.value, order_by=seen.c.customer_id)
    size = func.count().over(partition_by=seen.c.value)
    placed = (
        select(seen.c.value, seen.c.customer_id, place.label("place"), size.label("size"))
        .where(seen.c.value.in_(values))
        .subquery()
    )
    members = db.session.execute(
        select(placed.c.value, placed.c.size, Customer)
        .join(Customer, Customer.id == placed.c.customer_id)
        .where(placed.c.place <= LARGEST_GROUP)
        .options(*Customer.for_changes(), joinedload(Customer.region))
        .order_by(Customer.created_at, Customer.id)
    ).all()
    sizes = {value: size for value, size, _customer in members}
    return [
        Group(kind, value, alike, sizes[value] - len(alike))
        for value in values
        if (alike := [customer for shared, _size, customer in members if shared == value])
    ]


def counts_of_groups(user: User, *kinds: LikenessKind) -> dict[LikenessKind, int]:
    """How many groups of each of these kinds there are among what ``user`` sees."""
    counts = {}
    for kind in kinds:
        seen = _seen(kind, user).subquery()
        shared = _shared(kind, seen).with_only_columns(seen.c.value).subquery()
        counts[kind] = db.session.scalar(select(func.count()).select_from(shared)) or 0
    return counts


def _seen(kind: LikenessKind, user: User, after: str = "") -> Select[Any]:
    """``value, customer_id``: what the customers that ``user`` sees are recognised by."""
    alike = Likeness.of_customers().subquery()
    visible = Customer.visible_to(user).with_only_columns(Customer.id)
    return select(alike.c.value, alike.c.customer_id).where(
        alike.c.kind == kind, alike.c.value > after, alike.c.customer_id.in_(visible)
    ).distinct()  # fmt: skip


def _shared(kind: LikenessKind, seen: Any) -> Select[Any]:
    """The values by which at least two are not told apart."""
    few = (
        select(seen.c.value)
        .group_by(seen.c.value)
        .having(func.count().between(2, LARGEST_GROUP))
        .subquery()
    )
    other = seen.alias()
    apart = select(Distinction.id).where(
        Distinction.first_id == seen.c.customer_id, Distinction.second_id == other.c.customer_id
    )
    pairs = (
        select(seen.c.value)
        .join(few, few.c.value == seen.c.value)
        .join(other, (other.c.value == seen.c.value) & (other.c.customer_id > seen.c.customer_id))
        .where(~apart.exists())
        .distinct()
    )
    if kind is LikenessKind.NAME:
        many = select(seen.c.value).group_by(seen.c.value).having(func.count() > LARGEST_GROUP)
        return select(seen.c.value).where(seen.c.value.in_(pairs.union_all(many))).distinct()
    return pairs.where(~_same_name(seen.c.customer_id, other.c.customer_id).exists())


def _same_name(first_id: Any, second_id: Any) -> Select[Any]:
    """Whether the customers with these ids share their name."""
    one, two = aliased(Likeness), aliased(Likeness)
    return (
        select(one.id)
        .join(two, (two.kind == one.kind) & (two.value == one.value))
        .where(
            one.kind == LikenessKind.NAME,
            *(each.record_kind == Customer.__tablename__ for each in (one, two)),
            one.record_id == first_id,
            two.record_id == second_id,
        )
    )
