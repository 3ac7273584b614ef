"""A reminder rule from its form to the last task: previewed, switched on, made, done, enough."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from crm import clock
from crm.extensions import db, reading_only
from tests.cast import Cast
from tests.conftest import NOON
from tests.journeys.conftest import PHONE, Opener, ready, run_worker
from tests.reminder_rules import visited

pytestmark = pytest.mark.journey


def visit(cast: Cast, days_ago: int) -> None:
    db.session.rollback()  # what was read meanwhile is no ground to write on
    token = reading_only.set(False)
    visited(cast, cast.sigma, clock.now().date() - timedelta(days=days_ago))
    db.session.commit()
    reading_only.reset(token)


def test_a_rule_makes_a_task_which_is_done_with_enough_and_does_not_come_again(
    cast: Cast, open_as: Opener
) -> None:
    run_worker()  # which notes what is due when
    visit(cast, 3)
    admin = open_as("admin")
    admin.goto("/settings/reminder-rules")
    admin.get_by_role("link", name="After an activity").click()
    ready(admin)
    admin.get_by_label("Name").fill("三天回访")
    admin.get_by_label("Activity").select_option(label="Visit")
    admin.get_by_label("So many days after").fill("3")
    admin.get_by_label("What needs to be done").fill("回访{customer}")
    admin.get_by_role("button", name="Save").click()
    expect(admin.locator("#main")).to_contain_text("1 task, if what was due already counts.")
    expect(admin.locator("#main")).to_contain_text(f"回访{cast.sigma.name}")
    admin.get_by_role("button", name="Switch on").click()
    expect(admin.locator("#toasts")).to_contain_text("三天回访 is on.")
    clock.set_to(NOON + timedelta(minutes=2))
    run_worker()

    wang = open_as("wang", device=PHONE)
    wang.goto("/tasks")
    ready(wang)
    wang.get_by_role("button", name=f"Mark as done: 回访{cast.sigma.name}").click()
    expect(wang.get_by_role("dialog")).to_contain_text("The rule “三天回访” made this task.")
    wang.get_by_role("button", name="Done, and enough").click()
    expect(wang.locator("#toasts")).to_contain_text("Done, and enough")
    visit(cast, 3)
    clock.set_to(NOON + timedelta(days=1))
    run_worker()
    wang.goto("/tasks?everyone=1")
    expect(wang.locator("#main")).not_to_contain_text(f"回访{cast.sigma.name}")
    desk = open_as("wang")
    desk.goto(f"/customers/{cast.sigma.id}")
    ready(desk)
    desk.get_by_role("button", name="Remind again").click()
    expect(desk.locator("#toasts")).to_contain_text("三天回访 reminds of it again.")
