"""The trash: what is deleted can be restored, one by one or together, until it is purged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    ExpenseClaim,
    Merge,
    OptionList,
    Task,
    TrustedDevice,
    UserSession,
)
from crm.nouns import NOUNS, record_url
from tests.cast import Cast
from tests.claims import draft
from tests.page import Browser


def test_tasks_and_claims_come_back_too(cast: Cast, browser: Browser) -> None:
    task = Task.add(Task(title="寄样本", assignee=cast.wang), by=cast.wang)
    claim = draft(cast)
    task.trash(by=cast.wang)
    claim.trash(by=cast.wang)
    db.session.commit()
    browser.sign_in("wang")
    for noun, record in (("task", task), ("claim", claim)):
        page = browser.get(f"/trash?noun={noun}")
        browser.submit(page, f"/trash/{noun}/{record.id}/restore")
    db.session.rollback()
    assert db.session.get_one(Task, task.id).trashed_at is None
    assert db.session.get_one(ExpenseClaim, claim.id).trashed_at is None


@pytest.mark.parametrize("noun", list(NOUNS))
def test_what_was_deleted_comes_back_by_the_message(
    cast: Cast, browser: Browser, noun: str
) -> None:
    wang, sigma = cast.wang, cast.sigma
    contact = Contact.register(Contact(name="刘洋", customer=sigma), by=wang)
    task = Task.add(Task(title="寄样本", assignee=wang), by=wang)
    records = {"customer": sigma, "contact": contact, "deal": cast.pumps, "task": task,
               "claim": draft(cast)}  # fmt: skip
    record = records[noun]
    db.session.commit()
    with browser.app.test_request_context():
        page = record_url(record)
    browser.sign_in("wang").post(f"{page}/delete")
    there = browser.follow()
    browser.get(page, status=404)
    assert str(record) in there.text
    browser.submit(there, f"/trash/{noun}/{record.id}/restore")
    browser.get(page)


def test_an_activity_lies_in_the_trash_until_its_author_restores_it(
    app: Flask, cast: Cast, browser: Browser
) -> None:
    wang, call = cast.wang, cast.option(OptionList.ACTIVITY_KIND, "Call")
    notes = [
        Activity.log(Activity(customer=cast.sigma, kind=call, summary=f"第{n}次来电"), by=wang)
        for n in range(3)
    ]
    for note in notes:
        note.trash(by=wang)
    db.session.commit()
    first, second, third = (note.id for note in notes)
    where = f"/trash/activity/{first}/restore"
    clock.set_to(clock.now() + timedelta(days=3))  # too late to change it, not to restore it
    browser.sign_in("wang")
    page = browser.get("/trash")
    assert "Activities 3" in page.text
    assert f"第0次来电 · {cast.sigma.name}" in page.text
    li = Browser(app).sign_in("li")
    assert "第0次来电" in li.get("/trash?noun=activity").text
    assert where not in li.get("/trash?noun=activity").html
    li.post(where, status=403)
    li.post("/batches/activity/restore", {"record": str(second)})
    Browser(app).sign_in("wu").post(where, status=404)
    browser.submit(page, where)
    assert "第0次来电 is back." in browser.follow().text
    assert "第0次来电" in browser.get(f"/customers/{cast.sigma.id}").text
    browser.post("/batches/activity/restore", {"record": str(second)})
    db.session.rollback()
    assert [db.session.get_one(Activity, id).is_trashed for id in (first, second, third)] == [
        False, False, True,
    ]  # fmt: skip
    admin = Browser(app).sign_in("admin")
    asked = admin.post("/trash/activity/purge", {"record": str(third)}, status=422)
    assert "1 record is deleted" in asked.text
    admin.submit(asked, "/trash/activity/purge")
    assert db.session.get(Activity, third, populate_existing=True) is None


def firms(cast: Cast, count: int) -> list[int]:
    """Customers of Wang's, in the trash."""
    wang = cast.wang
    made = [
        Customer.register(Customer(name=f"旧客户{n}", owner=wang), by=wang) for n in range(count)
    ]
    for customer in made:
        customer.trash(by=wang)
    db.session.commit()
    return [customer.id for customer in made]


