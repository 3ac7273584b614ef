"""Budgets: what counts in them, what is left, and who sees which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.extensions import db
from crm.models import (
    Budget,
    ClaimState,
    Customer,
    Deal,
    Event,
    ExpenseClaim,
    ExpenseItem,
    Merge,
    OptionList,
    Team,
)
from crm.models.approval import Decision
from crm.models.budget import BudgetPlan
from crm.models.budget.using import Spending, budgets_of, over_budget, spent_of
from crm.models.purging import Purge
from crm.terms import Span, Term
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.queries_counted import counted

JUNE_10 = date(2026, 6, 10)
YEAR, QUARTER, JUNE = (Term.around(span, JUNE_10) for span in (Span.YEAR, Span.QUARTER, Span.MONTH))


def budget(cast: Cast, amount: str = "1000.00", term: Term = QUARTER, **what: Any) -> Budget:
    made = Budget.set_up(BudgetPlan(term, Decimal(amount), **what), by=cast.fin)
    db.session.commit()
    return made


def team(name: str) -> Team:
    return db.session.query(Team).filter_by(name=name).one()


def cost(
    cast: Cast, amount: str = "300.00", day: date = JUNE_10, *, category: str = "Travel",
    customer: Customer | None = None, deal: Deal | None = None,
) -> ExpenseItem:  # fmt: skip
    item = make_item(cast, amount, category=category)
    item.customer, item.deal = customer, deal
    item.set_amount(Decimal(amount), "CNY", day)
    return item


def lefts(claim: ExpenseClaim) -> list[Decimal]:
    db.session.flush()
    return [use.left for use in budgets_of(Spending.of(claim))]


# What a budget can be of, and the cost of Wang's that misses it in just that.
PARTS: dict[str, tuple[Callable[[Cast], Any], Callable[[Cast], dict[str, Any]]]] = {
    "customer": (lambda cast: cast.sigma, lambda cast: {"customer": cast.western}),
    "deal": (lambda cast: cast.pumps, lambda cast: {"deal": cast.vague}),
    "category": (lambda cast: cast.option(OptionList.EXPENSE_CATEGORY, "Travel"),
                 lambda cast: {"category": "Gifts"}),
    "team": (lambda cast: team("华东"), lambda cast: {}),
}  # fmt: skip
COMBINATIONS = [set for size in range(5) for set in combinations(PARTS, size)]


@pytest.mark.parametrize("parts", COMBINATIONS, ids="+".join)
def test_what_matches_all_that_is_set_counts_and_nothing_else(
    cast: Cast, parts: tuple[str, ...]
) -> None:
    budget(cast, **{part: PARTS[part][0](cast) for part in parts})
    fitting = {"customer": cast.sigma, "deal": cast.pumps}
    asked = submitted(cast, cost(cast, "300.00", **fitting), cost(cast, "100.00", **fitting))
    assert lefts(asked.request.document) == [Decimal("600.00")]
    missing = {
        "day": draft(cast, cost(cast, "10.00", date(2026, 7, 1), **fitting)),
        "team": draft(cast, cost(cast, "10.00", **fitting), by=cast.wu),
        **{
            part: draft(cast, cost(cast, "10.00", **(fitting | PARTS[part][1](cast))))
            for part in PARTS
            if part != "team"
        },
    }
    for part, claim in missing.items():
        misses = part == "day" or part in parts
        assert lefts(claim) == ([] if misses else [Decimal("590.00")]), part
    for claim in missing.values():
        claim.submit(by=claim.claimant)
    here = sum(part != "day" and part not in parts for part in missing)
    (spent,) = spent_of(_all()).values()
    assert spent == 400 + 10 * here


def _all() -> list[Budget]:
    return db.session.query(Budget).order_by(Budget.id).all()


def test_months_and_years_are_budgets_too(cast: Cast) -> None:
    for term in (YEAR, QUARTER, JUNE):
        budget(cast, term=term)
    assert len(lefts(draft(cast, cost(cast)))) == 3
    assert len(lefts(draft(cast, cost(cast, day=date(2026, 5, 31))))) == 2
    assert len(lefts(draft(cast, cost(cast, day=date(2026, 7, 1))))) == 1
    assert lefts(draft(cast, cost(cast, day=date(2025, 12, 31)))) == []


def test_a_team_has_what_the_teams_below_it_spend(cast: Cast) -> None:
    budget(cast, team=team("恒川"))
    submitted(cast, cost(cast), by=cast.wu)
    assert lefts(draft(cast, cost(cast))) == [Decimal("400.00")]


def test_who_has_no_team_takes_from_no_teams_budget(cast: Cast) -> None:
    budget(cast, team=team("恒川"))
    cast.wang.team = None
    assert lefts(draft(cast, cost(cast))) == []


@pytest.mark.parametrize(
    ("become", "counts"),
    [
        (lambda asked: None, True),
        (lambda asked: decide(asked, Decision.APPROVED), True),
        (lambda asked: decide(asked, Decision.REJECTED, comment="不行"), False),
        (lambda asked: decide(asked, Decision.RETURNED, comment="补票"), False),
        (lambda asked: asked.request.document.withdraw(by=asked.request.claimant), False),
    ],
    ids=["submitted", "approved", "rejected", "returned", "withdrawn"],
)
def test_what_is_handed_in_counts_until_it_is_refused_or_returned(
    cast: Cast, become: Callable[[Any], object], counts: bool
) -> None:
    budget(cast)
    asked = submitted(cast, cost(cast))
    become(asked)
    db.session.flush()
    assert spent_of(_all()) == {_all()[0].id: Decimal(300 if counts else 0)}


def test_what_lies_in_the_trash_does_not_count(cast: Cast) -> None:
    budget(cast)
    asked = submitted(cast, cost(cast))
    decide(asked, Decision.REJECTED, comment="不行").trash(by=cast.wang)
    assert lefts(draft(cast, cost(cast, "1.00"))) == [Decimal("999.00")]


@pytest.mark.parametrize(
    ("amount", "is_over"), [("699.99", False), ("700.00", False), ("700.01", True)]
)
def test_a_budget_is_exceeded_by_a_cent_more_than_is_left(
    cast: Cast, amount: str, is_over: bool
) -> None:
    budget(cast)
    budget(cast, "9000.00", YEAR)
    submitted(cast, cost(cast, "300.00"))
    claim = draft(cast, cost(cast, amount))
    db.session.flush()
    assert over_budget(claim) is is_over
    claim.submit(by=cast.wang)
    assert over_budget(claim) is is_over, "its own items count once"
    assert claim.request is not None
    assert claim.facts()["over_budget"] is is_over


def test_the_narrowest_budget_stands_first(cast: Cast) -> None:
    wide, narrow = budget(cast), budget(cast, customer=cast.sigma, team=team("华东"))
    claim = draft(cast, cost(cast, customer=cast.sigma))
    db.session.flush()
    assert [use.budget for use in budgets_of(Spending.of(claim))] == [narrow, wide]


WHO_SEES = {
    "fin": {"firm", "east", "west", "sigma", "western", "travel", "east on western"},
    "admin": {"firm", "east", "west", "sigma", "western", "travel", "east on western"},
    "reader": {"firm", "east", "west", "sigma", "western", "travel", "east on western"},
    "li": {"east", "sigma"},
    "zhou": {"west", "western"},
    "wang": set(),
    "wu": set(),
}


@pytest.mark.parametrize("name", WHO_SEES)
def test_who_looks_up_which_budgets(cast: Cast, name: str) -> None:
    """Of a customer out of sight, not even that there is a budget for one."""
    east, west = team("华东"), team("西部")
    made = {
        "firm": budget(cast),
        "east": budget(cast, team=east),
        "west": budget(cast, team=west),
        "sigma": budget(cast, customer=cast.sigma),
        "western": budget(cast, customer=cast.western),
        "travel": budget(cast, category=cast.option(OptionList.EXPENSE_CATEGORY, "Travel")),
        "east on western": budget(cast, team=east, customer=cast.western),
    }
    seen = set(db.session.scalars(Budget.visible_to(getattr(cast, name))))
    assert {called for called, each in made.items() if each in seen} == WHO_SEES[name]


def test_a_customer_that_goes_for_good_takes_its_budget_along(cast: Cast) -> None:
    """Without the customer it would be a budget of everything."""
    customer = Customer.register(Customer(name="旧客户", owner=cast.wang), by=cast.wang)
    deal = Deal(name="旧机会", customer=customer, owner=cast.wang)
    Deal.open(deal, cast.stages[0], by=cast.wang)
    budget(cast, customer=customer)
    budget(cast, deal=deal)
    kept = budget(cast)
    for model, record in ((Deal, deal), (Customer, customer)):
        record.trash(by=cast.wang)
        db.session.commit()
        Purge(model, [record.id]).carry_out(by=cast.admin)
        db.session.commit()
    assert _all() == [kept]


def test_a_team_that_is_dissolved_takes_its_budget_along(cast: Cast) -> None:
    new = Team.found("华北", by=cast.admin)
    budget(cast, team=new)
    new.dissolve(by=cast.admin)
    db.session.commit()
    db.session.expire_all()
    assert _all() == []


def test_a_merged_customer_keeps_its_budget(cast: Cast) -> None:
    twin = Customer.register(Customer(name="西格玛流体", owner=cast.wang), by=cast.wang)
    made = budget(cast, customer=twin)
    Merge.customers(cast.sigma, twin, by=cast.admin)
    db.session.commit()
    db.session.refresh(made)
    assert made.customer == cast.sigma


def test_a_budget_changes_with_a_trace(cast: Cast) -> None:
    made = budget(cast, customer=cast.sigma)
    made.set_to(made.plan._replace(amount=Decimal("2000.00"), term=YEAR), by=cast.fin)
    made.set_to(made.plan, by=cast.fin)
    assert (made.last, made.amount) == (date(2026, 12, 31), Decimal("2000.00"))
    made.remove(by=cast.fin)
    db.session.commit()
    told = db.session.query(Event).filter_by(action="budget:changed").order_by(Event.id).all()
    sides = [["" if side == "" else "set" for side in each.particulars["changes"]["budget"]]
             for each in told]  # fmt: skip
    assert sides == [["", "set"], ["set", "set"], ["set", ""]]


def test_queries_do_not_grow_with_items_and_budgets(app: Flask, cast: Cast) -> None:
    numbers = []
    for number in (2, 40):
        for _ in range(number):
            budget(cast, customer=cast.sigma)
        claim = draft(cast, *(cost(cast, "1.00", customer=cast.sigma) for _ in range(number)))
        db.session.flush()
        assert claim.claimant.team is not None
        with counted(app) as statements:
            assert budgets_of(Spending.of(claim))
        numbers.append(len(statements))
    assert numbers == [2, 2]


# Without "paid", which takes a payment; it counts as "approved" does.
STATES = [state for state in ClaimState if state is not ClaimState.PAID]
DAYS = st.dates(date(2026, 3, 25), date(2026, 7, 5))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Some claims of one item each, and some budgets, as plain words."""
    claims = st.fixed_dictionaries({
        "by": st.sampled_from(["wang", "zhao", "wu", "fin"]), "day": DAYS,
        "cents": st.integers(1, 99_999), "on": st.sampled_from([None, "sigma", "western"]),
        "deal": st.sampled_from([None, "pumps", "gauges"]),
        "category": st.sampled_from(["Travel", "Gifts"]),
        "state": st.sampled_from(STATES), "trashed": st.booleans(),
    })  # fmt: skip
    budgets = st.fixed_dictionaries({
        "span": st.sampled_from(list(Span)), "day": DAYS, "cents": st.integers(0, 99_999),
        "customer": st.sampled_from([None, "sigma", "western"]),
        "deal": st.sampled_from([None, "pumps", "gauges"]),
        "category": st.sampled_from([None, "Travel", "Gifts"]),
        "team": st.sampled_from([None, "恒川", "华东", "西部"]),
    })  # fmt: skip
    return draw(st.lists(claims, min_size=1, max_size=8)), draw(st.lists(budgets, max_size=5))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(worlds())
