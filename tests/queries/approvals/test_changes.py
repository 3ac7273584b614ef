"""What is said to have changed since a claim was handed in before."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from crm.extensions import db
from crm.models import ExpenseClaim
from crm.queries.approvals.changes import changes_of_claim
from tests.cast import Cast
from tests.claims import make_item, submitted


def resubmitted(cast: Cast, change: Callable[[ExpenseClaim], object]) -> list[str]:
    """Submit, withdraw, change and submit again; returns what is said to have changed."""
    claim = submitted(cast, make_item(cast, "100"), make_item(cast, "100")).request.document
    claim.withdraw(by=cast.wang)
    change(claim)
    request = claim.submit(by=cast.wang)
    db.session.flush()
    return list(changes_of_claim(request.previous, request))


def test_a_first_request_has_not_changed(cast: Cast) -> None:
    assert changes_of_claim(None, submitted(cast).request) == []


def test_the_same_again_has_not_changed(cast: Cast) -> None:
    assert resubmitted(cast, lambda claim: None) == []


def test_one_of_two_equal_items_that_goes_is_told_once(cast: Cast) -> None:
    lines = resubmitted(cast, lambda claim: claim.remove_item(claim.items[0], by=cast.wang))
    assert lines[0].startswith("Total: ")
    assert [line.partition(":")[0] for line in lines[1:]] == ["Removed"]


def test_a_changed_amount_is_told_as_the_old_item_and_the_new(cast: Cast) -> None:
    def raise_amount(claim: ExpenseClaim) -> None:
        claim.items[0].set_amount(Decimal(150), "CNY", claim.items[0].spent_on)
        claim.item_changed(claim.items[0], by=cast.wang)

    lines = resubmitted(cast, raise_amount)
    assert [line.partition(":")[0] for line in lines] == ["Total", "Removed", "Added"]
    assert "100.00" in lines[1]
    assert "150.00" in lines[2]
