"""Expense rates under Settings, and the items that are computed by them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crm.extensions import db
from crm.models import ExpenseClaim, ExpenseRate, ItemKind, OptionList
from tests.cast import Cast
from tests.claims import draft, granted
from tests.page import Browser, Page

RATES = "/settings/expense-rates"


@pytest.fixture
def admin(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("admin")


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def only_rate() -> ExpenseRate:
    rate: ExpenseRate = db.session.scalars(ExpenseRate.in_order()).one()
    return rate


def test_a_rate_is_added_changed_from_a_day_on_and_retired(cast: Cast, admin: Browser) -> None:
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel").id
    new = admin.get(f"{RATES}/new")
    typed = {"kind": "mileage", "category": travel, "amount": "0.655", "valid_from": "2026-01-01"}
    admin.submit(new, RATES, 422, **typed, label_zh="", label_en="")
    admin.submit(new, RATES, 422, **{**typed, "amount": "0"}, label_zh="自驾")
    admin.submit(new, RATES, **typed, label_zh="自驾", label_en="Own car")
    assert "0.655 CNY per km" in admin.follow().text
    rate = only_rate()
    page = f"{RATES}/{rate.id}"
    admin.submit(admin.get(page), f"{page}/grants", 422, valid_from="", amount="1")
    admin.submit(admin.get(page), f"{page}/grants", valid_from="2026-06-01", amount="1")
    assert "1 CNY per km" in admin.get(RATES).text
    admin.submit(admin.get(page), page, label_en="My car", in_use=None)
    assert (rate.label_en, rate.is_retired) == ("My car", True)
    assert "Out of use" in admin.get(RATES).text
    admin.submit(admin.get(page), f"{page}/grants/{rate.grants[0].id}/delete")
    assert [grant.amount for grant in rate.grants] == [Decimal("0.655")]


def test_what_replaces_another_and_what_is_removed_can_be_brought_back(
    cast: Cast, admin: Browser
) -> None:
    rate = granted(cast, "0.8")
    db.session.commit()
    page, grants = f"{RATES}/{rate.id}", f"{RATES}/{rate.id}/grants"
    for amount in ("0.9", "1.2"):
        admin.submit(admin.get(page), grants, amount=amount, valid_from="2026-06-01")
    shown = admin.follow()
    assert "Saved: 1.2 CNY per km, in place of 0.9 CNY per km." in shown.text
    assert "What it grants, from Jun 1, 2026" in shown.text
    admin.post(grants, undo(shown))
    assert rate.grants[0].amount == Decimal("0.9")
    admin.submit(admin.get(page), f"{grants}/{rate.grants[1].id}/delete")
    shown = admin.follow()
    assert "Removed: 0.8 CNY per km." in shown.text
    assert "陈立" in shown.text, "who it was"
    admin.post(grants, undo(shown))
    assert [grant.amount for grant in rate.grants] == [Decimal("0.9"), Decimal("0.8")]


def undo(page: Page) -> dict[str, str]:
    """What the button of the message sends."""
    return next(
        form["fields"] for form in page.forms if {"next", "valid_from"} <= form["fields"].keys()
    )


def test_of_rates_in_use_each_has_its_own_name(cast: Cast, admin: Browser) -> None:
    granted(cast, "0.8")
    db.session.commit()
    first, new = f"{RATES}/{only_rate().id}", admin.get(f"{RATES}/new")
    typed = {"kind": "mileage", "amount": "0.95", "valid_from": "2026-01-01", "label_zh": "另一种",
             "category": cast.option(OptionList.EXPENSE_CATEGORY, "Travel").id}  # fmt: skip
    refused = admin.submit(new, RATES, 422, **typed, label_en="Own car")
    assert refused.text.count("Another rate in use is called so.") == 2, "above and at the field"
    admin.submit(admin.get(first), first)
    admin.submit(admin.get(first), first, in_use=None)
    admin.submit(new, RATES, **typed, label_en="Own car")
    admin.submit(admin.get(first), first, 422, in_use="1")


def test_who_claims_says_how_far_and_the_amount_follows(cast: Cast, wang: Browser) -> None:
    claim, rate = draft(cast), granted(cast, "0.8")
    db.session.commit()
    page, new = f"/expenses/{claim.id}", f"/expenses/{claim.id}/items/new?kind=mileage"
    shown = wang.get(page)
    assert "kind=mileage" in shown.html
    assert "kind=allowance" not in shown.html, "of which there is no rate"
    form = wang.get(new)
    assert "Own car · 0.8 CNY per km" in form.text
    for quantity in ("", "0", "-3", "x", "100001"):
        wang.submit(form, "/items", 422, quantity=quantity, purpose="拜访")
    told = wang.submit(form, "/items", 422, quantity="126,5", purpose="拜访").text
    assert "Write a number like 120 or 12.5." in told
    assert "Kilometres" in told
    assert "Quantity" not in told
    wang.submit(form, "/items", 422, quantity="10", purpose="拜访", spent_on="2025-12-31")
    wang.submit(form, "/items", quantity="120", purpose="拜访", amount="9999")
    item = next(item for item in claim.items if item.is_computed)
    assert (item.amount, item.expense_rate) == (Decimal("96.00"), rate)
    told = wang.get(page).text
    assert "120 km × 0.8 CNY per km" in told
    assert told.count("No receipt") == 1, "what is granted needs none"
    edit = f"{page}/items/{item.id}"
    wang.submit(wang.get(f"{edit}/edit"), edit, quantity="60.5")
    assert item.amount == Decimal("48.40")


def test_a_retired_rate_is_chosen_no_more_but_stays_where_it_was(cast: Cast, wang: Browser) -> None:
    claim, rate = draft(cast), granted(cast, "100", ItemKind.ALLOWANCE)
    db.session.commit()
    new = f"/expenses/{claim.id}/items/new?kind=allowance"
    wang.submit(wang.get(new), "/items", quantity="2", purpose="出差")
    rate.set_in_use(False, by=cast.admin)
    db.session.commit()
    assert "Own car" not in wang.get(new).text
    item = next(item for item in claim.items if item.is_computed)
    edit = f"/expenses/{claim.id}/items/{item.id}"
    wang.submit(wang.get(f"{edit}/edit"), edit, purpose="出差两天")
    assert (item.purpose, item.amount) == ("出差两天", Decimal("200.00"))


def test_a_category_that_a_rate_counts_in_is_not_taken_away(cast: Cast) -> None:
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    granted(cast)
    db.session.flush()
    assert travel.id in travel.ids_in_use(OptionList.EXPENSE_CATEGORY)


def test_the_approver_reads_what_was_granted(cast: Cast, browser: Browser) -> None:
    claim: ExpenseClaim = draft(cast)
    wang = browser.sign_in("wang")
    granted(cast, "0.8")
    db.session.commit()
    wang.submit(wang.get(f"/expenses/{claim.id}/items/new?kind=mileage"), "/items",
                quantity="120", purpose="拜访")  # fmt: skip
    claim.submit(by=cast.wang)
    db.session.commit()
    assert "120 km × 0.8 CNY per km" in browser.sign_in("li").get("/approvals").text
