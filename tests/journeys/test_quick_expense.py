"""A cost is entered where it arises, on a phone: the photo first, with JavaScript and without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from crm.extensions import db
from crm.models import ExpenseClaim, ExpenseItem
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready

pytestmark = [pytest.mark.journey]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """What a camera hands over."""
    path = tmp_path / "IMG_0001.jpg"
    Image.effect_noise((1200, 1600), 60).convert("RGB").save(path, "JPEG")
    return path


def only_item() -> ExpenseItem:
    look_again()
    return db.session.scalars(db.select(ExpenseItem)).one()


def test_a_photo_an_amount_a_category_a_customer_and_done(
    cast: Cast, open_as: Opener, photo: Path
) -> None:
    sigma = cast.sigma
    page = open_as("wang", device=PHONE)
    page.goto("/expenses/quick")
    ready(page)
    expect(page.get_by_role("main")).to_contain_text("It begins a new claim")
    camera = page.locator("input[type=file][capture]")
    camera.set_input_files(photo)
    expect(page.get_by_role("img", name="IMG_0001.jpg")).to_be_visible()
    page.get_by_label("Amount").fill("86.5")
    page.get_by_label("Category").select_option("Entertainment")
    page.get_by_role("button", name=sigma.name).tap()
    expect(page.get_by_label("Customer", exact=True)).to_have_value(sigma.name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Add", exact=True).tap()
    expect(page).to_have_url(re.compile(r"/expenses/\d+$"))
    items = page.locator("#items")
    expect(items).to_contain_text("86.50")
    expect(items.get_by_role("img", name="Receipt IMG_0001.jpg")).to_be_visible()
    assert only_item().customer_id == sigma.id


def test_the_same_without_javascript(cast: Cast, open_as: Opener, photo: Path) -> None:
    page = open_as("wang", device=PHONE, javascript=False)
    page.goto("/expenses/quick")
    page.locator("input[type=file]").first.set_input_files(photo)
    page.get_by_label("Amount").fill("86.5")
    page.get_by_label("Customer", exact=True).fill("dlxgm")
    page.get_by_role("button", name="Add", exact=True).tap()
    expect(page).to_have_url(re.compile(r"/expenses/\d+$"))
    expect(page.locator("#items")).to_contain_text("86.50")
    item = only_item()
    assert (item.customer_id, len(item.receipts)) == (cast.sigma.id, 1)
    assert db.session.get_one(ExpenseClaim, item.claim_id).claimant_id == cast.wang.id


def test_a_bill_is_shared_out_on_a_phone(cast: Cast, open_as: Opener, photo: Path) -> None:
    page = open_as("wang", device=PHONE)
    page.goto("/expenses/quick")
    ready(page)
    page.get_by_label("Amount").fill("100")
    page.get_by_role("button", name=cast.sigma.name).tap()
    page.get_by_role("button", name="Add", exact=True).tap()
    page.get_by_role("link", name="Share out").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("100.00")
    ready(page)
    page.get_by_role("button", name="Add a share").tap()
    shares = page.get_by_label("Its share")
    expect(shares).to_have_count(3)
    shares.first.fill("50")
    page.get_by_role("button", name="Save", exact=True).last.tap()
    items = page.locator("#items > .list > li")
    expect(items).to_have_count(3)
    expect(items.nth(1)).to_contain_text("25.00")
    items.first.get_by_role("button", name="Join again").tap()
    expect(items).to_have_count(1)


def test_what_was_refused_is_not_offered_back_beside_itself(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    page.goto("/expenses/quick")
    ready(page)
    page.get_by_label("Amount").fill("0")
    page.get_by_role("button", name="Add", exact=True).tap()
    expect(page.get_by_role("main")).to_contain_text("Not saved yet")
    ready(page)
    expect(page.locator(".draft")).to_have_count(0)
    page.goto("/expenses/quick")
    expect(page.locator(".draft")).to_contain_text("You began writing this")
