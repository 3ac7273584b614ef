"""Budgets: set by finance, looked up by who leads, told where expenses are written and decided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm.extensions import db
from crm.models import Budget, ExpenseClaim, ExpenseRule, OptionList, Team
from crm.models.budget import BudgetPlan
from crm.models.expense_rule import RuleCheck, RuleEffect, RulePlan
from crm.terms import Span, Term
from tests.cast import Cast
from tests.claims import draft, make_item, submitted
from tests.page import Browser, Page

QUARTER = Term.around(Span.QUARTER, date(2026, 6, 10))


def budget(cast: Cast, amount: str = "1000.00", term: Term = QUARTER, **what: Any) -> Budget:
    made = Budget.set_up(BudgetPlan(term, Decimal(amount), **what), by=cast.fin)
    db.session.commit()
    return made


def team(name: str) -> Team:
    return db.session.query(Team).filter_by(name=name).one()


def typed(cast: Cast, **other: Any) -> dict[str, Any]:
    """The form of a budget for what the East spends on Sigma in the quarter."""
    east = team("华东")
    return {"term": "2026-Q2", "amount": "5000", "team": east.id, "customer": "大连西格玛",
            "category": "", **other}  # fmt: skip


def send(browser: Browser, status: int = 303, **values: Any) -> Page:
    return browser.submit(browser.get("/budgets/new"), "/budgets", status=status, **values)


# Setting them


def test_finance_sets_changes_and_removes_a_budget(browser: Browser, cast: Cast) -> None:
    browser.sign_in("fin")
    send(browser, **typed(cast))
    made = db.session.query(Budget).one()
    assert (made.term, made.amount) == (QUARTER, Decimal("5000.00"))
    assert (made.team, made.customer, made.deal, made.category) == (
        team("华东"), cast.sigma, None, None,
    )  # fmt: skip
    assert "大连西格玛流体控制有限公司" in browser.follow().text
    edit = browser.get(f"/budgets/{made.id}/edit")
    browser.submit(edit, f"/budgets/{made.id}", term="2026", amount="9000")
    db.session.refresh(made)
    assert (made.last, made.amount) == (date(2026, 12, 31), Decimal("9000.00"))
    browser.submit(browser.get(f"/budgets/{made.id}/edit"), f"/budgets/{made.id}/delete")
    assert db.session.query(Budget).count() == 0


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"amount": ""}, "Please fill this in."),
        ({"amount": "-5"}, "This must be 0 or more."),
        ({"term": "1999"}, "Please choose one."),
        ({"term": "nonsense"}, "Please choose one."),
        ({"deal": "天成压力表"}, "This deal is with another customer."),
    ],
)
def test_what_is_no_budget_comes_back_with_the_reason(
    browser: Browser, cast: Cast, values: dict[str, Any], error: str
) -> None:
    browser.sign_in("fin")
    page = send(browser, status=422, **typed(cast, **values))
    assert error in page.text
    assert db.session.query(Budget).count() == 0


def test_there_are_no_two_budgets_for_just_the_same(browser: Browser, cast: Cast) -> None:
    browser.sign_in("fin")
    send(browser, **typed(cast))
    assert "There is a budget for just this already." in send(browser, 422, **typed(cast)).text
    send(browser, **typed(cast, customer=""))
    first, second = db.session.query(Budget).order_by(Budget.id)
    page = browser.get(f"/budgets/{second.id}/edit")
    browser.submit(page, f"/budgets/{second.id}", status=422, customer="大连西格玛")
    browser.submit(page, f"/budgets/{second.id}", amount="7000")
    assert first.amount == Decimal("5000.00")


def test_of_two_who_change_a_budget_the_second_is_shown_both(browser: Browser, cast: Cast) -> None:
    made = budget(cast, customer=cast.sigma)
    browser.sign_in("fin")
    page = browser.get(f"/budgets/{made.id}/edit")
    made.set_to(made.plan._replace(amount=Decimal("2000.00"), term=QUARTER.year), by=cast.admin)
    db.session.commit()
    answer = browser.submit(page, f"/budgets/{made.id}", status=409, amount="3000")
    assert "2026" in answer.text
    assert made.amount == Decimal("2000.00")


def test_whoever_is_shown_what_somebody_else_changed_is_not_asked_to_confirm_what_was_not_asked(
    browser: Browser, cast: Cast
) -> None:
    made = budget(cast)
    browser.sign_in("fin")
    page = browser.get(f"/budgets/{made.id}/edit")
    made.set_to(made.plan._replace(amount=Decimal("2000.00")), by=cast.admin)
    db.session.commit()
    page = browser.submit(page, f"/budgets/{made.id}", status=409, amount="0")
    assert "Save all the same" not in page.text
    page = browser.submit(page, f"/budgets/{made.id}", status=422)
    assert "A budget of 0 is exceeded" in page.text
    assert "Save all the same" in page.text


# Looking them up


def test_the_list_says_what_is_spent_and_leads_to_it(browser: Browser, cast: Cast) -> None:
    budget(cast, "250.00", team=team("华东"))
    budget(cast, customer=cast.western)
    submitted(cast)
    browser.sign_in("li")
    page = browser.get("/budgets?year=2026")
    assert "Q2 2026 · 华东" in page.text
    assert "50 over" in page.text
    assert cast.western.name not in page.text
    (href,) = [a["href"] for tag, a in page.tags if tag == "a" and "spent=" in a.get("href", "")]
    assert "拜访采购部" in browser.get(href.replace("&amp;", "&")).text


def test_another_year_has_its_own(browser: Browser, cast: Cast) -> None:
    budget(cast, team=team("华东"))
    browser.sign_in("li")
    assert "No budgets for this year" in browser.get("/budgets?year=2025").text


# Where expenses are written and decided


def test_the_page_of_a_claim_says_what_is_left(browser: Browser, cast: Cast) -> None:
    budget(cast, customer=cast.sigma)
    claim = draft(cast)
    db.session.commit()
    browser.sign_in("wang")
    text = browser.get(f"/expenses/{claim.id}").text
    assert "Q2 2026 · 大连西格玛流体控制有限公司" in text
    assert "Left: CN¥700" in text


def test_who_decides_sees_what_is_exceeded_on_the_page_and_in_the_inbox(
    browser: Browser, cast: Cast
) -> None:
    budget(cast, "250.00", customer=cast.sigma)
    asked = submitted(cast)
    browser.sign_in("li")
    for path in (f"/approvals/{asked.id}", "/approvals"):
        text = browser.get(path).text
        assert "Over by CN¥50" in text
        assert "Over budget by CN¥50.00: Q2 2026 · 大连西格玛流体控制有限公司" in text


def limits(browser: Browser, claim_id: int | None = None, **typed: Any) -> str:
    """What is told of an item of this claim, or in quick entry."""
    path = f"/expenses/{claim_id}/item-limits" if claim_id else "/expenses/quick/limits"
    page = browser.client.get(path, query_string=typed)
    assert page.status_code == 200
    return Page(page.text).text


def test_what_is_left_is_told_while_an_item_is_typed(browser: Browser, cast: Cast) -> None:
    """And what rules say of it: as customer, category, amount and day change."""
    budget(cast, customer=cast.sigma)
    travel, gifts = (cast.option(OptionList.EXPENSE_CATEGORY, each) for each in ("Travel", "Gifts"))
    rule = RulePlan(gifts, RuleCheck.ITEM_LIMIT, Decimal(100), RuleEffect.FORBID, active=True)
    ExpenseRule.arrange([rule], by=cast.admin)
    claim = draft(cast)
    db.session.commit()
    browser.sign_in("wang")
    item = {"category": travel.id, "amount": "50", "currency": "CNY", "spent_on": "2026-06-09",
            "customer": "大连西格玛"}  # fmt: skip
    assert "Left: CN¥650" in limits(browser, claim.id, **item)
    assert "Left" not in limits(browser, claim.id, **item | {"customer": ""})
    assert "Left" not in limits(browser, claim.id, **item | {"spent_on": "2026-03-31"})
    assert "Left: CN¥650" in limits(browser, claim.id, **item | {"customer": "", "deal": "磁力泵"})
    assert "Left: CN¥700" in limits(browser, claim.id, **item | {"amount": ""})
    assert "Over by CN¥300" in limits(browser, claim.id, **item | {"amount": "1000"})
    told = limits(browser, claim.id, **item | {"category": gifts.id, "amount": "101"})
    assert "It cannot be handed in like this" in told
    assert "Gifts: at most CN¥100.00 an item" in told
    told = limits(browser, claim.id, **item | {"item": claim.items[0].id})
    assert "Left: CN¥950" in told, "in place of the item that is changed"


def test_quick_entry_tells_what_is_left_with_the_claim_that_it_goes_to(
    browser: Browser, cast: Cast
) -> None:
    """With no draft, of the cost alone; with one, of all that would be handed in together."""
    budget(cast, customer=cast.sigma)
    db.session.commit()
    browser.sign_in("wang")
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    item = {"category": travel.id, "amount": "50", "currency": "CNY", "spent_on": "2026-06-09"}
    assert "Left" not in limits(browser, **item)
    at_sigma = item | {"customer": cast.sigma.name}
    assert "Left: CN¥950" in limits(browser, **at_sigma)
    assert "Left: CN¥950" in limits(browser, **item | {"deal": "磁力泵"})
    assert not db.session.query(ExpenseClaim).count(), "asking begins no claim"
    claim = draft(cast, make_item(cast, "300"))
    db.session.commit()
    assert "Left: CN¥950" in limits(browser, **at_sigma), "a new claim was chosen"
    assert "Left: CN¥650" in limits(browser, **at_sigma | {"claim": claim.id})


def test_nothing_is_told_of_what_one_may_not_see(browser: Browser, cast: Cast) -> None:
    """A customer that the claimant does not see is not found, and no budget of it named."""
    budget(cast, customer=cast.western)
    claim = draft(cast)
    db.session.commit()
    browser.sign_in("wang")
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    item = {"category": travel.id, "amount": "50", "currency": "CNY", "spent_on": "2026-06-09"}
    for way in ({"customer": cast.western.name}, {"customer": "x", "customer_id": cast.western.id}):
        assert cast.western.name not in limits(browser, claim.id, **item | way)


def test_the_form_of_an_item_asks_for_it(app: Flask, browser: Browser, cast: Cast) -> None:
    claim = draft(cast, make_item(cast))
    db.session.commit()
    browser.sign_in("wang")
    of_claim = f"/expenses/{claim.id}"
    for path, asked in (
        (f"{of_claim}/items/new", f"{of_claim}/item-limits"),
        (of_claim, f"{of_claim}/item-limits"),
        (f"{of_claim}/items/{claim.items[0].id}/edit", f"{of_claim}/item-limits"),
        ("/expenses/quick", "/expenses/quick/limits"),
    ):
        page = browser.get(path)
        asking = [a for tag, a in page.tags if a.get("id") == "item_limits"]
        assert asked in asking[0]["hx-get"]
        asked_of = asking[0]["hx-include"].replace("#", "").split(", ")
        assert all(page.with_id(each) for each in asked_of)


def test_a_budget_of_nothing_is_asked_about_once(cast: Cast, browser: Browser) -> None:
    fin = browser.sign_in("fin")
    page = fin.submit(fin.get("/budgets/new"), "/budgets", 422, amount="0")
    assert "A budget of 0 is exceeded by whatever is spent" in page.text
    assert "Save all the same" in page.text
    fin.submit(page, "/budgets", confirmed=page.mark)
    assert db.session.scalars(select(Budget)).one().amount == 0