def test_it_says_who_deleted_when_and_until_when_it_stays(cast: Cast, browser: Browser) -> None:
    firms(cast, 1)
    page = browser.sign_in("li").get("/trash")
    assert "旧客户0" in page.text
    assert "王芳" in page.text
    assert "Sep 15, 2026" in page.text  # June 17 and 90 days
    Company.current().trash_days = 0
    db.session.commit()
    assert "until an administrator" in browser.get("/trash").text
    assert "Delete for good" not in browser.get("/trash").text


def test_several_come_back_together(cast: Cast, browser: Browser) -> None:
    first, second, third = firms(cast, 3)
    browser.sign_in("wang")
    browser.post("/batches/customer/restore", {"record": [str(first), str(third)]}, status=303)
    db.session.rollback()
    assert [db.session.get_one(Customer, id).is_trashed for id in (first, second, third)] == [
        False, True, False,
    ]  # fmt: skip


def test_contacts_come_back_together_too(cast: Cast, browser: Browser) -> None:
    contact = db.session.scalars(Contact.at(cast.sigma)).one()
    contact.trash(by=cast.wang)
    db.session.commit()
    browser.sign_in("zhao").post("/batches/contact/restore", {"record": str(contact.id)})
    db.session.expire_all()
    assert not contact.is_trashed


def test_it_is_turned_page_by_page(cast: Cast, browser: Browser) -> None:
    firms(cast, 60)
    page = browser.sign_in("wang").get("/trash")
    assert "旧客户59" in page.text
    assert "旧客户3<" not in page.html
    (link,) = [tag["href"] for _, tag in page.tags if "after=" in tag.get("href", "")]
    assert "旧客户3" in browser.get(link).text


def test_an_administrator_is_asked_and_deletes_for_good(cast: Cast, browser: Browser) -> None:
    ids, wang = firms(cast, 2), cast.wang
    Contact.register(Contact(name="老张", customer=db.session.get_one(Customer, ids[0])), by=wang)
    db.session.commit()
    browser.sign_in("admin")
    asked = browser.post("/trash/customer/purge", {"record": [str(id) for id in ids]}, status=422)
    assert "2 records are deleted" in asked.text
    assert "1 contact" in asked.text
    assert db.session.scalar(select(Customer.id).where(Customer.id == ids[0]))
    db.session.rollback()
    browser.post("/trash/customer/purge", {"record": [str(id) for id in ids], "asked": "1"})
    assert not db.session.scalar(select(Customer.id).where(Customer.id.in_(ids)))
    assert "The trash is empty" in browser.follow().text


def test_what_the_books_need_is_named_and_stays(cast: Cast, browser: Browser) -> None:
    cast.sigma.trash(by=cast.wang)
    sigma_id = cast.sigma.id
    db.session.commit()
    browser.sign_in("admin")
    asked = browser.post("/trash/customer/purge", {"record": str(sigma_id)}, status=422)
    assert "it has deals" in asked.text
    browser.post("/trash/customer/purge", {"record": str(sigma_id), "asked": "1"}, status=422)
    assert db.session.scalar(select(Customer.id).where(Customer.id == sigma_id))


def test_a_merged_customer_is_not_restored_from_the_trash(cast: Cast, browser: Browser) -> None:
    wang = cast.wang
    loser = Customer.register(Customer(name="并入", owner=wang), by=wang)
    db.session.flush()
    Merge.customers(cast.sigma, loser, by=wang)
    db.session.commit()
    assert "并入" not in browser.sign_in("wang").get("/trash").text
    browser.post(f"/trash/customer/{loser.id}/restore", status=404)


def test_a_device_signed_out_from_the_list_is_not_trusted_either(
    cast: Cast, browser: Browser
) -> None:
    theirs = UserSession.begin(cast.wang, device="a phone that was lost", address="")
    trust = TrustedDevice.trust(cast.wang, device="a phone", session_secret=theirs)
    db.session.commit()
    session_id = UserSession.find(theirs).id  # type: ignore[union-attr]
    db.session.rollback()
    browser.sign_in("wang")
    browser.post(f"/devices/{session_id}/end")
    assert not TrustedDevice.is_trusted(trust, cast.wang)
