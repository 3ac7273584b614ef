"""Conditions of flows and steps: each test against each kind of fact."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.extensions import db
from crm.models import FieldKind, OptionList
from crm.models.approval import Condition
from crm.models.approval import Test as Comparison  # a name that pytest does not collect
from crm.models.approval.conditions import all_hold
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.custom_fields import make_field

TOLD = {"amount": "300.00", "category": [3, 5], "over_budget": True, "custom_1": None}


@pytest.mark.parametrize(
    ("fact", "test", "value", "holds"),
    [
        ("amount", "at_least", "300.00", True),
        ("amount", "at_least", "300", True),
        ("amount", "at_least", "300.01", False),
        ("amount", "below", "300", False),
        ("amount", "below", "300.01", True),
        ("amount", "at_least", "", False),
        ("amount", "below", "many", False),
        ("category", "any_of", [5, 9], True),
        ("category", "any_of", ["5"], True),
        ("category", "any_of", [9], False),
        ("category", "any_of", [], False),
        ("category", "none_of", [9], True),
        ("category", "none_of", [3], False),
        ("over_budget", "yes", None, True),
        ("over_budget", "no", None, False),
        # What is not told is neither large nor small, none of anything, and no.
        ("custom_1", "at_least", "0", False),
        ("custom_1", "below", "10", False),
        ("custom_1", "any_of", [1], False),
        ("custom_1", "none_of", [1], True),
        ("unknown", "yes", None, False),
        ("unknown", "no", None, True),
    ],
)
def test_each_comparison(fact: str, test: str, value: Any, holds: bool) -> None:
    assert Condition(fact, Comparison(test), value).holds(TOLD) is holds


@given(
    amount=st.decimals(min_value=0, max_value=10**9, places=2),
    limit=st.decimals(min_value=0, max_value=10**9, places=2),
)
def test_of_at_least_and_below_exactly_one_holds(amount: Decimal, limit: Decimal) -> None:
    facts = {"amount": str(amount)}
    both = [Condition("amount", test, str(limit)).holds(facts)
            for test in (Comparison.AT_LEAST, Comparison.BELOW)]  # fmt: skip
    assert both == [amount >= limit, amount < limit]


def test_of_several_all_must_hold_and_none_always_do() -> None:
    large = Condition("amount", Comparison.AT_LEAST, "100").written
    other = Condition("category", Comparison.ANY_OF, [9]).written
    assert all_hold([], TOLD)
    assert all_hold([large], TOLD)
    assert not all_hold([large, other], TOLD)


def test_the_facts_of_a_claim_are_what_its_costs_and_customers_say(cast: Cast) -> None:
    cast.sigma.grade = cast.option(OptionList.GRADE, "A Key customer")
    risk = make_field(FieldKind.NUMBER)
    cast.sigma.set_custom(risk, Decimal("7.5"))
    db.session.flush()
    dinner = cast.option(OptionList.EXPENSE_CATEGORY, "Entertainment")
    claim = draft(cast, make_item(cast), make_item(cast, "50.00", category="Entertainment"),
                  make_item(cast, customer=cast.western))  # fmt: skip
    db.session.flush()
    facts = claim.facts()
    assert facts["amount"] == "650.00"
    assert dinner.id in facts["category"]
    assert len(facts["category"]) == 2
    assert facts["grade"] == [cast.sigma.grade_id]
    assert cast.wang.team is not None
    assert facts["team"] == [cast.wang.team.parent_id, cast.wang.team_id]
    assert Decimal(facts[risk.key]) == Decimal("7.5")
