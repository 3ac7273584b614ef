"""The money around a claim: what its customers cost before, and what they bring."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import event

from crm.extensions import db
from crm.models import Deal, ExpenseClaim
from crm.models.approval import Decision
from crm.queries.approvals.around import Around, around_claims
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted


def around(claim: ExpenseClaim) -> Around:
    """What is around a claim with one customer."""
    (found,) = around_claims([claim])[claim.id]
    return found


def deal_at_sigma(cast: Cast, amount: str, probability: int | None = None) -> Deal:
    deal = Deal(name=f"{amount} at Sigma", customer=cast.sigma, owner=cast.zhao)
    deal.set_amount(Decimal(amount), "CNY")
    deal.probability = probability
    return Deal.open(deal, cast.stages[1], by=cast.zhao)


def test_drafts_rejected_claims_and_the_claim_itself_do_not_count(cast: Cast) -> None:
    draft(cast, make_item(cast, "10"))
    decide(submitted(cast, make_item(cast, "20")), Decision.REJECTED, comment="no")
    claim = draft(cast, make_item(cast, "40"))
    assert (around(claim).approved, around(claim).pending) == (0, 0)


def test_approved_and_paid_count_as_spent_and_submitted_as_pending(cast: Cast) -> None:
    decide(submitted(cast, make_item(cast, "100.10")), Decision.APPROVED)
    paid = decide(submitted(cast, make_item(cast, "200.20"), by=cast.zhao), Decision.APPROVED)
    paid.pay(None, by=cast.fin)
    submitted(cast, make_item(cast, "7.07"), make_item(cast, "3"))
    found = around(draft(cast))
    assert (found.approved, found.pending) == (Decimal("300.30"), Decimal("10.07"))


def test_what_was_spent_on_others_does_not_count(cast: Cast) -> None:
    decide(submitted(cast, make_item(cast, "100", customer=cast.western)), Decision.APPROVED)
    assert around(draft(cast)).approved == 0


def test_open_deals_are_weighted_by_their_own_chance_or_their_stages(cast: Cast) -> None:
    deal_at_sigma(cast, "1000.00", probability=33)
    assert around(draft(cast)).pipeline == Decimal("46500.00") + Decimal("330.00")


def test_won_deals_count_in_full_and_lost_ones_not_at_all(cast: Cast) -> None:
    cast.pumps.win(by=cast.wang)
    deal_at_sigma(cast, "500.00").lose(by=cast.zhao, reason=None, historic=True)
    found = around(draft(cast))
    assert (found.pipeline, found.won) == (0, Decimal("186000.00"))


def test_what_lies_in_the_trash_does_not_count(cast: Cast) -> None:
    cast.pumps.trash(by=cast.wang)
    assert around(draft(cast)).pipeline == 0


def test_each_customer_is_there_once_in_the_order_of_the_items(cast: Cast) -> None:
    claim = draft(
        cast, make_item(cast), make_item(cast, customer=cast.western), make_item(cast, "5")
    )
    assert [found.customer for found in around_claims([claim])[claim.id]] == [
        cast.sigma,
        cast.western,
    ]


def test_a_claim_without_customers_has_nothing_around_it(cast: Cast) -> None:
    item = make_item(cast)
    item.customer = None
    claim = draft(cast, item)
    assert around_claims([claim]) == {claim.id: []}


@pytest.fixture
def queries(cast: Cast) -> Callable[[ExpenseClaim], int]:
    """How many queries it takes to look around a claim."""

    def count(claim: ExpenseClaim) -> int:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            around_claims([claim])
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    return count


def test_many_customers_take_no_more_queries_than_one(
    cast: Cast, queries: Callable[[ExpenseClaim], int]
) -> None:
    one = draft(cast, make_item(cast))
    two = draft(cast, make_item(cast), make_item(cast, customer=cast.western))
    db.session.flush()
    assert queries(one) == queries(two) == 2
