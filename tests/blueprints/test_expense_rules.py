"""The page of the rules of expenses, and what becomes of a claim that breaks one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import ClaimState, Event, ExpenseClaim, ExpenseRule, Option, OptionList
from crm.models.expense_rule import RuleCheck, RuleEffect, RulePlan
from crm.sentences import changes
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.page import Browser, Page

PAGE = "/settings/expense-rules"


def category(name: str) -> Option:
    return Cast().option(OptionList.EXPENSE_CATEGORY, name)


def plan(
    check: RuleCheck = RuleCheck.ITEM_LIMIT, amount: str | None = "300.00", name: str = "Travel",
    effect: RuleEffect = RuleEffect.WARN,
) -> RulePlan:  # fmt: skip
    return RulePlan(category(name), check, amount and Decimal(amount), effect, active=True)


def arranged(*plans: RulePlan) -> None:
    ExpenseRule.arrange(plans, by=Cast().admin)
    db.session.commit()


def rules() -> list[tuple[str, ...]]:
    return [
        (str(rule.category or ""), rule.check.value, str(rule.amount or ""), rule.effect.value,
         "in use" if rule.is_active else "")
        for rule in db.session.scalars(ExpenseRule.in_order())
    ]  # fmt: skip


@pytest.fixture
def admin(browser: Browser) -> Browser:
    browser.sign_in("admin")
    return browser


def save(admin: Browser, *, status: int = 303, **typed: Any) -> Page:
    return admin.submit(admin.get(PAGE), PAGE, status=status, **typed)


def row(number: int, **typed: Any) -> dict[str, Any]:
    """A row as it is sent."""
    values = {"id": "", "category": "", "check": "item_limit", "amount": "", "effect": "warn",
              "active": "1"} | typed  # fmt: skip
    return {f"rows-{number}-{name}": value for name, value in values.items()}


def test_rules_are_added_changed_and_taken_away_as_rows(admin: Browser, cast: Cast) -> None:
    page = save(admin, status=200, arrange="add")
    assert page.form(PAGE)["fields"]["rows-0-active"]
    assert rules() == []
    travel = str(category("Travel").id)
    save(admin, **row(0, category=travel, check="person_day_limit", amount="500", effect="forbid"))
    assert rules() == [("差旅", "person_day_limit", "500.00", "forbid", "in use")]
    key = str(db.session.scalars(select(ExpenseRule.id)).one())
    save(
        admin, **row(0, id=key, check="person_day_limit", amount="500", effect="forbid", active="")
    )
    assert rules() == [("", "person_day_limit", "500.00", "forbid", "")]
    told = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert [change.new for change in changes(told)] == [
        "All categories: at most CN¥500.00 a person and day, Forbids, out of use"
    ]
    page = save(admin, status=200, arrange="remove:0")
    admin.submit(page, PAGE)
    assert rules() == []


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([row(0)], "A limit needs an amount."),
        ([row(0, amount="-1")], "This must be 0 or more."),
        ([row(0, amount="1"), row(1, amount="2")], "Two rules say the same"),
        ([row(0, amount="1", category="999999")], "This cannot be chosen."),
    ],
)
def test_what_makes_no_rule_comes_back_with_the_reason(
    admin: Browser, cast: Cast, rows: list[dict[str, Any]], error: str
) -> None:
    typed = {name: value for each in rows for name, value in each.items()}
    assert error in save(admin, status=422, **typed).text
    assert rules() == []


def test_what_cannot_be_read_is_said_once(admin: Browser, cast: Cast) -> None:
    text = save(admin, status=422, **row(0, amount="1.234")).text
    assert "A limit needs an amount." not in text
    assert "An amount has at most two decimals." in text


LOW, HIGH, NOTHING = ({"amount": amount} for amount in ("100", "1500", "0"))
FORBIDS = {"effect": "forbid"}


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ([row(0, **NOTHING)], "Row 1 has a limit of 0"),
        ([row(0, **NOTHING, active="")], ""),
        ([row(0, **HIGH), row(1, **LOW, **FORBIDS)], "Row 1 never warns: row 2 forbids as much"),
        ([row(0, **LOW), row(1, **HIGH, **FORBIDS)], ""),
        ([row(0, **HIGH), row(1, **LOW, **FORBIDS, check="person_day_limit")], ""),
    ],
)
def test_what_is_hardly_meant_is_asked_about_once(
    admin: Browser, cast: Cast, rows: list[dict[str, Any]], asked: str
) -> None:
    typed = {name: value for each in rows for name, value in each.items()}
    if asked:
        page = save(admin, status=422, **typed)
        assert asked in page.text
        typed["confirmed"] = page.mark
    save(admin, **typed)
    assert len(rules()) == len(rows)


def test_a_rule_of_all_categories_forbids_what_one_of_a_category_warns_of(cast: Cast) -> None:
    travel, forbids = plan(amount="900.00"), plan(amount="900.00", effect=RuleEffect.FORBID)
    assert forbids._replace(category=None).forbids_what(travel)
    assert not forbids.forbids_what(travel._replace(category=None))
    assert not travel.forbids_what(forbids)


def test_a_receipt_is_required_without_an_amount_too(admin: Browser, cast: Cast) -> None:
    save(admin, **row(0, check="receipt_required"))
    assert rules() == [("", "receipt_required", "", "warn", "in use")]


def test_of_two_who_change_the_rules_the_second_is_shown_both(admin: Browser, cast: Cast) -> None:
    page = admin.get(PAGE)
    arranged(plan())
    answer = admin.submit(page, PAGE, status=409, **row(0, amount="700"))
    assert "Travel: at most CN¥300.00 an item" in answer.text
    assert len(rules()) == 1


def test_a_claim_that_a_rule_forbids_stays_a_draft_and_says_why(
    browser: Browser, cast: Cast
) -> None:
    arranged(plan(amount="200.00", effect=RuleEffect.FORBID))
    claim = draft(cast, make_item(cast, "300.00", purpose="打车去大连"))
    db.session.commit()
    browser.sign_in("wang")
    page = browser.get(f"/expenses/{claim.id}")
    browser.submit(page, f"/expenses/{claim.id}/submission")
    text = browser.follow().text
    assert "Not handed in, because rules forbid it." in text
    assert "打车去大连: CN¥300.00 (Travel: at most CN¥200.00 an item)" in text
    assert db.session.get_one(ExpenseClaim, claim.id).state is ClaimState.DRAFT


def boxes(page: Page) -> dict[str, str]:
    """What stands on the page of a claim by the colour of its box."""
    found = re.findall(r'<div class="notice tone-(red|amber)">(.*?)</div>', page.html, re.DOTALL)
    assert len(found) == len(dict(found)), "one of a kind"
    return dict(found)


def test_what_forbids_stands_apart_from_what_warns_until_it_is_handed_in(
    browser: Browser, cast: Cast
) -> None:
    warns = plan(RuleCheck.RECEIPT_REQUIRED, None)
    arranged(warns)
    claim = draft(cast, make_item(cast, "300.00", purpose="打车去大连"))
    claim.submit(by=cast.wang)
    arranged(warns, plan(amount="200.00", effect=RuleEffect.FORBID))
    browser.sign_in("wang")
    page = browser.get(f"/expenses/{claim.id}")
    assert "cannot be handed in" not in page.text, "it is handed in"
    told = boxes(page)
    assert list(told) == ["amber"]
    assert told["amber"].count("打车去大连") == 2
    browser.submit(page, f"/expenses/{claim.id}/submission/delete")
    told = boxes(browser.follow())
    assert "It cannot be handed in like this" in told["red"]
    assert "at most CN¥200.00" in told["red"]
    assert "Beyond the rules" in told["amber"]
    assert "a receipt is needed" in told["amber"]
    assert "a receipt is needed" not in told["red"]
