"""Twins: told of while a firm is typed, listed in groups, merged, told apart, and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Contact, Customer, Deal, Merge
from tests.cast import Cast
from tests.page import Browser
from tests.queries_counted import counted

SIGMA = "大连西格玛流体控制有限公司"
ASKED = "Perhaps here already"


@pytest.fixture
def twin(cast: Cast) -> Customer:
    """Sigma once more, as Zhao entered it."""
    zhao = cast.zhao
    twin = Customer.register(
        Customer(name="大连西格玛流体控制公司", owner=zhao, phone="0411 8765 4321",
                 website="https://sigma.example", employees=40), by=zhao)  # fmt: skip
    Contact.register(Contact(customer=twin, name="陈静", mobile="13700001111"), by=zhao)
    Deal.open(Deal(name="西格玛阀门", customer=twin, owner=zhao), cast.stages[0], by=zhao)
    db.session.commit()
    return twin


# While it is typed


def test_what_is_typed_is_answered_with_who_is_alike(cast: Cast, browser: Browser) -> None:
    page = browser.sign_in("wang").get("/likely-twins?name=大连西格玛流体控制公司", htmx=True)
    assert ASKED in page.text
    assert "owned by 王芳" in page.text
    assert f'href="/customers/{cast.sigma.id}"' in page.html
    empty = browser.get("/likely-twins?name=沈阳鼓风机&phone=&website=%00", htmx=True)
    assert empty.text == ""


def test_a_stranger_learns_the_name_and_the_owner_and_no_more(cast: Cast, browser: Browser) -> None:
    page = browser.sign_in("wu").get("/likely-twins?phone=0411-87654321", htmx=True)
    assert SIGMA in page.text
    assert "owned by 王芳" in page.text
    assert "href" not in page.html
    assert "0411" not in page.html
    assert cast.sigma.code not in page.html


def test_saving_asks_once_and_never_blocks(cast: Cast, browser: Browser) -> None:
    wang = browser.sign_in("wang")
    form = wang.get("/customers/new")
    page = wang.submit(form, "/customers", status=422, name="大连西格玛流体控制公司")
    assert ASKED in page.text
    assert "Save anyway" in page.text
    wang.submit(page, "/customers")
    assert cast.customer("大连西格玛流体控制公司")


def test_who_was_shown_the_twin_is_not_asked(cast: Cast, browser: Browser) -> None:
    wang = browser.sign_in("wang")
    form = wang.get("/customers/new")
    wang.submit(form, "/customers", name="大连西格玛流体控制公司", seen_twins=str(cast.sigma.id))
    wang.submit(
        form, "/customers", status=422, name="西安天成仪表厂", seen_twins=str(cast.sigma.id)
    )


def test_a_similar_name_is_told_of_but_not_asked_about(cast: Cast, browser: Browser) -> None:
    wang = browser.sign_in("wang")
    assert "Similar name" in wang.get("/likely-twins?name=沈阳西格马流体控制", htmx=True).text
    wang.submit(wang.get("/customers/new"), "/customers", name="沈阳西格马流体控制")


@pytest.mark.parametrize(("known", "typed"), [
    ("合肥南岭生物科技有限公司", "南岭生物"), ("合肥南岭生物科技有限公司", "南岭"),
    ("南岭生物", "合肥南岭生物科技有限公司"), ("南岭", "合肥南岭生物"),
])  # fmt: skip
def test_the_short_name_of_a_firm_tells_of_it_and_the_whole_one_too(
    cast: Cast, browser: Browser, known: str, typed: str
) -> None:
    Customer.register(Customer(name=known, owner=cast.wang), by=cast.wang)
    db.session.commit()
    wang = browser.sign_in("wang")
    found = wang.get(f"/likely-twins?name={typed}", htmx=True).text
    assert f"{known} · owned by 王芳 · Similar name" in found
    assert known not in browser.sign_in("wu").get(f"/likely-twins?name={typed}", htmx=True).text


def test_what_is_wrong_is_said_before_anything_is_asked(cast: Cast, browser: Browser) -> None:
    wang = browser.sign_in("wang")
    form = wang.get("/customers/new")
    page = wang.submit(form, "/customers", status=422, name=SIGMA, employees="many")
    assert ASKED not in page.text


@pytest.mark.parametrize("typed", [
    {"name": "刘 洋"}, {"name": "刘先生", "mobile": "138-0000-1234"},
    {"name": "刘先生", "email": "LIUYANG@sigma.example"},
])  # fmt: skip
def test_a_contact_who_is_there_already_is_asked_about(
    cast: Cast, browser: Browser, typed: dict[str, str]
) -> None:
    wang, path = browser.sign_in("wang"), f"/customers/{cast.sigma.id}/contacts"
    page = wang.submit(wang.get(f"{path}/new"), path, status=422, **typed)
    assert ASKED in page.text
    assert "at this customer" in page.text
    wang.submit(page, path)
    assert len(db.session.scalars(Contact.at(cast.sigma)).all()) == 2


def test_a_contact_with_the_number_of_another_firm_is_asked_about(
    cast: Cast, browser: Browser
) -> None:
    wu, path = browser.sign_in("wu"), f"/customers/{cast.western.id}/contacts"
    page = wu.submit(wu.get(f"{path}/new"), path, status=422, name="马", mobile="13800001234")
    assert SIGMA in page.text


@pytest.mark.parametrize("noun", ["customer", "contact"])
def test_what_is_created_in_place_asks_as_well(cast: Cast, browser: Browser, noun: str) -> None:
    wang = browser.sign_in("wang")
    path = f"/customers/{cast.sigma.id}/quick-contacts" if noun == "contact" else "/quick-customers"
    form = wang.get(f"{path}/new", htmx=True)
    name = "刘洋" if noun == "contact" else SIGMA
    page = wang.submit(form, path, status=422, htmx=True, name=name)
    assert ASKED in page.text
    wang.submit(page, path, status=200, htmx=True)


# The groups


def test_groups_lead_to_the_merge(cast: Cast, browser: Browser, twin: Customer) -> None:
    li = browser.sign_in("li")
    page = li.get("/duplicates")
    assert SIGMA in page.text
    assert twin.name in page.text
    assert f"customers={cast.sigma.id},{twin.id}" in page.html.replace("%2C", ",")
    assert "No duplicates of this kind" in li.get("/duplicates?kind=phone").text
    li.get("/duplicates?kind=nonsense&after=%F0%9F%9A%80")


def test_the_groups_begin_with_the_surest_kind_that_has_any(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    twin.name = "西格玛"
    db.session.commit()
    li = browser.sign_in("li")
    page = li.get("/duplicates")
    assert "0411 8765 4321 2" in page.text
    assert "Same telephone number 1" in page.text
    assert "No duplicates of this kind" in li.get("/duplicates?kind=name").text


def test_what_is_different_stays_so(cast: Cast, browser: Browser, twin: Customer) -> None:
    li = browser.sign_in("li")
    li.submit(li.get("/duplicates"), "/distinctions")
    page = li.get("/duplicates")
    assert twin.name not in page.text
    assert "They will not be shown as alike again." in page.text
    li.submit(page, "/distinctions/undo")
    assert twin.name in li.get("/duplicates").text


def test_who_sees_one_of_them_alone_cannot_merge(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    ids = f"{cast.sigma.id},{twin.id}"
    zhou = browser.sign_in("zhou")
    zhou.get(f"/merges/new?customers={ids}", status=404)
    zhou.get("/merges/new?customers=", status=404)
    zhou.get(f"/merges/new?customers=x,{'9' * 30},1", status=404)
    zhou.post("/merges", {"customers": ids, "winner": str(twin.id)}, status=404)


def test_a_manager_does_not_merge_what_others_own(cast: Cast, browser: Browser) -> None:
    """Li sees it, because of a deal of his people, but it is not theirs."""
    western, wang, first = cast.western, cast.wang, cast.stages[0]
    Deal.open(Deal(name="仪表", customer=western, owner=wang), first, by=wang)
    western.phone = cast.sigma.phone
    db.session.commit()
    li = browser.sign_in("li")
    page = li.get("/duplicates?kind=phone")
    assert "not yours to merge" in page.text
    li.get(f"/merges/new?customers={cast.sigma.id},{cast.western.id}", status=403)


# The merge


def merged(cast: Cast, li: Browser, twin: Customer, **chosen: str) -> int:
    page = li.get(f"/merges/new?customers={cast.sigma.id},{twin.id}")
    li.submit(page, "/merges", **chosen)
    return db.session.scalars(select(Merge.id)).one()


def test_both_stand_side_by_side_with_what_hangs_on_them(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    page = browser.sign_in("li").get(f"/merges/new?customers={twin.id},{cast.sigma.id}")
    form = page.form("/merges")
    # The older one stays; what it does not say comes from the other.
    assert form["fields"]["winner"] == str(cast.sigma.id)
    assert form["fields"]["employees"] == str(twin.id)
    assert form["fields"]["name"] == str(cast.sigma.id)
    assert "grade" not in form["fields"]
    assert "Contacts 1 1" in page.text


def test_merging_takes_what_was_chosen(cast: Cast, browser: Browser, twin: Customer) -> None:
    li = browser.sign_in("li")
    id = merged(cast, li, twin, name=str(twin.id))
    assert li.location == f"/merges/{id}"
    assert "To the customer" in li.follow().text
    sigma = db.session.get_one(Merge, id).winner
    assert (sigma.name, sigma.employees, sigma.website) == (
        "大连西格玛流体控制公司", 40, "https://sigma.example",
    )  # fmt: skip
    assert len(db.session.scalars(Contact.at(sigma)).all()) == 2


def test_who_merges_keeps_the_owner_or_says_why_not(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    twin.owner, cast.stages[1].locks_owner = cast.sun, True
    db.session.commit()
    li, ids = browser.sign_in("li"), f"{cast.sigma.id},{twin.id}"
    page = li.get(f"/merges/new?customers={ids}")
    assert f"with its owner: {cast.pumps.name}" in page.text
    page = li.submit(page, "/merges", 422, owner=str(twin.id))
    assert f"{cast.pumps.name} stays with its owner" in page.text
    li.submit(page, "/merges", owner_reason="孙健去过这家")
    assert cast.sigma.owner is cast.sun


def test_the_losers_address_code_and_name_lead_to_the_winner(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    li = browser.sign_in("li")
    code, loser = twin.code, twin.id
    merged(cast, li, twin)
    li.get(f"/customers/{loser}", status=303)
    assert li.location == f"/customers/{cast.sigma.id}"
    assert f"{code} 大连西格玛流体控制公司 was merged into this one" in li.follow().text
    for term in (code, "西格玛流体控制公司"):
        assert SIGMA in li.get(f"/customers?q={term}").text
    assert code not in li.get("/trash").text
    browser.sign_in("wu").get(f"/customers/{loser}", status=404)


def test_what_was_changed_meanwhile_is_shown_before_it_is_merged(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    li = browser.sign_in("li")
    page = li.get(f"/merges/new?customers={cast.sigma.id},{twin.id}")
    assert "0411-2222 3333" not in page.text
    twin.phone = "0411-2222 3333"
    db.session.commit()
    page = li.submit(page, "/merges", status=409)
    assert "This was changed while you" in page.text
    assert "0411-2222 3333" in page.text
    assert not twin.is_trashed
    li.submit(page, "/merges", phone=str(twin.id))
    assert cast.sigma.phone == "0411-2222 3333"


def test_a_choice_that_there_is_not_is_refused_in_words(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    li = browser.sign_in("li")
    page = li.get(f"/merges/new?customers={cast.sigma.id},{twin.id}")
    page = li.submit(page, "/merges", status=422, winner="999")
    assert "Not saved yet" in page.text


def test_what_cannot_have_its_old_value_again_is_named(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    li = browser.sign_in("li")
    id = merged(cast, li, twin, phone=str(twin.id), name=str(twin.id))
    db.session.get_one(Merge, id).winner.name = "西格玛流体"
    db.session.commit()
    li.submit(li.get(f"/merges/{id}"), f"/merges/{id}/undo")
    assert "西格玛流体 keeps what it says now: Name" in li.follow().text


def test_what_was_never_noted_of_a_merge_is_told_of(
    cast: Cast, browser: Browser, twin: Customer
) -> None:
    li, loser = browser.sign_in("li"), twin.id
    id = merged(cast, li, twin)
    db.session.get_one(Merge, id).journal = {}
    db.session.commit()
    li.submit(li.get(f"/merges/{id}"), f"/merges/{id}/undo")
    assert "Not everything was noted when the two were merged" in li.follow().text
    assert li.get(f"/customers/{loser}")


def test_undoing_makes_two_of_one(cast: Cast, browser: Browser, twin: Customer) -> None:
    li, loser = browser.sign_in("li"), twin.id
    id = merged(cast, li, twin)
    li.submit(li.get(f"/merges/{id}"), f"/merges/{id}/undo")
    assert "is a customer of its own again" in li.follow().text
    assert "西格玛阀门" in li.get(f"/customers/{loser}").text
    assert "was merged into this one" not in li.get(f"/customers/{cast.sigma.id}").text
    found = li.get("/customers?q=西格玛流体控制公司").text
    assert twin.name in found
    assert SIGMA not in found


def test_too_late_nothing_is_undone(cast: Cast, browser: Browser, twin: Customer) -> None:
    li = browser.sign_in("li")
    id = merged(cast, li, twin)
    clock.set_to(clock.now() + timedelta(days=31))
    li.sign_in("li")
    assert "Undo the merge" not in li.get(f"/merges/{id}").text
    li.post(f"/merges/{id}/undo")
    assert "too late" in li.follow().text


def test_three_are_merged_in_turn(cast: Cast, browser: Browser, twin: Customer) -> None:
    third = Customer.register(
        Customer(name="大连西格玛流体控制股份公司", owner=cast.sun), by=cast.sun
    )
    db.session.commit()
    ids = f"{cast.sigma.id},{twin.id},{third.id}"
    admin = browser.sign_in("admin")
    page = admin.get(f"/merges/new?customers={ids}")
    assert "1 more follows: 大连西格玛流体控制股份公司" in page.text
    admin.submit(page, "/merges")
    page = admin.follow()
    assert third.code in page.text
    admin.submit(page, "/merges")
    assert {merge.loser_id for merge in db.session.scalars(select(Merge))} == {twin.id, third.id}


def test_a_loser_of_the_meantime_is_told_of(cast: Cast, browser: Browser, twin: Customer) -> None:
    li = browser.sign_in("li")
    page = li.get(f"/merges/new?customers={cast.sigma.id},{twin.id}")
    twin.trash(by=cast.zhao)
    db.session.commit()
    li.submit(page, "/merges", status=404)


def test_the_groups_ask_as_much_of_many_as_of_few(
    app: Flask, cast: Cast, browser: Browser, twin: Customer
) -> None:
    li = browser.sign_in("li")
    with counted(app) as few:
        li.get("/duplicates")
    for number in range(12):
        Customer.register(
            Customer(name=f"大连恒通{number // 2}公司", owner=cast.zhao), by=cast.zhao
        )
    db.session.commit()
    with counted(app) as many:
        li.get("/duplicates")
    assert len(many) <= len(few) + 1
