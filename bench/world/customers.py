"""Customers with their contacts."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from bench.world.people import People
from bench.world.rows import Rows
from crm.demo.firms import BRANDS, CITIES, NOTES, ROADS, TRADES
from crm.demo.persons import DECIDERS, GIVEN, OTHERS, SURNAMES
from crm.folding import search_text, sort_key
from crm.models import Action, Contact, Customer, CustomerKind, DecisionRole, User
from crm.models.customer import customer_collaborator

PLACES = [(region, city, code) for region, cities in CITIES.items() for city, code in cities]
KINDS = (CustomerKind.PROSPECT, CustomerKind.CUSTOMER, CustomerKind.DEALER)
HELPED_PERCENT = 10


class Firm(NamedTuple):
    """What the other tables need to know of a customer."""

    id: int
    name: str
    owner: User
    contact_ids: list[int]


def register(
    rows: Rows, dice: Random, people: People, options: dict[str, list[int]], now: datetime,
    count: int, contacts: int,
) -> list[Firm]:  # fmt: skip
    """``count`` customers with one or two contacts each, the oldest first."""
    second = contacts / count - 1
    firms = []
    for n in range(count):
        owner = dice.choice(people.reps)
        since = now - timedelta(days=720) * (1 - n / count)
        firms.append(_register(rows, dice, owner, options, since, n + 1, second))
        if dice.random() * 100 < HELPED_PERCENT:
            helper = dice.choice([rep for rep in people.reps if rep is not owner])
            rows.link(customer_collaborator, customer_id=n + 1, user_id=helper.id)
    return firms


def _register(
    rows: Rows, dice: Random, owner: User, options: dict[str, list[int]], since: datetime,
    number: int, second: float,
) -> Firm:  # fmt: skip
    _region, city, code = dice.choice(PLACES)
    name = city + dice.choice(BRANDS) + dice.choice(TRADES).legal
    phone = f"{code}-{dice.randrange(2000_0000, 9000_0000)}"
    note = f"{dice.choice(NOTES)}{dice.choice(NOTES)}"
    customer_id = rows.add(
        Customer, name=name, kind=dice.choices(KINDS, (45, 45, 10))[0], owner_id=owner.id,
        grade_id=dice.choice(options["grade"]), industry_id=dice.choice(options["industry"]),
        region_id=dice.choice(options["region"]), source_id=dice.choice(options["source"]),
        phone=phone, address=city + dice.choice(ROADS) + f"{dice.randrange(1, 400)} 号",
        employees=dice.randrange(20, 4000),
        annual_revenue=Decimal(dice.randrange(3, 900) * 100_000),
        note=note, sort_name=sort_key(name),
        search_text=search_text(name, f"C-{number:06d}", phone), version=1,
        created_at=since, updated_at=since,
    )  # fmt: skip
    rows.noted("customer", customer_id, note)
    rows.happened(Action.CUSTOMER_CREATED, since, owner.id, "customer", customer_id,
                  customer_id=customer_id, name=name)  # fmt: skip
    contacts = [_introduce(rows, dice, customer_id, owner, since, first=True)]
    if dice.random() < second:
        contacts.append(_introduce(rows, dice, customer_id, owner, since, first=False))
    return Firm(customer_id, name, owner, contacts)


def _introduce(
    rows: Rows, dice: Random, customer_id: int, owner: User, since: datetime, *, first: bool
) -> int:
    name = dice.choice(SURNAMES) + dice.choice(GIVEN)
    position = dice.choice(DECIDERS if first else OTHERS)
    mobile = f"13{dice.randrange(10**8, 10**9)}"
    contact_id = rows.add(
        Contact, customer_id=customer_id, name=name, title=position.title, mobile=mobile,
        decision_role=DecisionRole(position.role), is_primary=first,
        sort_name=sort_key(name), search_text=search_text(name, mobile), version=1,
        created_at=since, updated_at=since,
    )  # fmt: skip
    rows.happened(Action.CONTACT_CREATED, since, owner.id, "contact", contact_id,
                  customer_id=customer_id, name=name)  # fmt: skip
    return contact_id
