"""What is left of a budget stands beside the form while an item is typed, and on the claim."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.extensions import db, reading_only
from crm.models import Budget, Company, ExpenseClaim
from crm.models.budget import BudgetPlan
from crm.terms import Span, Term
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture
def claim(cast: Cast) -> ExpenseClaim:
    """An empty claim of Wang's; on Sigma a thousand may be spent this quarter."""
    token = reading_only.set(False)
    quarter = Term.around(Span.QUARTER, Company.current().today())
    Budget.set_up(BudgetPlan(quarter, Decimal(1000), cast.sigma), by=cast.fin)
    claim = ExpenseClaim.begin("大连出差", by=cast.wang)
    db.session.commit()
    reading_only.reset(token)
    return claim


def told(page: Page) -> Locator:
    return page.locator("#item_limits")


def fill(page: Page) -> None:
    page.get_by_label("Amount").fill("300")
    page.get_by_label("Purpose").fill("打车去大连")
    page.get_by_role("combobox", name="Customer").fill("西格玛")


@pytest.mark.parametrize("device", [{}, {"device": PHONE}], ids=["desk", "phone"])
def test_what_is_left_follows_customer_and_amount(
    claim: ExpenseClaim, open_as: Opener, device: dict[str, dict[str, object]]
) -> None:
    page = open_as("wang", **device)
    page.goto(f"/expenses/{claim.id}/items/new")
    ready(page)
    fill(page)
    page.get_by_role("option", name="大连西格玛").click()
    expect(told(page)).to_contain_text("Left: CN¥700")
    page.get_by_label("Amount").fill("1200")
    page.get_by_label("Purpose").click()
    expect(told(page)).to_contain_text("Over by CN¥200")
    page.get_by_role("button", name="Clear").first.click()
    expect(told(page)).to_be_empty()


def test_without_javascript_the_page_of_the_claim_says_it(
    claim: ExpenseClaim, open_as: Opener
) -> None:
    page = open_as("wang", javascript=False)
    page.goto(f"/expenses/{claim.id}/items/new")
    fill(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Left: CN¥700")).to_be_visible()


def test_quick_entry_on_a_phone_says_what_is_left(
    cast: Cast, claim: ExpenseClaim, open_as: Opener
) -> None:
    page = open_as("wang", device=PHONE)
    page.goto("/expenses/quick")
    ready(page)
    page.get_by_role("button", name=cast.sigma.name).tap()
    expect(told(page)).to_contain_text("Left: CN¥1,000")
    page.get_by_label("Amount").fill("300")
    page.get_by_label("Category").select_option("Entertainment")
    expect(told(page)).to_contain_text("Left: CN¥700")


def test_quick_entry_without_javascript_says_it_on_the_page_of_the_claim(
    cast: Cast, claim: ExpenseClaim, open_as: Opener
) -> None:
    page = open_as("wang", device=PHONE, javascript=False)
    page.goto("/expenses/quick")
    page.get_by_label("Amount").fill("300")
    page.get_by_label("Customer", exact=True).fill(cast.sigma.name)
    page.get_by_role("button", name="Add", exact=True).tap()
    expect(page.get_by_text("Left: CN¥700")).to_be_visible()
