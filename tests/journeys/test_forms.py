"""Forms as people use them: by keyboard, over a lost session, twice pressed, half filled in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect

from crm.extensions import db
from crm.models import Customer, Deal, Task, UserSession
from tests.cast import PASSWORD, Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def open_form(page: Page, path: str) -> None:
    """Open a page and wait until its behaviours are there."""
    page.goto(path)
    ready(page)


def drafts(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))")


def lose_session() -> None:
    from crm.extensions import reading_only

    token = reading_only.set(False)
    try:
        db.session.execute(db.delete(UserSession))
        db.session.commit()
    finally:
        reading_only.reset(token)


def test_a_customer_is_found_by_keyboard_only(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_form(page, "/deals/new")
    page.keyboard.type("泵站")
    page.keyboard.press("Tab")
    field = page.get_by_role("combobox", name="Customer")
    expect(field).to_be_focused()
    page.keyboard.type("dlxgm")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_contain_text("大连西格玛")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute("aria-activedescendant", f"customer_{cast.sigma.id}")
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("Enter")
    expect(field).to_have_value(cast.sigma.name)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Contact")).to_have_value("刘洋")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/deals/\d+$"))
    look_again()
    deal = db.session.scalars(db.select(Deal).where(Deal.name == "泵站")).one()
    assert (deal.customer, deal.contact.name) == (cast.sigma, "刘洋")


def test_a_customer_is_created_in_place_by_keyboard_only(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_form(page, "/tasks/new")
    page.get_by_label("What needs to be done").fill("拜访")
    page.get_by_role("combobox", name="Customer").focus()
    page.keyboard.type("沈阳水泵")
    expect(page.get_by_role("option", name="Create customer “沈阳水泵”")).to_be_visible()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New customer")
    expect(dialog.get_by_label("Name")).to_have_value("沈阳水泵")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill("")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("沈阳水泵厂")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    field = page.get_by_role("combobox", name="Customer")
    expect(field).to_have_value("沈阳水泵厂")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks")
    look_again()
    (task,) = db.session.scalars(db.select(Task).where(Task.title == "拜访"))
    assert task.customer.name == "沈阳水泵厂"


def test_a_picker_by_finger(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    open_form(page, "/tasks/new")
    page.get_by_role("combobox", name="Customer").tap()
    page.get_by_role("option", name="大连西格玛").tap()
    expect(page.get_by_role("combobox", name="Customer")).to_have_value(cast.sigma.name)
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.locator(".picker-clear").nth(1).tap()
    expect(page.get_by_role("combobox", name="Customer")).to_have_value("")


def test_on_a_phone_what_a_picker_offers_is_above_the_bars(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    open_form(page, "/tasks/new")
    customer = page.get_by_role("combobox", name="Customer")
    customer.evaluate("field => field.focus({ preventScroll: true })")
    customer.evaluate(
        "field => scrollBy(0, field.getBoundingClientRect().bottom - innerHeight + 150)"
    )
    page.keyboard.type("新客户")
    last = page.locator(f"#{customer.get_attribute('id')}_options").get_by_role("option").last
    expect(last).to_contain_text("新客户")
    assert last.evaluate(
        """option => {
          const { left, bottom } = option.getBoundingClientRect();
          return option.contains(document.elementFromPoint(left + 9, bottom - 3));
        }"""
    )


def test_leaving_a_changed_form_asks_and_saving_does_not(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    open_form(page, f"/customers/{cast.sigma.id}/edit")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"**/customers/{cast.sigma.id}")
    assert asked == []
    open_form(page, f"/customers/{cast.sigma.id}/edit")
    page.get_by_label("Note").fill("每月底付款")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Note")).to_have_value("每月底付款")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/customers/{cast.sigma.id}")
    assert asked == ["beforeunload"]
    assert drafts(page) == []


def test_what_was_typed_survives_a_lost_session(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    path = f"/customers/{cast.sigma.id}/edit"
    open_form(page, path)
    page.get_by_label("Note").fill("看了二号泵房，密封泄漏")
    page.locator(".segments label").filter(has_text="Dealer").click()
    lose_session()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/sign-in\?next="))
    page.get_by_label("User name or e-mail").fill("wang")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")
    expect(page.get_by_label("Note")).to_have_value("")
    expect(page.locator(".draft")).to_contain_text("You began writing this")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_label("Note")).to_have_value("看了二号泵房，密封泄漏")
    expect(page.get_by_role("radio", name="Dealer")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/customers/{cast.sigma.id}")
    assert drafts(page) == []
    look_again()
    assert db.session.get_one(Customer, cast.sigma.id).note == "看了二号泵房，密封泄漏"


def test_a_session_lost_in_a_fragment_leads_to_signing_in(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_form(page, "/tasks/new")
    page.get_by_label("Note").fill("长长的一段话")
    lose_session()
    page.get_by_role("combobox", name="Customer").click()
    page.wait_for_url(re.compile(r"/sign-in\?next="))
    assert len(drafts(page)) == 1


@pytest.mark.parametrize(("hours", "left"), [(23, 1), (25, 0)])
def test_after_a_session_that_ended_by_itself_a_draft_stays_for_a_day(
    cast: Cast, open_as: Opener, hours: int, left: int
) -> None:
    page = open_as("wang")
    open_form(page, "/tasks/new")
    page.evaluate(
        """([user, hours]) => { localStorage[`draft:${user}:/tasks`] =
             JSON.stringify({ typed: [], at: Date.now() - hours * 3_600_000 }); }""",
        [cast.wang.id, hours],
    )
    open_form(page, "/customers")
    assert len(drafts(page)) == 1, "for a week while its writer is signed in"
    lose_session()
    open_form(page, "/tasks/new")
    expect(page.get_by_label("Password")).to_be_visible()
    assert len(drafts(page)) == left


def test_a_draft_is_discarded_or_cleared_by_signing_out(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_form(page, "/tasks/new")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Note").fill("草稿")
    page.reload()
    ready(page)
    page.get_by_role("button", name="Discard").click()
    assert drafts(page) == []
    page.get_by_label("Note").fill("又一份草稿")
    page.goto("/")
    assert len(drafts(page)) == 1
    page.locator(".topbar summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert drafts(page) == []


def test_a_draft_of_an_older_version_shows_what_changed_meanwhile(
    cast: Cast, open_as: Opener
) -> None:
    page, other = open_as("wang"), open_as("li")
    path = f"/customers/{cast.sigma.id}/edit"
    page.on("dialog", lambda dialog: dialog.accept())
    open_form(page, path)
    page.get_by_label("Address").fill("大连 1 号")
    open_form(other, path)
    other.get_by_label("Address").fill("大连 2 号")
    other.get_by_role("button", name="Save").click()
    other.wait_for_url(f"**/customers/{cast.sigma.id}")
    open_form(page, path)
    page.get_by_role("button", name="Restore").click()
    page.get_by_role("button", name="Save").click()
    notice = page.get_by_role("alert").filter(has_text="This was changed while you")
    expect(notice).to_contain_text("大连 2 号")
    expect(notice).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without JavaScript"])
def test_the_focus_goes_to_the_first_field_that_is_wrong(
    cast: Cast, open_as: Opener, javascript: bool
) -> None:
    page = open_as("wang", device=PHONE, javascript=javascript)
    page.goto("/customers/new")
    page.get_by_label("Name").fill("沈阳水泵厂")
    page.get_by_label("Employees").fill("many")
    page.get_by_label("Note").fill("留着")
    page.get_by_role("button", name="Save").click()
    wrong = page.get_by_label("Employees")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description("Write a whole number.")
    expect(page.get_by_label("Note")).to_have_value("留着")
    box, bar = wrong.bounding_box(), page.locator(".form-actions").bounding_box()
    assert box
    assert bar
    assert 56 < box["y"] < bar["y"] - box["height"]
    page.get_by_role("link", name="Employees").click()
    expect(wrong).to_be_focused()


def test_a_second_press_does_nothing(
    cast: Cast, app: Flask, open_as: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_as("wang")
    open_form(page, "/tasks/new")
    answering, go_on, sent = app.wsgi_app, threading.Event(), []

    def slow(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            sent.append(environ["PATH_INFO"])
            go_on.wait(10)
        return answering(environ, start)

    monkeypatch.setattr(app, "wsgi_app", slow)
    page.get_by_label("What needs to be done").fill("拜访")
    box = page.get_by_role("button", name="Save").bounding_box()
    assert box
    press = "(save) => { save.click(); return save.classList.contains('is-busy'); }"
    assert page.locator(".form-actions .button-primary").evaluate(press)
    page.mouse.click(box["x"] + 10, box["y"] + 10)
    go_on.set()
    page.wait_for_url("**/tasks")
    assert sent == ["/tasks"]
    look_again()
    assert db.session.scalar(db.select(db.func.count(Task.id)).where(Task.title == "拜访")) == 1


def test_days_and_amounts_are_filled_in_short(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_form(page, "/deals/new")
    page.get_by_label("Amount").fill("12.5万")
    expect(page.locator(".meant")).to_have_text("CN¥125,000.00")
    page.get_by_role("button", name="In a month").click()
    expect(page.get_by_label("Expected close")).not_to_have_value("")
    page.get_by_label("Name").fill("泵站")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/deals/\d+$"))
    look_again()
    deal = db.session.scalars(db.select(Deal).where(Deal.name == "泵站")).one()
    assert str(deal.amount) == "125000.00"
    assert deal.expected_close is not None
