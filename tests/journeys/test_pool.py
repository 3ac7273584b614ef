"""The public pool: opened with a rule, warned of, fallen into, and claimed from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from crm import clock
from crm.extensions import db, reading_only
from crm.models import Customer
from tests.cast import Cast
from tests.conftest import NOON
from tests.journeys.conftest import PHONE, Opener, ready, run_worker

pytestmark = pytest.mark.journey


@pytest.fixture
def quiet(cast: Cast) -> Customer:
    """A customer of Wang's, new on the day of the test."""
    token = reading_only.set(False)
    customer = Customer.register(Customer(name="静安仪表", owner=cast.wang), by=cast.wang)
    db.session.commit()
    reading_only.reset(token)
    return customer


def open_pool(page: Page, *, days: int) -> None:
    page.goto("/settings/pool")
    ready(page)
    page.get_by_label("Customers without an owner can be claimed").check()
    page.get_by_label("Customers a person may own").fill("3")
    page.get_by_label("Without a grade").fill(str(days))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")


def test_a_silent_customer_is_warned_of_goes_to_the_pool_and_is_claimed(
    cast: Cast, open_as: Opener, quiet: Customer
) -> None:
    run_worker()  # which notes what is due when
    open_pool(open_as("admin"), days=30)
    clock.set_to(NOON + timedelta(days=30))
    run_worker()
    wang = open_as("wang", device=PHONE)
    wang.goto(f"/customers/{quiet.id}")
    expect(wang.locator(".notice")).to_contain_text("it goes to the pool on")
    clock.set_to(NOON + timedelta(days=38))
    run_worker()

    zhao = open_as("zhao")
    zhao.goto("/customers")
    zhao.get_by_role("link", name="Public pool").click()
    zhao.get_by_role("link", name="静安仪表").first.click()
    expect(zhao.locator(".notice")).to_contain_text("nobody looks after it")
    zhao.get_by_role("button", name="Claim").click()
    expect(zhao.locator("#toasts")).to_contain_text("静安仪表 is yours now.")
    expect(zhao.locator(".record-head .figures")).to_contain_text("赵磊")
