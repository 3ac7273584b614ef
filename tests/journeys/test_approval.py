"""A rep hands in a claim with a photo; the manager approves it from the mail, on a phone."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from crm.extensions import db
from crm.models import ClaimState, ExpenseClaim
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, run_worker
from tests.mailbox import Mailbox

pytestmark = pytest.mark.journey


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A receipt as a phone's camera writes it, with where and when it was taken."""
    image = Image.new("RGB", (1600, 1200), "white")
    exif = Image.Exif()
    exif[0x010F] = "A phone maker"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    path = tmp_path / "receipt.jpg"
    path.write_bytes(buffer.getvalue())
    return path


def hand_in(page: Page, photo: Path, amount: str = "380.50") -> None:
    """Fill a claim with one item and submit it."""
    page.goto("/expenses/new")
    page.get_by_label("Title").fill("大连出差")
    page.get_by_role("button", name="On to the items").click()
    page.get_by_label("Receipts").set_input_files(photo)
    page.get_by_label("Amount").fill(amount)
    page.get_by_label("Category").select_option(label="Travel")
    page.locator("main").get_by_label("Customer").fill("dlxgm")
    page.get_by_label("Purpose").fill("拜访采购部")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".receipt img")).to_have_count(1)
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("main")).to_contain_text("Waiting for approval")


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without JavaScript"])
def test_a_claim_is_approved_on_a_phone_from_the_mail(
    cast: Cast, open_as: Opener, mailbox: Mailbox, photo: Path, javascript: bool
) -> None:
    hand_in(open_as("wang", javascript=javascript), photo)
    run_worker()
    (mail,) = mailbox.messages
    assert mail.recipients == ["li@example.com"]
    (link,) = [link for link in mail.links if "/approve/" in link]

    phone = open_as(device=PHONE, javascript=javascript)
    phone.goto(link)
    assert not re.search(r"[0-9a-f]{64}", phone.url)
    expect(phone.locator("main")).to_contain_text("380.50")
    expect(phone.locator("main")).to_contain_text("大连西格玛流体控制有限公司")
    expect(phone.locator(".receipt img")).to_be_visible()
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Approved")

    look_again()
    (claim,) = db.session.scalars(db.select(ExpenseClaim))
    assert claim.state is ClaimState.APPROVED
    run_worker()
    assert {tuple(mail.recipients) for mail in mailbox.messages[1:]} == {
        ("wang@example.com",), ("li@example.com",)}  # fmt: skip


def test_rejecting_from_the_mail_asks_why_and_going_back_tells_what_was_decided(
    cast: Cast, open_as: Opener, mailbox: Mailbox, photo: Path
) -> None:
    hand_in(open_as("wang"), photo)
    run_worker()
    phone = open_as(device=PHONE)
    phone.goto(next(link for link in mailbox.messages[0].links if "/approve/" in link))
    phone.evaluate("navigator.serviceWorker.ready.then(() => null)")
    phone.get_by_role("button", name="Reject").click()
    expect(phone.locator(".error")).to_be_visible()
    phone.get_by_label("Comment").fill("发票抬头不对")
    phone.get_by_role("button", name="Reject").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Rejected")
    phone.go_back()
    expect(phone.locator("main")).to_contain_text("Already rejected by you")


def test_a_manager_approves_inline_in_the_list(cast: Cast, open_as: Opener, photo: Path) -> None:
    hand_in(open_as("wang"), photo)
    page = open_as("li")
    page.goto("/approvals")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#toasts")).to_contain_text(": approved.")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Nothing to approve")


def test_a_large_amount_asks_to_sign_in_and_then_shows_the_request(
    cast: Cast, open_as: Opener, mailbox: Mailbox, photo: Path
) -> None:
    hand_in(open_as("wang"), photo, amount="5,000")
    run_worker()
    phone = open_as(device=PHONE)
    phone.goto(next(link for link in mailbox.messages[0].links if "/approve/" in link))
    expect(phone.get_by_role("button", name="Approve")).to_have_count(0)
    phone.get_by_role("link", name="Sign in to decide").click()
    phone.get_by_label("User name or e-mail").fill("li")
    phone.get_by_label("Password").fill("correct-horse-9")
    phone.locator("main").get_by_role("button", name="Sign in").click()
    phone.get_by_role("button", name="Approve").click()
    expect(phone.locator("#toasts")).to_contain_text(": approved.")
    expect(phone.locator("main")).to_contain_text("Nothing to approve")
