"""Fields edited where they stand: one field of one record, by the rules of the whole form."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm.extensions import db
from crm.forms.contact import ContactForm
from crm.forms.customer import CustomerForm
from crm.forms.deal import DealForm
from crm.forms.task import TaskForm
from crm.models import Contact, Customer, Event, Option, OptionList, Task
from tests.cast import Cast
from tests.page import Browser, Page
from tests.snapshots import changes, snapshot

FORMS = {"customer": CustomerForm, "contact": ContactForm, "deal": DealForm, "task": TaskForm}
STATE = {"stage", "stage_id", "outcome", "closed_at", "base_amount", "rate", "done_at", "version",
         "trashed_at", "id", "customer_id", "owner_id", "created_by"}  # fmt: skip


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def records(cast: Cast) -> dict[str, Any]:
    """One record of each noun, all of them Wang's."""
    contact = db.session.scalars(select(Contact)).one()
    task = Task.add(Task(title="报价", assignee=cast.wang, customer=cast.sigma), by=cast.wang)
    db.session.commit()
    return {"customer": cast.sigma, "contact": contact, "deal": cast.pumps, "task": task}


def address(noun: str, record: Any, name: str) -> str:
    return f"/{noun}s/{record.id}/fields/{name}"


def last_change(record: Any) -> dict[str, Any]:
    events = Event.about(record.__tablename__, record.id)
    return dict(db.session.scalars(events).first().particulars["changes"])  # type: ignore[union-attr]


def targets(page: Page) -> list[str]:
    return [values["hx-target"] for tag, values in page.tags if tag == "hx-partial"]


EVERY_FIELD = [(noun, name) for noun, form in FORMS.items() for name in form.IN_PLACE]


@pytest.mark.parametrize(("noun", "name"), EVERY_FIELD)
def test_every_field_opens_and_saves_as_it_is_without_a_change(
    app: Flask, wang: Browser, records: dict[str, Any], noun: str, name: str
) -> None:
    where = address(noun, records[noun], name)
    before = snapshot(app)
    page = wang.get(f"{where}/edit")
    wang.submit(page, f"/fields/{name}")
    assert wang.location == f"/{noun}s/{records[noun].id}"
    assert changes(before, snapshot(app)) == []


@pytest.mark.parametrize(
    ("noun", "name", "typed", "recorded"),
    [
        ("customer", "address", "大连市中山区", {"address": ["", "大连市中山区"]}),
        ("customer", "name", "  新名 ", {"name": ["大连西格玛流体控制有限公司", "新名"]}),
        ("customer", "employees", "1200", {"employees": ["", "1200"]}),
        ("customer", "annual_revenue", "￥12,500.5", {"annual_revenue": ["", "12500.5"]}),
        ("customer", "kind", "dealer", {"kind": ["customer", "dealer"]}),
        ("contact", "birthday", "1980-05-06", {"birthday": ["", "1980-05-06"]}),
        ("contact", "decision_role", "decider", {"decision_role": ["", "decider"]}),
        ("deal", "amount", "200000", {"amount": ["186000.00", "200000"]}),
        ("deal", "next_step", "一\n二", {"next_step": ["", "一\n二"]}),
        ("task", "due_on", "2026-06-30", {"due_on": ["", "2026-06-30"]}),
        ("task", "urgent", "y", {"urgent": ["False", "True"]}),
    ],
)
def test_one_field_is_saved_and_recorded_as_by_the_whole_form(
    wang: Browser, records: dict[str, Any], noun: str, name: str, typed: str,
    recorded: dict[str, list[str]],
) -> None:  # fmt: skip
    where = address(noun, records[noun], name)
    page = wang.get(f"{where}/edit")
    wang.submit(page, f"/fields/{name}", **{name: typed})
    changed = last_change(records[noun])
    assert set(changed) == set(recorded)
    assert {key: [old, new.replace("\r\n", "\n")] for key, (old, new) in changed.items()} in (
        recorded, {key: [old, f"{new}0"] for key, (old, new) in recorded.items()},
        {key: [old, f"{new}.00"] for key, (old, new) in recorded.items()},
    )  # fmt: skip


