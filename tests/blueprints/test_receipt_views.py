"""A receipt to look at, and the way from one to the next among those of its claim."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from crm import files
from crm.extensions import db
from crm.files import PreparedFile
from crm.models import ExpenseClaim, ExpenseItem
from crm.models.expense_claim.splitting import Part
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.page import Browser, Page


def attach(item: ExpenseItem, *names: str) -> None:
    for name in names:
        kind = "application/pdf" if name.endswith(".pdf") else "image/jpeg"
        prepared = PreparedFile(name, kind, name.encode())
        item.receipts.append(files.store(prepared, kind="expense_item", by=item.claim.claimant))
    db.session.commit()


@pytest.fixture
def claim(cast: Cast) -> ExpenseClaim:
    """Zhao's claim of two costs, for a customer of Wang's and for one of nobody that Wang knows."""
    mine = make_item(cast, purpose="给西格玛")
    other = make_item(cast, purpose="给别人", customer=cast.western)
    claim = draft(cast, mine, other, by=cast.zhao)
    attach(mine, "a.jpg", "b.pdf")
    attach(other, "c.jpg")
    return claim


def view(claim: ExpenseClaim, name: str) -> str:
    found = {row.name: row for item in claim.items for row in item.receipts}[name]
    return f"/expenses/{claim.id}/items/{found.record_id}/receipts/{found.id}/view"


def turn(page: Page, rel: str) -> str | None:
    """The address of the previous or the next receipt."""
    found = re.search(rf'rel="{rel}"\s+href="([^"]+)"', page.html)
    return found and found[1]


def test_links_lead_through_all_receipts_of_the_claim_and_back(
    browser: Browser, claim: ExpenseClaim
) -> None:
    browser.sign_in("zhao")
    a, b, c = (view(claim, name) for name in ("a.jpg", "b.pdf", "c.jpg"))
    ways = {path: browser.get(path) for path in (a, b, c)}
    assert [(turn(page, "prev"), turn(page, "next")) for page in ways.values()] == [
        (None, b), (a, c), (b, None),
    ]  # fmt: skip
    for number, (page, name) in enumerate(
        zip(ways.values(), ("a.jpg", "b.pdf", "c.jpg"), strict=True), 1
    ):
        assert f"{number} / 3" in page.text
        assert f"Receipt {number}: {name}" in page.html  # the picture's alt, the frame's title


def test_a_picture_is_shown_in_full_size_and_back_and_stays_so_from_one_to_the_next(
    browser: Browser, claim: ExpenseClaim
) -> None:
    browser.sign_in("zhao")
    path = view(claim, "a.jpg")
    assert f'href="{path}?whole=1"' in browser.get(path).html
    whole = browser.get(f"{path}?whole=1")
    assert f'href="{path}"' in whole.html
    assert turn(whole, "next") == f"{view(claim, 'b.pdf')}?whole=1"


def test_in_the_dialog_only_what_turns_is_drawn_anew(browser: Browser, claim: ExpenseClaim) -> None:
    browser.sign_in("zhao")
    path = view(claim, "a.jpg")
    dialog = browser.get(path, htmx=True)
    assert "<dialog" in dialog.html
    assert f'hx-get="{view(claim, "b.pdf")}?turned=1" hx-target="#receipt"' in dialog.html
    turned = browser.get(f"{path}?turned=1", htmx="receipt")
    assert "<dialog" not in turned.html
    assert turned.html.lstrip().startswith('<div id="receipt">')


def test_who_sees_a_cost_and_not_its_claim_turns_to_none_of_the_others(
    cast: Cast, browser: Browser, claim: ExpenseClaim
) -> None:
    claim.submit(by=cast.zhao)
    db.session.commit()
    browser.sign_in("wang").get(f"/expenses/{claim.id}", status=404)
    page = browser.get(view(claim, "b.pdf"))
    assert "2 / 2" in page.text
    assert (turn(page, "prev"), turn(page, "next")) == (view(claim, "a.jpg"), None)
    browser.get(view(claim, "c.jpg"), status=404)


def test_the_receipt_of_a_bill_that_was_shared_out_is_turned_to_once(
    cast: Cast, browser: Browser
) -> None:
    claim = draft(cast)
    attach(claim.items[0], "发票.pdf", "菜单.pdf")
    parts = [Part(cast.sigma, None, Decimal(1)), Part(cast.western, None, Decimal(2))]
    claim.split_item(claim.items[0], parts, by=cast.wang)
    db.session.commit()
    last = claim.items[-1]
    path = f"/expenses/{claim.id}/items/{last.id}/receipts/{last.receipts[0].id}/view"
    page = browser.sign_in("wang").get(path)
    assert "1 / 2" in page.text
    assert turn(page, "prev") is None
