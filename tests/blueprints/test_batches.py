"""Many records changed at once: each is judged by itself; what may not change stays as it is."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask, g, session
from sqlalchemy import select

from crm.batches import MOST, Batch, Left
from crm.blueprints.lists import batches
from crm.extensions import db
from crm.forms.batches import CustomerBatchForm
from crm.models import Action, ClaimState, Customer, Deal, Event, Option, OptionList, Task
from tests.cast import Cast
from tests.claims import draft
from tests.page import Browser, Page
from tests.queries_counted import counted


def change(
    browser: Browser, name: str, deed: str, *records: Any, status: int = 303, **typed: Any
) -> Page:
    ids = [getattr(record, "id", record) for record in records]
    data = {"deed": deed, "record": ids, **typed}
    return browser.post(f"/batches/{name}", data, status=status)


def ticked(page: Page) -> list[Any]:
    return [values["value"] for _, values in page.tags if values.get("name") == "record"]


def said(browser: Browser) -> str:
    return browser.follow().text


def customers(cast: Cast, count: int) -> list[Customer]:
    wang = cast.wang
    made = [
        Customer.register(Customer(name=f"客户 {number}", owner=wang), by=wang)
        for number in range(count)
    ]
    db.session.commit()
    return made


def events(action: Action) -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.action == action)))


# What is done


def test_customers_get_another_owner_and_each_has_it_in_its_history(
    cast: Cast, browser: Browser
) -> None:
    three = customers(cast, 3)
    browser.sign_in("wang")
    change(
        browser,
        "customers",
        "owner",
        *three[:2],
        asked=1,
        owner=cast.zhao.name,
        owner_id=cast.zhao.id,
    )
    assert "2 changed." in said(browser)
    db.session.expire_all()
    assert [customer.owner.username for customer in three] == ["zhao", "zhao", "wang"]  # type: ignore[union-attr]
    changed = events(Action.CUSTOMER_CHANGED)
    assert {event.subject_id for event in changed} == {three[0].id, three[1].id}
    assert {event.by_id for event in changed} == {cast.wang.id}


@pytest.mark.parametrize("name", ["industry", "region", "source"])
def test_what_is_missing_is_set_at_many_at_once(cast: Cast, browser: Browser, name: str) -> None:
    made = customers(cast, 2)
    option = db.session.scalars(Option.of(OptionList(name))).first()
    assert option is not None
    browser.sign_in("wang")
    change(browser, "customers", name, *made, asked=1, **{name: option.id})
    db.session.expire_all()
    assert [getattr(each, name) for each in made] == [option, option]


def test_two_that_are_one_are_taken_to_be_merged_by_who_may(cast: Cast, browser: Browser) -> None:
    one, other = customers(cast, 2)
    browser.sign_in("li")
    assert 'value="merge"' in browser.get("/customers").html
    change(browser, "customers", "merge", one, other)
    assert browser.location == f"/merges/new?customers={one.id},{other.id}"
    browser.follow()
    change(browser, "customers", "merge", one)
    assert "Tick at least two that are one." in said(browser)
    other.owner = cast.wu
    Deal.open(Deal(name="仪表", customer=other, owner=cast.wang), cast.stages[0], by=cast.wang)
    db.session.commit()
    change(browser, "customers", "merge", one, other)
    assert "One of them is not yours to merge" in said(browser)
    assert 'value="merge"' not in browser.sign_in("wang").get("/customers").html


def test_customers_are_graded_and_the_grade_taken_away(cast: Cast, browser: Browser) -> None:
    (customer,) = customers(cast, 1)
    grade = db.session.scalars(Option.of(OptionList.GRADE)).first()
    assert grade is not None
    browser.sign_in("wang")
    for value, expected in ((grade.id, grade.id), ("", None)):
        change(browser, "customers", "grade", customer, asked=1, grade=value)
        db.session.expire_all()
        assert customer.grade_id == expected


def test_the_history_names_a_grade_that_is_no_longer_offered(cast: Cast, browser: Browser) -> None:
    (customer,) = customers(cast, 1)
    old, new = db.session.scalars(Option.of(OptionList.GRADE)).all()[:2]
    customer.grade, old.active = old, False
    names, chosen = [old.both, new.both], new.id
    browser.sign_in("wang")
    change(browser, "customers", "grade", customer, asked=1, grade=chosen)
    (changed,) = events(Action.CUSTOMER_CHANGED)
    assert changed.particulars["changes"] == {"grade": names}


def test_another_person_of_the_same_name_is_another_owner(cast: Cast, browser: Browser) -> None:
    (customer,) = customers(cast, 1)
    cast.zhao.name = cast.wang.name
    browser.sign_in("wang")
    change(
        browser,
        "customers",
        "owner",
        customer,
        asked=1,
        owner=cast.zhao.name,
        owner_id=cast.zhao.id,
    )
    (changed,) = events(Action.CUSTOMER_CHANGED)
    assert changed.particulars["changes"] == {"owner": [cast.wang.name] * 2}


def test_deals_get_another_owner_and_another_expected_day(cast: Cast, browser: Browser) -> None:
    browser.sign_in("li")
    pumps, vague = cast.pumps, cast.vague
    change(
        browser, "deals", "owner", pumps, vague, asked=1, owner=cast.sun.name, owner_id=cast.sun.id
    )
    change(browser, "deals", "close", pumps, vague, asked=1, expected_close="2026-09-30")
    db.session.expire_all()
    for deal in (pumps, vague):
        assert deal.owner.username == "sun"
        assert str(deal.expected_close) == "2026-09-30"


def test_tasks_are_done_put_off_given_away_and_deleted(cast: Cast, browser: Browser) -> None:
    tasks = [Task.add(Task(title=f"任务 {n}", assignee=cast.wang), by=cast.wang) for n in range(3)]
    db.session.commit()
    browser.sign_in("wang")
    change(browser, "tasks", "put_off", *tasks, asked=1, due_on="2026-07-01")
    change(browser, "tasks", "done", tasks[0])
    change(
        browser,
        "tasks",
        "assign",
        tasks[1],
        asked=1,
        assignee=cast.sun.name,
        assignee_id=cast.sun.id,
    )
    change(browser, "tasks", "trash", tasks[2], asked=1)
    db.session.expire_all()
    assert {str(task.due_on) for task in tasks} == {"2026-07-01"}
    assert tasks[0].is_done
    assert tasks[1].assignee.username == "sun"
    assert tasks[2].is_trashed


def test_what_was_deleted_together_lies_in_the_trash(cast: Cast, browser: Browser) -> None:
    two = customers(cast, 2)
    browser.sign_in("wang")
    change(browser, "customers", "trash", *two, asked=1)
    assert "2 moved to the trash." in said(browser)
    trash = browser.get("/trash").text
    assert all(customer.name in trash for customer in two)


def test_what_was_deleted_together_comes_back_together(cast: Cast, browser: Browser) -> None:
    two, western = customers(cast, 2), cast.western
    western.trash(by=cast.wu)
    db.session.commit()
    browser.sign_in("wang")
    change(browser, "customers", "trash", *two, asked=1)
    page = browser.follow()
    undo = page.form("/batches/customer/restore")
    written = undo["fields"]["records"]
    browser.post(undo["action"], {"records": f"{written},{western.id},x,-1"})
    assert "2 restored." in browser.follow().text
    db.session.expire_all()
    assert [customer.is_trashed for customer in (*two, western)] == [False, False, True]


def test_the_largest_batch_is_told_of_in_what_a_cookie_holds(app: Flask) -> None:
    """A browser drops a larger one, and with it what became of the batch."""
    chance = random.Random(3)
    written = "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(1000))
    done = [Customer(id=chance.randrange(10**8, 10**9)) for _ in range(MOST)]
    left = [Left(Customer(id=10**9 + at, name=written[at : at + 200]), "It is not yours to change.")
            for at in range(0, 1000, 200)]  # fmt: skip
    with app.test_request_context():
        g.language = "en"
        batches._tell(Batch(done, left, 7), CustomerBatchForm.DEEDS["trash"], "/batches/customers")
        cookie = app.session_interface.get_signing_serializer(app).dumps(dict(session))  # type: ignore[attr-defined]
    assert len(cookie) < 3500


# What is not


def test_what_is_out_of_sight_stays_and_is_only_counted(cast: Cast, browser: Browser) -> None:
    sigma, western = cast.sigma, cast.western
    browser.sign_in("wang")
    change(
        browser,
        "customers",
        "owner",
        sigma,
        western,
        10**6,
        asked=1,
        owner=cast.zhao.name,
        owner_id=cast.zhao.id,
    )
    text = said(browser)
    assert "1 changed." in text
    assert "2 more could not be changed." in text
    assert western.name not in text
    db.session.expire_all()
    assert (sigma.owner.username, western.owner.username) == ("zhao", "wu")  # type: ignore[union-attr]


def test_what_is_seen_and_not_ones_own_to_change_is_named(cast: Cast, browser: Browser) -> None:
    """Zhao helps at the customer: he sees its deals, and does not change them."""
    pumps = cast.pumps
    browser.sign_in("zhao")
    change(browser, "deals", "trash", pumps, asked=1)
    assert f"{pumps.name}: It is not yours to change." in said(browser)
    db.session.expire_all()
    assert not pumps.is_trashed


@pytest.mark.parametrize("who", ["reader", "fin", "wu"])
def test_who_may_not_changes_nothing(cast: Cast, browser: Browser, who: str) -> None:
    sigma, pumps = cast.sigma, cast.pumps
    browser.sign_in(who)
    change(browser, "customers", "owner", sigma, asked=1, owner=cast.wu.name, owner_id=cast.wu.id)
    change(browser, "customers", "trash", sigma, asked=1)
    change(browser, "deals", "close", pumps, asked=1, expected_close="2030-01-01")
    change(browser, "deals", "trash", pumps, asked=1)
    db.session.expire_all()
    assert sigma.owner.username == "wang"  # type: ignore[union-attr]
    assert not sigma.is_trashed
    assert not pumps.is_trashed
    assert str(pumps.expected_close) != "2030-01-01"


def test_nobody_pays_their_own_claim_nor_deletes_another_persons(
    cast: Cast, browser: Browser
) -> None:
    own = draft(cast, title="自己的", by=cast.fin)
    others = draft(cast, title="别人的")
    db.session.commit()
    browser.sign_in("fin")
    change(browser, "claims", "pay", own, asked=1)
    change(browser, "claims", "trash", others, asked=1)
    db.session.expire_all()
    assert own.state is ClaimState.DRAFT
    assert not others.is_trashed


def test_who_has_left_the_firm_is_given_nothing(cast: Cast, browser: Browser) -> None:
    sigma = cast.sigma
    browser.sign_in("wang")
    page = change(
        browser, "customers", "owner", sigma, asked=1, owner=cast.gone.name,
        owner_id=cast.gone.id, status=422,
    )  # fmt: skip
    assert "Nothing by that name." in page.text
    db.session.expire_all()
    assert sigma.owner.username == "wang"  # type: ignore[union-attr]


@pytest.mark.parametrize("hostile", ["abc", "-1", "0", "１２", "9" * 30, "1; DROP TABLE user", ""])
def test_ids_that_are_none_choose_nothing(browser: Browser, hostile: str) -> None:
    browser.sign_in("wang")
    change(browser, "customers", "owner", hostile)
    assert "Tick what it should be done to first." in said(browser)


def test_more_than_can_be_looked_over_are_refused(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    change(browser, "customers", "trash", *range(1, MOST + 2), asked=1)
    assert "narrow the list first" in said(browser)
    db.session.expire_all()
    assert not cast.sigma.is_trashed


@pytest.mark.parametrize(("name", "deed"), [("customers", "pay"), ("deals", "x"), ("claims", "")])
def test_a_deed_that_the_list_does_not_know_is_refused(
    browser: Browser, name: str, deed: str
) -> None:
    browser.sign_in("admin")
    change(browser, name, deed, 1, status=422)


# Asking first


def test_without_javascript_a_page_asks_for_what_is_needed(cast: Cast, browser: Browser) -> None:
    sigma = cast.sigma
    browser.sign_in("wang")
    page = change(browser, "customers", "owner", sigma, status=422)
    assert "Please" not in page.text  # nothing is wrong: it had not been asked yet
    browser.submit(page, "/batches/customers", owner=cast.sun.name, owner_id=str(cast.sun.id))
    db.session.expire_all()
    assert sigma.owner.username == "sun"  # type: ignore[union-attr]


def test_what_is_asked_for_must_be_given(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    page = change(browser, "customers", "owner", cast.sigma, asked=1, status=422)
    assert "Please choose one." in page.text or "Please fill this in." in page.text


def test_htmx_is_answered_with_a_dialog_and_then_led_to_the_list(
    cast: Cast, browser: Browser
) -> None:
    browser.sign_in("wang")
    data = {"deed": "trash", "record": [cast.sigma.id]}
    asked = browser.post("/batches/customers?owner=me", data, status=422, htmx=True)
    assert "<dialog" in asked.html
    browser.submit(asked, "/batches/customers", status=200, htmx=True)
    assert browser.location == "/customers?owner=me"
    db.session.expire_all()
    assert cast.customer("大连西格玛流体控制有限公司").is_trashed


# All that the list shows


def test_all_that_the_filter_leaves_are_changed_and_no_others(cast: Cast, browser: Browser) -> None:
    made = customers(cast, 60)
    sigma = cast.sigma
    browser.sign_in("wang")
    data = {"deed": "owner", "everything": "1"}
    asked = browser.post("/batches/customers?q=客户", data, status=422)
    browser.submit(
        asked,
        "/batches/customers",
        record=ticked(asked),
        owner=cast.zhao.name,
        owner_id=str(cast.zhao.id),
    )
    db.session.expire_all()
    assert {customer.owner.username for customer in made} == {"zhao"}  # type: ignore[union-attr]
    assert sigma.owner.username == "wang"  # type: ignore[union-attr]


def test_what_came_since_it_was_asked_about_stays(cast: Cast, browser: Browser) -> None:
    made = customers(cast, 2)
    browser.sign_in("wang")
    data = {"deed": "trash", "everything": "1"}
    asked = browser.post("/batches/customers?q=客户", data, status=422)
    assert "2 selected." in asked.text
    later = Customer.register(Customer(name="客户 后来", owner=cast.wang), by=cast.wang)
    browser.submit(asked, "/batches/customers", record=ticked(asked), everything="1")
    db.session.expire_all()
    assert [customer.is_trashed for customer in (*made, later)] == [True, True, False]


def test_all_is_refused_where_it_is_too_many(cast: Cast, browser: Browser) -> None:
    made = customers(cast, MOST + 1)
    browser.sign_in("wang")
    browser.post("/batches/customers?q=客户", {"deed": "trash", "everything": "1"})
    assert "narrow the list first" in said(browser)
    db.session.expire_all()
    assert not any(customer.is_trashed for customer in made)


def test_asking_the_database_does_not_grow_with_what_was_ticked(
    app: Flask, cast: Cast, browser: Browser
) -> None:
    browser.sign_in("wang")
    ids, owner = [customer.id for customer in customers(cast, 30)], cast.zhao.name
    counts = []
    for some in (ids[:3], ids[3:]):
        with counted(app) as statements:
            change(browser, "customers", "owner", *some, asked=1, owner=owner)
        counts.append(len(statements))
    assert counts[1] <= counts[0]


# The page


@pytest.mark.parametrize(
    ("who", "path", "offered"),
    [
        (
            "wang",
            "/customers",
            [
                "Change owner",
                "Set grade",
                "Set industry",
                "Set region",
                "Set source",
                "Add a tag",
                "Take a tag off",
                "Delete",
            ],
        ),
        (
            "wang",
            "/deals",
            ["Move to…", "Change owner", "Expected close", "Add a tag", "Take a tag off", "Delete"],
        ),
        ("wang", "/expenses", ["Delete"]),
        ("fin", "/expenses", ["Pay", "Delete"]),
        ("fin", "/customers", []),
        ("reader", "/deals", []),
        ("wang", "/contacts", []),
    ],
)
def test_people_are_offered_what_they_may(
    cast: Cast, browser: Browser, who: str, path: str, offered: list[str]
) -> None:
    draft(cast)
    db.session.commit()
    page = browser.sign_in(who).get(path)
    buttons = [values for tag, values in page.tags
               if tag == "button" and values.get("name") == "deed"]  # fmt: skip
    assert len(buttons) == len(offered)
    assert all(text in page.text for text in offered)
    boxes = [values for _, values in page.tags if values.get("name") == "record"]
    assert bool(boxes) is bool(offered)
