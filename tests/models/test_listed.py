"""What a list reads is what one may see, whichever way the database is led to it."""

from __future__ import annotations

from typing import Any

import pytest

from crm.extensions import db
from crm.models import Company, Contact, Customer, Deal, User
from tests.cast import Cast


def ids(chosen: Any, model: Any) -> list[int]:
    return sorted(db.session.scalars(chosen.with_only_columns(model.id)))


@pytest.mark.parametrize("has_pool", [False, True], ids=["no pool", "pool"])
def test_a_list_has_what_is_seen_record_by_record(cast: Cast, has_pool: bool) -> None:
    Company.current().pool_limit = 5 if has_pool else None
    people = (cast.wang, cast.zhao, cast.sun)
    for number, owner in enumerate((*people, None)):
        customer = Customer.register(Customer(name=f"在册 {number}", owner=owner), by=cast.li)
        db.session.flush()
        Contact.register(Contact(customer_id=customer.id, name=f"某人 {number}"), by=cast.li)
        # Helped at by one, dealt with by another: both see it.
        customer.collaborators.append(people[(number + 1) % 3])
        deal = Deal(name=f"在谈 {number}", customer_id=customer.id, owner=people[(number + 2) % 3])
        Deal.open(deal, cast.stages[0], by=cast.li)
        deal.collaborators.append(people[number % 3])
    trashed = Customer.register(Customer(name="不在册", owner=cast.wang), by=cast.li)
    db.session.flush()
    trashed.trash(by=cast.li)
    db.session.commit()
    seen = {}
    for user in db.session.scalars(User.with_rights()).unique():
        for model in (Customer, Contact, Deal):
            listed = ids(model.listed_for(user), model)
            assert listed == ids(model.visible_to(user), model), (user.username, model)
            seen[user.username, model] = listed
    # They do not all see the same, and nobody sees a record twice.
    assert len({tuple(found) for (_, model), found in seen.items() if model is Customer}) > 2
    assert all(len(found) == len(set(found)) for found in seen.values())
