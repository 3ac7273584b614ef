"""What very many rows hold is read row by row: it finds the same, in the same order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from crm import paging
from crm.extensions import db
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.models import Activity, Contact, Customer, Deal, OptionList, passage, searchable
from crm.queries import search
from tests.cast import Cast

TERMS = ("大连", "dl", "泵", "大连 密封", "泵 密封", "密封 垫片", "C-000001", "a", "nichts")
FILTERS = (CustomerFilter, ContactFilter, DealFilter)


@pytest.fixture
def firms(cast: Cast) -> Cast:
    """Many of one place, some with the same word in a note; each with a contact and a deal."""
    visit = cast.option(OptionList.ACTIVITY_KIND, "Visit")
    for number in range(24):
        owner = (cast.wang, cast.wu)[number % 2]
        customer = Customer(
            name=f"{('大连', '青岛')[number % 3 == 0]}泵业 {number} 公司", owner=owner,
            note=("密封已换", "泵在大连", "垫片和密封", None)[number % 4],
        )  # fmt: skip
        Customer.register(customer, by=owner)
        note = "大连人，问密封" if number % 5 == 0 else None
        Contact.register(Contact(name=f"泵人 {number}", customer=customer, note=note), by=owner)
        deal = Deal(name=f"密封 {number}", customer=customer, owner=owner)
        Deal.open(deal, cast.stages[0], by=owner)
        Activity.log(Activity(customer=customer, kind=visit, summary="看密封"), by=owner)
    db.session.commit()
    return cast


def answers(cast: Cast, term: str) -> list[Any]:
    """Everything that is asked about a term, in order."""
    given: list[Any] = []
    for user in (cast.wang, cast.admin):
        for kind in FILTERS:
            for sort in ("name", "-created"):
                page = replace(kind(q=term), sort=sort).shown_to(user)
                given.append([row.id for row in page.records])
                given.append(page.total)
        given.append(search.counts(term, user))
    written = select(Activity.id).where(Activity.noted(term)).order_by(Activity.id)
    given.append(db.session.scalars(written).all())
    return given


def best(cast: Cast, term: str) -> list[Any]:
    return [
        [(hit.noun, hit.record.id) for hit in group.hits]
        for user in (cast.wang, cast.admin)
        for group in search.found(term, user)
    ]


def many_from(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    for module in (searchable, passage):
        monkeypatch.setattr(module, "MANY", number)


def test_rows_and_order_are_the_same_however_they_are_found(
    firms: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = {term: (answers(firms, term), best(firms, term)) for term in TERMS}
    assert looked_up["大连 密封"] != looked_up["nichts"]
    for many in (0, 5):
        many_from(monkeypatch, many)
        for term in TERMS:
            assert (answers(firms, term), best(firms, term)) == looked_up[term], (term, many)


def test_of_very_many_the_newest_are_ranked_and_what_is_called_just_so(
    firms: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_from(monkeypatch, 3)
    monkeypatch.setattr(search, "RANKED", 8)
    old = db.session.scalars(select(Customer).order_by(Customer.id)).first()
    assert old is not None
    old.name = "泵业"
    db.session.commit()
    (found,) = search.found("泵业", firms.admin, noun="customer")
    newest = db.session.scalars(select(Customer.id).order_by(Customer.id.desc()).limit(4)).all()
    assert [hit.record.id for hit in found.hits] == [old.id, *newest]


def test_so_many_are_counted_and_no_more(firms: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    many_from(monkeypatch, 3)
    monkeypatch.setattr(paging, "PER_PAGE", 2)
    page = CustomerFilter(q="泵").shown_to(firms.admin)
    assert page.total == 24
    assert page.is_counted
    monkeypatch.setattr("crm.filters.base.FOUND", 5)
    page = CustomerFilter(q="泵").shown_to(firms.admin)
    assert page.total == 6
    assert not page.is_counted
    assert search.counts("泵", firms.admin)["customer"] == 6
