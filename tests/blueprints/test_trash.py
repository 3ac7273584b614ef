"""The trash: everything that is deleted can be restored for 30 days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm import clock
from crm.extensions import db
from crm.models import Contact, ExpenseClaim, Task, TrustedDevice, UserSession
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
    page = browser.get("/trash")
    browser.submit(page, f"/trash/task/{task.id}/restore")
    browser.submit(page, f"/trash/claim/{claim.id}/restore")
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


def test_after_thirty_days_it_is_gone_from_the_trash(cast: Cast, browser: Browser) -> None:
    sigma = cast.sigma
    sigma.trash(by=cast.wang)
    db.session.commit()
    clock.set_to(clock.now() + timedelta(days=30))
    browser.sign_in("wang")
    assert sigma.name not in browser.get("/trash").text
    browser.post(f"/trash/customer/{sigma.id}/restore", status=404)


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
