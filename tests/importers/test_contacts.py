"""Contacts from a spreadsheet: who is found at another firm, and who is asked first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.importers import Result
from crm.models import Action, Contact, Event
from tests.cast import Cast
from tests.imports import done, undone

HEADER = "姓名,客户名称,手机,主要联系人"
BY_MOBILE = {"noun": "contacts", "key": "mobile"}


def contact(name: str) -> Contact:
    return db.session.scalars(select(Contact).where(Contact.name == name)).one()


def actions(about: Contact) -> list[tuple[Action, list[str]]]:
    """What the history of a contact says after its beginning."""
    happened = Event.about("contact", about.id).order_by(None).order_by(Event.id)
    return [
        (event.action, sorted(event.particulars.get("changes", ())))
        for event in db.session.scalars(happened.where(Event.action != Action.CONTACT_CREATED))
    ]


@pytest.fixture
def chen(cast: Cast) -> Contact:
    """The one to ask first in the West, where Liu goes."""
    wu, western = cast.wu, cast.western
    chen = Contact(customer=western, name="陈静", mobile="13700001111", is_primary=True)
    Contact.register(chen, by=wu)
    db.session.commit()
    return chen


def test_who_is_at_another_firm_now_is_moved_and_not_primary_there(
    cast: Cast, chen: Contact
) -> None:
    liu = contact("刘洋")
    run = done(f"{HEADER}\n刘洋,{cast.western.name},13800001234,\n", by=cast.admin, **BY_MOBILE)
    assert (liu.customer, liu.is_primary, chen.is_primary) == (cast.western, False, True)
    assert actions(liu) == [
        (Action.CONTACT_MOVED, []), (Action.CONTACT_CHANGED, ["is_primary"]),
    ]  # fmt: skip
    undone(run, by=cast.admin)
    assert (liu.customer, liu.is_primary, chen.is_primary) == (cast.sigma, True, True)
    assert actions(liu)[2:] == actions(liu)[:2]


def test_who_is_primary_there_as_well_is_alone_in_it(cast: Cast, chen: Contact) -> None:
    liu = contact("刘洋")
    done(f"{HEADER}\n刘洋,{cast.western.name},13800001234,是\n", by=cast.admin, **BY_MOBILE)
    assert (liu.customer, liu.is_primary, chen.is_primary) == (cast.western, True, False)
    assert actions(chen) == [(Action.CONTACT_CHANGED, ["is_primary"])]


def test_of_two_primary_rows_the_later_one_is_asked_first(
    cast: Cast, bring: Callable[..., Result]
) -> None:
    name = cast.sigma.name
    bring("contacts", HEADER, f"张三,{name},1390000001,是", f"李四,{name},1390000002,是")
    primary = select(Contact.name).where(Contact.customer_id == cast.sigma.id, Contact.is_primary)
    assert db.session.scalars(primary).all() == ["李四"]