def test_sums_are_those_of_plain_python(
    cast: Cast, world: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    """Both for all budgets at once, and beside one claim; whatever state that one is in."""
    db.session.rollback()
    plain_claims, plain_budgets = world
    claims = [_write(cast, plain) for plain in plain_claims]
    for plain in plain_budgets:
        budget_of(cast, plain)
    db.session.flush()
    spent = spent_of(_all())
    for made, plain in zip(_all(), plain_budgets, strict=True):
        expected = sum(
            each["cents"] for each in plain_claims if _counts(each) and _fits(each, plain)
        )
        assert spent[made.id] == Decimal(expected) / 100
    for claim, own in zip(claims, plain_claims, strict=True):
        uses = {use.budget: use for use in budgets_of(Spending.of(claim))}
        for made, plain in zip(_all(), plain_budgets, strict=True):
            assert (made in uses) is _fits(own, plain)
            if made in uses:
                beside = spent[made.id] - (claim.base_amount if _counts(own) else 0)
                left = made.amount - beside - claim.base_amount
                assert (uses[made].before, uses[made].left) == (beside, left)
    db.session.rollback()


def _write(cast: Cast, plain: dict[str, Any]) -> ExpenseClaim:
    item = cost(
        cast, str(Decimal(plain["cents"]) / 100), plain["day"], category=plain["category"],
        customer=plain["on"] and getattr(cast, plain["on"]),
        deal=plain["deal"] and getattr(cast, plain["deal"]),
    )  # fmt: skip
    claim = draft(cast, item, by=getattr(cast, plain["by"]))
    if plain["trashed"]:
        claim.trash(by=claim.claimant)
    claim.state = plain["state"]
    return claim


def budget_of(cast: Cast, plain: dict[str, Any]) -> None:
    category = plain["category"]
    Budget.set_up(
        BudgetPlan(
            Term.around(plain["span"], plain["day"]), Decimal(plain["cents"]) / 100,
            customer=plain["customer"] and getattr(cast, plain["customer"]),
            deal=plain["deal"] and getattr(cast, plain["deal"]),
            team=plain["team"] and team(plain["team"]),
            category=category and cast.option(OptionList.EXPENSE_CATEGORY, category),
        ),
        by=cast.fin,
    )  # fmt: skip


TEAMS = {
    "wang": {"恒川", "华东"},
    "zhao": {"恒川", "华东"},
    "wu": {"恒川", "西部"},
    "fin": {"恒川"},
}
MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}


def _counts(claim: dict[str, Any]) -> bool:
    return claim["state"] in {"submitted", "approved"} and not claim["trashed"]


def _fits(claim: dict[str, Any], plain: dict[str, Any]) -> bool:
    months = MONTHS[plain["span"]]
    same_part = [(each["day"].year, (each["day"].month - 1) // months) for each in (claim, plain)]
    return (
        same_part[0] == same_part[1]
        and plain["customer"] in (None, claim["on"])
        and plain["deal"] in (None, claim["deal"])
        and plain["category"] in (None, claim["category"])
        and (plain["team"] is None or plain["team"] in TEAMS[claim["by"]])
    )