def test_an_option_is_recorded_in_both_languages_and_read_in_the_readers(
    cast: Cast, wang: Browser
) -> None:
    grade = db.session.scalars(Option.of(OptionList.GRADE)).first()
    assert grade is not None
    wang.submit(wang.get(address("customer", cast.sigma, "grade") + "/edit"), "/fields/grade",
                grade=str(grade.id))  # fmt: skip
    assert last_change(cast.sigma) == {"grade": ["", grade.both]}
    shown = wang.follow()
    assert f"Grade {grade.label_en}" in shown.text
    assert grade.label_zh not in shown.text or grade.label_zh == grade.label_en


def test_what_else_is_sent_is_not_saved(
    app: Flask, cast: Cast, wang: Browser, records: dict[str, Any]
) -> None:
    form = {"product": "泵", "version": str(cast.pumps.version), "name": "Hacked", "amount": "1",
            "owner": str(cast.zhao.id), "stage": str(cast.stages[4].id), "closed_at": "2026-01-01",
            "probability": "99", "trashed_at": "2026-01-01"}  # fmt: skip
    wang.post(address("deal", cast.pumps, "product"), form)
    assert last_change(cast.pumps) == {"product": ["", "泵"]}
    assert cast.pumps.owner is cast.wang


@pytest.mark.parametrize("noun", FORMS)
def test_only_named_fields_are_there(wang: Browser, records: dict[str, Any], noun: str) -> None:
    assert not STATE & set(FORMS[noun].IN_PLACE)
    for name in (*sorted(STATE), "nonsense", "__class__", "%00", "x" * 300):
        wang.get(address(noun, records[noun], name) + "/edit", status=404)
        wang.post(address(noun, records[noun], name), {name: "1"}, status=404)


def test_a_stranger_finds_nothing_and_a_reader_may_not(
    app: Flask, browser: Browser, records: dict[str, Any]
) -> None:
    before = snapshot(app)
    for who, status in (("wu", 404), ("reader", 403)):
        browser.sign_in(who)
        for noun, record in records.items():
            name = next(iter(FORMS[noun].IN_PLACE))
            browser.get(address(noun, record, name) + "/edit", status=status)
            browser.get(address(noun, record, name), status=status)
            browser.post(address(noun, record, name), {name: "x"}, status=status)
    records_changed = ("customer", "contact", "deal", "task")
    assert [
        line for line in changes(before, snapshot(app)) if line.startswith(records_changed)
    ] == []


def test_a_reader_sees_no_pencil(browser: Browser, cast: Cast) -> None:
    assert "/fields/" in browser.sign_in("wang").get(f"/customers/{cast.sigma.id}").html
    assert "/fields/" not in browser.sign_in("reader").get(f"/customers/{cast.sigma.id}").html


def test_a_wrong_value_comes_back_in_its_place(cast: Cast, wang: Browser) -> None:
    where = address("customer", cast.sigma, "website")
    form = {"website": "<script>", "version": str(cast.sigma.version)}
    page = wang.post(where, form, status=422, htmx=f"section#customer_{cast.sigma.id}_facts")
    assert page.form("/fields/website")["fields"]["website"] == "<script>"
    assert "Write a web address" in page.text
    assert "Last contact" not in page.text, "only the facts come back"
    whole = wang.post(where, form, status=422)
    assert whole.h1 == [cast.sigma.name]


def test_a_stale_version_shows_both_values_and_may_be_sent_again(cast: Cast, wang: Browser) -> None:
    where = address("deal", cast.pumps, "product")
    page = wang.get(f"{where}/edit")
    cast.pumps.product = "赵的"
    db.session.commit()
    refused = wang.submit(page, "/fields/product", status=409, product="我的")
    assert "赵的" in refused.text
    assert refused.form("/fields/product")["fields"]["product"] == "我的"
    assert cast.pumps.product == "赵的"
    wang.submit(refused, "/fields/product", product="我的")
    assert last_change(cast.pumps) == {"product": ["赵的", "我的"]}


