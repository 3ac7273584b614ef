"""What changed since the request before: whatever is decided about is told where it is another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from crm import clock
from crm.extensions import db
from crm.models import Advance, ApprovalRequest, ExpenseClaim, OptionList
from crm.models.expense_claim.splitting import Part
from crm.queries.approvals.changes import changes_of_advance, changes_of_claim
from tests.cast import Cast
from tests.claims import SPENT_ON, draft, granted, make_item, submitted

Snapshot = dict[str, Any]


def request(snapshot: Snapshot) -> ApprovalRequest:
    return ApprovalRequest(snapshot=snapshot)


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


def everything_set(cast: Cast) -> Snapshot:
    """A claim of one mileage, for whom and to whom paid, as one share of two."""
    claim = draft(cast, item := make_item(cast))
    item.compute(granted(cast), Decimal(120), SPENT_ON)
    item.payee, item.deal = "自驾", cast.pumps
    db.session.flush()
    claim.split_item(item, [Part(cast.sigma, cast.pumps, Decimal(1))] * 2, by=cast.wang)
    db.session.flush()
    snapshot = claim.snapshot()
    return snapshot | {"items": [snapshot["items"][0] | {"receipts": ["a" * 64]}]}


def others(cast: Cast) -> Snapshot:
    """Another value of each field of an item."""
    other_rate = granted(cast, "0.9")
    other_rate.label_en = "Motorcycle"
    db.session.flush()
    return {
        "kind": "allowance", "expense_rate": other_rate.id, "quantity": "60", "unit_amount": "1.6",
        "payee": "拼车", "split_of": 99, "amount": "1.00", "currency": "USD",
        "category": cast.option(OptionList.EXPENSE_CATEGORY, "Entertainment").id,
        "base_amount": "2.00", "spent_on": "2026-06-09", "customer": cast.western.id,
        "deal": cast.gauges.id, "purpose": "另一件事", "receipts": ["b" * 64],
    }  # fmt: skip


def test_every_field_of_an_item_is_told_when_it_changed(cast: Cast) -> None:
    before = everything_set(cast)
    (item,) = before["items"]
    item["currency"] = "EUR"  # so that what it is in the base currency says something of its own
    different = others(cast)
    assert different.keys() == item.keys(), "a field of the hash that nobody is told of"
    for field, value in different.items():
        now = before | {"items": [item | {field: value}]}
        lines = changes_of_claim(request(before), request(now))
        items = [line for line in lines if line.startswith(("Removed: ", "Added: "))]
        texts = [line.partition(": ")[2] for line in items]
        assert lines, field
        assert len(set(texts)) == len(texts), f"{field}: the old and the new read alike: {lines}"


def test_other_receipts_are_told_though_they_are_as_many(cast: Cast) -> None:
    before = everything_set(cast)
    (item,) = before["items"]
    now = before | {"items": [item | {"receipts": ["b" * 64]}]}
    lines = changes_of_claim(request(before), request(now))
    assert lines[0].startswith("Other receipts: ")
    assert lines[-1] == "1 receipt is gone"
    dearer = before | {"items": [item | {"receipts": ["b" * 64], "amount": "9.00"}]}
    assert changes_of_claim(request(before), request(dearer))[-1] == "1 receipt is gone"


def test_every_field_of_a_claim_is_told_when_it_changed(cast: Cast) -> None:
    before = everything_set(cast)
    different = {"title": "别的", "claimant": cast.zhao.id, "total": "9.00", "items": []}
    assert different.keys() == before.keys()
    for field, value in different.items():
        assert changes_of_claim(request(before), request(before | {field: value})), field


def test_every_field_of_an_advance_is_told_when_it_changed(cast: Cast) -> None:
    advance = Advance(title="展会", claimant=cast.wang, customer=cast.sigma, deal=cast.pumps,
                      needed_on=clock.now().date())  # fmt: skip
    advance.set_amount(Decimal(800), "CNY", SPENT_ON)
    db.session.add(advance)
    db.session.flush()
    before = advance.snapshot() | {"currency": "EUR"}
    different = {
        "title": "别的", "claimant": cast.zhao.id, "total": "9.00", "amount": "1.00",
        "currency": "USD", "customer": None, "deal": cast.gauges.id,
        "needed_on": (advance.needed_on + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    assert different.keys() == before.keys()
    for field, value in different.items():
        lines = changes_of_advance(request(before), request(before | {field: value}))
        assert lines, field
        assert all(len(set(line.partition(": ")[2].split(" → "))) == 2 for line in lines), lines
