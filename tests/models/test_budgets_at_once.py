"""Two claims are handed in at once: the flow of the second knows what the first takes."""

from __future__ import annotations

from decimal import Decimal

from flask import Flask

from crm.extensions import db
from crm.models import ApprovalRequest
from crm.models.budget import Budget, BudgetPlan
from crm.terms import Span, Term
from tests.at_once import beside
from tests.cast import Cast
from tests.claims import SPENT_ON, draft, hand_in_held
from tests.waiting import PATIENCE


def test_the_second_waits_and_is_over_the_budget_that_the_first_used_up(app: Flask) -> None:
    """Of 500 the first takes 300; what 300 more comes to is told after that."""
    with app.app_context():
        cast = Cast()
        plan = BudgetPlan(Term.around(Span.MONTH, SPENT_ON), Decimal(500), customer=cast.sigma)
        Budget.set_up(plan, by=cast.fin)
        draft(cast, title="第一张")
        draft(cast, title="第二张", by=cast.zhao)
        db.session.commit()
        hand_in_held("第一张")
        with beside(app, lambda _cast: hand_in_held("第二张")) as other:
            db.session.commit()
            other.result(PATIENCE)
        requests = db.session.query(ApprovalRequest).order_by(ApprovalRequest.id)
        assert [each.facts["over_budget"] for each in requests] == [False, True]
