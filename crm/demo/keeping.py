"""What the firm does for its data: a public pool with customers in it, and twins not yet merged."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from crm.demo.people import EAST
from crm.demo.world import World
from crm.extensions import db
from crm.models import (
    Company,
    Contact,
    Customer,
    CustomerKind,
    Deal,
    OptionList,
    PoolRule,
    PoolWarning,
    User,
)
from crm.models.pool import WARNED_BEFORE
from crm.queries.silence import counts_since

MOST_OWNED, REST_DAYS = 60, 30
SILENT_DAYS = (180, 240, 300)  # by grade, the best first
RELEASED, WARNED = 4, 2
SHOWN_TO = "wangfang"
# Whom the colleagues know there.
PERSONS = ("欧阳明哲", "司徒嘉怡")


def keep(world: World) -> None:
    """Open the pool, give some customers to it, and enter two firms twice."""
    _open_pool(world)
    rep = world.people[SHOWN_TO]
    quiet = [place.customer for place in world.places if _is_quiet(place.customer)]
    others = [customer for customer in quiet if customer.owner is not rep]
    prospects = [customer for customer in others if customer.kind is CustomerKind.PROSPECT]
    for number, customer in enumerate(prospects[:RELEASED]):
        with world.at(world.moment(world.days_ago(5 + 9 * number))):
            customer.release(by=customer.owner)
    _warn(world, rep)
    _enter_twice(world)


def _open_pool(world: World) -> None:
    company = Company.current()
    company.pool_limit, company.pool_rest_days = MOST_OWNED, REST_DAYS
    for grade, days in zip(("a", "b", "c"), SILENT_DAYS, strict=True):
        db.session.add(PoolRule(grade=world.option(OptionList.GRADE, grade), days=days))


def _is_quiet(customer: Customer) -> bool:
    deals = select(Deal.id).where(Deal.customer_id == customer.id, Deal.trashed_at.is_(None))
    return db.session.scalar(deals.limit(1)) is None


def _warn(world: World, rep: User) -> None:
    """Some of the rep's own are about to go."""
    at = world.now - timedelta(days=1)
    silent = (
        Customer.visible_to(rep)
        .where(Customer.owner_id == rep.id, counts_since() < at)
        .order_by(counts_since(), Customer.id)
    )
    leaving = [customer for customer in db.session.scalars(silent) if _is_quiet(customer)]
    for number, customer in enumerate(leaving[:WARNED]):
        goes = world.today + WARNED_BEFORE - timedelta(days=1 + number)
        db.session.add(PoolWarning(customer=customer, owner=rep, at=at, returns_on=goes))


def _enter_twice(world: World) -> None:
    """Two colleagues of one team know the same firms."""
    reps = world.reps(EAST)
    known = [place.customer for place in world.places if place.customer.owner in reps][:2]
    for number, customer in enumerate(known):
        colleague = next(rep for rep in reps if rep is not customer.owner)
        name = customer.name.replace("有限公司", "公司") if number == 0 else f"{customer.name[2:]}"
        with world.at(world.moment(world.days_ago(20 + 13 * number))):
            twin = Customer.register(
                Customer(name=name, owner=colleague, kind=CustomerKind.PROSPECT,
                         phone=customer.phone, region=customer.region), by=colleague)  # fmt: skip
            person = Contact(customer=twin, name=PERSONS[number], is_primary=True,
                             phone=customer.phone)  # fmt: skip
            Contact.register(person, by=colleague)
