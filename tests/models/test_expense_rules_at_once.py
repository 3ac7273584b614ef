"""Two claims are handed in at once: together they do not slip under a limit that forbids."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from crm.extensions import db
from crm.models import ClaimState, ExpenseClaim, ExpenseRule
from crm.models.expense_claim.checking import RulesBroken
from crm.models.expense_rule import RuleCheck, RuleEffect, RulePlan
from tests.at_once import beside
from tests.cast import Cast
from tests.claims import draft, hand_in_held, make_item
from tests.waiting import PATIENCE


def forbid(check: RuleCheck) -> None:
    """At most 500 together; two drafts of 300 that day on Sigma, of Wang and of whom it may be."""
    with_limit = RulePlan(None, check, Decimal(500), RuleEffect.FORBID, active=True)
    ExpenseRule.arrange([with_limit], by=Cast().admin)
    second = Cast().wang if check is RuleCheck.PERSON_DAY_LIMIT else Cast().zhao
    draft(Cast(), make_item(Cast()), title="第一张")
    draft(Cast(), make_item(Cast()), title="第二张", by=second)
    db.session.commit()


@pytest.mark.parametrize("check", [RuleCheck.PERSON_DAY_LIMIT, RuleCheck.CUSTOMER_QUARTER_LIMIT])
def test_the_second_waits_and_is_refused(app: Flask, check: RuleCheck) -> None:
    with app.app_context():
        forbid(check)
        hand_in_held("第一张")
        db.session.flush()
        with beside(app, lambda _cast: hand_in_held("第二张")) as other:
            db.session.commit()
            with pytest.raises(RulesBroken):
                other.result(PATIENCE)
        states = db.session.scalars(
            ExpenseClaim.visible_to(Cast().admin)
            .with_only_columns(ExpenseClaim.state)
            .order_by(ExpenseClaim.id)
        )
        assert states.all() == [ClaimState.SUBMITTED, ClaimState.DRAFT]


@pytest.mark.parametrize("check", [RuleCheck.PERSON_DAY_LIMIT, RuleCheck.CUSTOMER_QUARTER_LIMIT])
def test_the_second_is_handed_in_where_the_first_one_is_not(app: Flask, check: RuleCheck) -> None:
    with app.app_context():
        forbid(check)
        hand_in_held("第一张")
        db.session.flush()
        with beside(app, lambda _cast: hand_in_held("第二张")) as other:
            db.session.rollback()
            other.result(PATIENCE)


def test_rules_change_while_a_claim_is_handed_in_and_nobody_waits_for_ever(app: Flask) -> None:
    with app.app_context():
        forbid(RuleCheck.PERSON_DAY_LIMIT)
        hand_in_held("第一张")
        db.session.flush()
        with beside(app, lambda cast: ExpenseRule.arrange([], by=cast.admin)) as other:
            db.session.commit()
            other.result(PATIENCE)
        hand_in_held("第二张")
        db.session.commit()
