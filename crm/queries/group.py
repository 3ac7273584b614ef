"""The group that a customer belongs to, with what is sold to and spent on all of it.

Nothing counts that the reader does not see: a firm out of sight ends the tree at that place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import joinedload

from crm.base import money_sum
from crm.extensions import db
from crm.models import Customer, Deal, ExpenseItem, Outcome, OutcomeKind, User

# A firm that belongs to itself through others is no group; deeper ones are cut off.
DEEPEST = 12
# So many are listed, those at the top first; all are summed up.
MOST = 100
ZERO = Decimal(0)


@dataclass(frozen=True)
class Sums:
    """What is open, won and spent, in the base currency."""

    open_amount: Decimal = ZERO
    won_amount: Decimal = ZERO
    spent: Decimal = ZERO

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.open_amount + other.open_amount,
            self.won_amount + other.won_amount,
            self.spent + other.spent,
        )


@dataclass(frozen=True)
class Member:
    """A firm of the group, and how far it stands below the top."""

    customer: Customer
    depth: int
    sums: Sums


@dataclass(frozen=True)
class Group:
    """The firms, each followed by those below it, and the sums over all of them."""

    members: list[Member]
    total: Sums
    # How many firms are summed up besides those that are listed.
    more: int


def group_of(customer: Customer, user: User) -> Group | None:
    """The group around ``customer`` as far as ``user`` sees it; ``None`` for a firm by itself."""
    top = _top_of(customer, user) if customer.parent_id is not None else customer.id
    below_it = _below(top, user)
    every = db.session.scalars(below_it).all()
    if len(every) < 2:
        return None
    ids = every[:MOST]
    chosen = select(Customer).where(Customer.id.in_(ids)).options(joinedload(Customer.owner))
    found = {each.id: each for each in db.session.scalars(chosen)}
    sums = _sums(below_it, user)
    below: dict[int | None, list[int]] = {}
    for each in sorted(found.values(), key=lambda each: each.sort_name):
        below.setdefault(None if each.id == top else each.parent_id, []).append(each.id)
    members = [
        Member(found[id], depth, sums.get(id, Sums())) for id, depth in _in_order(top, below)
    ]
    return Group(members, sum(sums.values(), Sums()), len(every) - len(members))


def _top_of(customer: Customer, user: User) -> int:
    """The highest firm above that can be reached through firms ``user`` sees."""
    up = (
        select(Customer.id, Customer.parent_id, literal(0).label("depth"))
        .where(Customer.id == customer.id)
        .cte("up", recursive=True)
    )
    up = up.union_all(
        Customer.visible_to(user)
        .join(up, Customer.id == up.c.parent_id)
        .where(up.c.depth < DEEPEST)
        .with_only_columns(Customer.id, Customer.parent_id, up.c.depth + 1)
    )
    chosen = select(up.c.id).order_by(up.c.depth.desc()).limit(1)
    return db.session.scalars(chosen).one()


def _below(top: int, user: User) -> Select[Any]:
    """The ids of ``top`` and of what stands below it, as far as ``user`` sees it, the top first."""
    down = (
        select(Customer.id, literal(0).label("depth"))
        .where(Customer.id == top)
        .cte("down", recursive=True)
    )
    down = down.union_all(
        Customer.visible_to(user)
        .join(down, Customer.parent_id == down.c.id)
        .where(down.c.depth < DEEPEST)
        .with_only_columns(Customer.id, down.c.depth + 1)
    )
    return select(down.c.id).group_by(down.c.id).order_by(func.min(down.c.depth), down.c.id)


def _in_order(
    id: int, below: dict[int | None, list[int]], depth: int = 0
) -> Iterator[tuple[int, int]]:
    yield id, depth
    if depth < DEEPEST:
        for child in below.get(id, ()):
            yield from _in_order(child, below, depth + 1)


def _sums(ids: Select[Any], user: User) -> dict[int, Sums]:
    """By customer, of the deals and costs that ``user`` sees."""
    sums: dict[int, Sums] = {}
    deals = (
        Deal.visible_to(user)
        .where(Deal.customer_id.in_(ids))
        .outerjoin(Deal.outcome)
        .with_only_columns(
            Deal.customer_id,
            money_sum(case((Deal.closed_at.is_(None), Deal.base_amount), else_=0)),
            money_sum(case((Outcome.kind == OutcomeKind.WON, Deal.base_amount), else_=0)),
        )
        .group_by(Deal.customer_id)
    )
    for customer_id, open_amount, won_amount in db.session.execute(deals):
        sums[customer_id] = Sums(open_amount, won_amount)
    costs = (
        ExpenseItem.visible_to(user)
        .where(ExpenseItem.customer_id.in_(ids), ExpenseItem.counted())
        .with_only_columns(ExpenseItem.customer_id, money_sum(ExpenseItem.base_amount))
        .group_by(ExpenseItem.customer_id)
    )
    for customer_id, spent in db.session.execute(costs):
        sums[customer_id] = sums.get(customer_id, Sums()) + Sums(spent=spent)
    return sums