def test_without_a_version_nothing_is_saved_over_others(cast: Cast, wang: Browser) -> None:
    before = cast.sigma.name
    wang.post(address("customer", cast.sigma, "name"), {"name": "盲写"}, status=409)
    wang.post(f"/customers/{cast.sigma.id}", {"name": "盲写"}, status=409)
    db.session.expire_all()
    assert cast.sigma.name == before


def test_saving_answers_with_what_else_shows_the_value(cast: Cast, wang: Browser) -> None:
    form = {"name": "新名", "version": str(cast.pumps.version)}
    deal = f"#deal_{cast.pumps.id}"
    page = wang.post(address("deal", cast.pumps, "name"), form, status=200, htmx="form")
    assert targets(page) == [f"{deal}_head", f"{deal}_facts", f"{deal}_timeline", "#toasts"]
    assert page.h1 == ["新名"]
    assert "Saved." in page.text


def test_giving_up_shows_the_facts_again(cast: Cast, wang: Browser) -> None:
    page = wang.get(address("customer", cast.sigma, "phone"), htmx="section")
    assert "0411-8765 4321" in page.text
    assert page.forms == []


def test_another_customer_asks_for_another_contact(
    cast: Cast, wang: Browser, records: dict[str, Any]
) -> None:
    other = Customer.register(Customer(name="大连北方泵业", owner=cast.wang), by=cast.wang)
    cast.pumps.contact = records["contact"]
    db.session.commit()
    page = wang.get(address("deal", cast.pumps, "customer") + "/edit")
    assert "contact" in page.form("/fields/customer")["fields"]
    typed = {"customer": other.name, "customer_id": ""}
    refused = wang.submit(page, "/fields/customer", status=422, **typed)
    assert "This person is at another customer." in refused.text
    wang.submit(refused, "/fields/customer", **typed, contact="", contact_id="")
    assert (cast.pumps.customer, cast.pumps.contact) == (other, None)


def test_who_gives_a_record_away_is_led_to_the_list(cast: Cast, wang: Browser) -> None:
    form = {"owner": "吴迪", "version": str(cast.vague.version)}
    wang.post(address("deal", cast.vague, "owner"), form, status=200, htmx="form")
    assert wang.location == "/deals"
    assert "somebody else's now" in wang.follow().text


HOSTILE = ("\0", "{{7*7}}", "' OR 1=1 --", "x" * 20_000, "９" * 15, "-1", "NaN", "1e999", "٣")


@pytest.mark.parametrize("noun", FORMS)
def test_hostile_values_are_saved_as_text_or_refused(
    wang: Browser, records: dict[str, Any], noun: str
) -> None:
    record, token = records[noun], wang.token()
    for name in FORMS[noun].IN_PLACE:
        for hostile in HOSTILE:
            form = {"csrf_token": token, name: hostile, "version": str(record.version)}
            response = wang.client.post(address(noun, record, name), data=form)
            # 403: with an empty owner the record is nobody's, and so no longer theirs to change.
            assert response.status_code in {303, 422, 403}, (name, hostile)
            db.session.expire_all()


# The way back


@pytest.mark.parametrize("noun", FORMS)
def test_the_way_back_to_the_list_outlives_an_edit(
    wang: Browser, records: dict[str, Any], noun: str
) -> None:
    name = "title" if noun == "task" else "name"
    page = wang.get(f"/{noun}s/{records[noun].id}?list=owner%3Dme")
    (edit,) = {values["href"] for _, values in page.tags if values.get("data-field") == name}
    page = wang.get(edit)
    where = address(noun, records[noun], name)
    drawn = wang.submit(page, where, status=200, htmx=True)
    assert "list=owner%3Dme" in drawn.html
    wang.submit(wang.get(edit), where)
    assert wang.location == f"/{noun}s/{records[noun].id}?list=owner%3Dme"
