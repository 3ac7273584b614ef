"""Today is worked off where one stands: rows leave, counts follow, and a slip is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from crm import clock
from crm.extensions import db, reading_only
from crm.models import Company, Customer, Deal, Task
from tests.cast import Cast
from tests.claims import submitted
from tests.journeys.conftest import PHONE, Opener, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture
def work(cast: Cast) -> Cast:
    """For Wang two tasks of today, a stalled deal and a customer gone cold; for Li a claim."""
    token = reading_only.set(False)
    wang, today = cast.wang, Company.current().today()
    for title in ("给西格玛回电", "准备投标文件"):
        Task.add(Task(title=title, due_on=today, assignee=wang), by=wang)
    Deal.open(Deal(name="停了的机会", customer=cast.sigma, owner=wang), cast.stages[0], by=wang,
              at=clock.now() - timedelta(days=30))  # fmt: skip
    cold = Customer.register(Customer(name="冷了的客户", owner=wang), by=wang)
    cold.created_at = clock.now() - timedelta(days=90)
    submitted(cast, title="大连出差")
    db.session.commit()
    reading_only.reset(token)
    return cast


def test_a_task_leaves_when_it_is_ticked_and_comes_back_when_undone(
    work: Cast, open_as: Opener
) -> None:
    page = open_as("wang")
    section = page.locator("section", has=page.get_by_role("heading", name="Due today"))
    page.get_by_role("button", name="Mark as done: 给西格玛回电").click()
    expect(page.locator("#toasts")).to_contain_text("Done: 给西格玛回电")
    expect(section.get_by_role("listitem")).to_have_count(1)
    expect(section.locator(".count")).to_have_text("1")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(section.get_by_role("listitem")).to_have_count(2)
    assert page.url.endswith("/")


def test_a_task_is_put_off_by_keyboard(work: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    ready(page)
    page.get_by_label("Put off: 准备投标文件").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tomorrow").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("准备投标文件: due on")
    expect(page.get_by_role("link", name="准备投标文件")).to_have_count(0)


def test_a_stalled_deal_is_moved_and_a_cold_customer_noted(work: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    ready(page)
    page.get_by_label("Go on with 停了的机会").click()
    page.get_by_label("Move to").select_option(label="Needs confirmed")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("is now in Needs confirmed")
    expect(page.get_by_role("heading", name="Stalled deals")).to_have_count(0)
    page.get_by_label("Call, or note a contact: 冷了的客户").click()
    page.get_by_label("What happened").fill("电话，下周去")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator("#toasts")).to_contain_text("Noted.")
    expect(page.get_by_role("link", name="冷了的客户")).to_have_count(0)


def test_a_manager_approves_on_a_phone(work: Cast, open_as: Opener) -> None:
    page = open_as("li", device=PHONE)
    ready(page)
    page.get_by_role("link", name="Decide").tap()
    page.get_by_role("button", name="Approve").tap()
    expect(page.locator("#toasts")).to_contain_text("大连出差, CN¥300.00: approved.")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_a_stalled_deal_is_snoozed_in_a_dialog_and_woken_by_its_message(
    work: Cast, open_as: Opener
) -> None:
    page = open_as("wang")
    ready(page)
    page.get_by_label("Go on with 停了的机会").click()
    page.get_by_role("link", name="Snooze…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Snoozed until").fill("2020-01-01")
    dialog.get_by_label("Reason").fill("客户停产检修")
    dialog.get_by_role("button", name="Snooze").click()
    expect(dialog).to_contain_text("This day has passed.")
    expect(dialog.get_by_label("Reason")).to_have_value("客户停产检修")
    dialog.get_by_role("button", name="In a month").click()
    dialog.get_by_role("button", name="Snooze").click()
    expect(page.locator("#toasts")).to_contain_text("停了的机会 is snoozed until")
    expect(page.get_by_label("Go on with 停了的机会")).to_have_count(0)
    assert page.url.endswith("/")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Go on with 停了的机会")).to_have_count(1)
