"""Bills that are shared out: the shares come to the bill, to the cent, whatever is shared how."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.extensions import db
from crm.files import PreparedFile, store
from crm.models import ExchangeRate, ExpenseClaim, ExpenseItem
from crm.models.expense_claim import ClaimRefused
from crm.models.expense_claim.splitting import CENT, Part, shared_out
from tests.cast import Cast
from tests.claims import SPENT_ON, draft, granted, make_item, submitted

AMOUNTS = st.decimals("0.01", "9999999.99", places=2)
WEIGHTS = st.lists(st.decimals("0.01", "99999", places=2), min_size=1, max_size=20)


@given(total=AMOUNTS, weights=WEIGHTS)
def test_shares_come_to_the_whole(total: Decimal, weights: list[Decimal]) -> None:
    shares = shared_out(total, weights)
    assert sum(shares) == total
    assert len(shares) == len(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert share.as_tuple().exponent == -2
        assert abs(share - total * weight / sum(weights)) < CENT
        assert share >= 0


@given(parts=st.lists(AMOUNTS, min_size=1, max_size=20))
def test_amounts_that_come_to_the_whole_are_kept(parts: list[Decimal]) -> None:
    assert shared_out(sum(parts, Decimal(0)), parts) == parts


@given(total=AMOUNTS, rate=st.decimals("0.000001", "9999", places=6), weights=WEIGHTS)
def test_what_shares_are_in_the_base_currency_comes_to_the_whole_too(
    total: Decimal, rate: Decimal, weights: list[Decimal]
) -> None:
    base = (total * rate).quantize(CENT)
    amounts = shared_out(total, weights)
    bases = shared_out(base, amounts)
    assert sum(bases) == base
    assert all(abs(each - base * amount / total) < CENT
               for each, amount in zip(bases, amounts, strict=True))  # fmt: skip


@given(weights=WEIGHTS, total=AMOUNTS)
def test_larger_parts_get_no_less(weights: list[Decimal], total: Decimal) -> None:
    ranked = sorted(weights)
    shares = shared_out(total, ranked)
    assert all(small - large <= CENT for small, large in pairwise(shares))


@pytest.fixture
def dinner(cast: Cast) -> ExpenseItem:
    """100.00 EUR at 7.8511, with its receipt, in a draft of Wang's."""
    ExchangeRate.enter("EUR", date(2026, 6, 1), Decimal("7.8511"), by=None)
    item = make_item(cast, "100.00", "EUR", purpose="展会晚餐")
    item.payee = "海鲜楼"
    claim = draft(cast, make_item(cast, "5.00"), item)
    file = store(PreparedFile("a.jpg", "image/jpeg", b"a"), kind="expense_item", by=cast.wang)
    claim.add_receipts(item, [file], by=cast.wang)
    db.session.commit()
    return item


def thirds(cast: Cast) -> list[Part]:
    whom = ((cast.sigma, cast.pumps), (cast.western, None), (None, None))
    return [Part(customer, deal, Decimal(1)) for customer, deal in whom]


def test_a_bill_is_shared_out_and_joined_again(cast: Cast, dinner: ExpenseItem) -> None:
    claim, before = dinner.claim, dinner.claim.base_amount
    shares = claim.split_item(dinner, thirds(cast), by=cast.wang)
    db.session.commit()
    assert [share.amount for share in shares] == [
        Decimal("33.34"), Decimal("33.33"), Decimal("33.33"),
    ]  # fmt: skip
    assert sum(share.base_amount for share in shares) == Decimal("785.11")
    assert claim.base_amount == before
    assert [(share.customer, share.deal) for share in shares] == [
        (cast.sigma, cast.pumps), (cast.western, None), (None, None),
    ]  # fmt: skip
    assert {(share.payee, share.purpose, share.rate) for share in shares} == {
        ("海鲜楼", "展会晚餐", Decimal("7.8511"))
    }
    assert len({share.receipts[0].digest for share in shares}) == 1
    assert all(share.is_share for share in shares)
    assert {share.bill_amount for share in shares} == {Decimal("100.00")}
    whole = claim.join_item(shares[1], by=cast.wang)
    db.session.commit()
    assert (whole, whole.amount, whole.base_amount) == (dinner, 100, Decimal("785.11"))
    assert (len(claim.items), len(whole.receipts), whole.split_of) == (2, 1, None)


def test_shares_are_arranged_anew_as_often_as_one_likes(cast: Cast, dinner: ExpenseItem) -> None:
    claim = dinner.claim
    parts = thirds(cast)
    for chosen in (parts, parts[:2], parts[1:], parts):
        shares = claim.split_item(claim.items[-1], chosen, by=cast.wang)
        db.session.commit()
        assert len(shares) == len(chosen) == len(claim.items) - 1
        assert sum(share.amount for share in shares) == 100
        assert sum(share.base_amount for share in shares) == Decimal("785.11")


def test_what_is_too_little_is_not_shared(cast: Cast) -> None:
    claim = draft(cast, item := make_item(cast, "0.02"))
    db.session.commit()
    with pytest.raises(ClaimRefused, match="share"):
        claim.split_item(item, thirds(cast), by=cast.wang)


def test_what_is_being_decided_is_not_shared(cast: Cast) -> None:
    claim: ExpenseClaim = submitted(cast).request.document
    with pytest.raises(ClaimRefused, match="state"):
        claim.split_item(claim.items[0], thirds(cast), by=cast.wang)


def test_a_receipt_of_one_share_is_that_of_all(cast: Cast, dinner: ExpenseItem) -> None:
    claim = dinner.claim
    shares = claim.split_item(dinner, thirds(cast), by=cast.wang)
    more = store(PreparedFile("b.pdf", "application/pdf", b"b"), kind="expense_item", by=cast.wang)
    claim.add_receipts(shares[2], [more], by=cast.wang)
    db.session.commit()
    assert [len(share.receipts) for share in shares] == [2, 2, 2]
    claim.remove_receipt(shares[1], shares[1].receipts[0], by=cast.wang)
    db.session.commit()
    assert [[row.name for row in share.receipts] for share in shares] == [["b.pdf"]] * 3


def test_the_last_share_that_is_left_of_a_receipt_is_an_item_like_others(
    cast: Cast, dinner: ExpenseItem
) -> None:
    claim = dinner.claim
    first, second, third = claim.split_item(dinner, thirds(cast), by=cast.wang)
    db.session.commit()
    claim.remove_item(first, by=cast.wang)
    db.session.commit()
    assert (second.is_share, second.bill_amount) == (True, Decimal("66.66"))
    claim.remove_item(third, by=cast.wang)
    db.session.commit()
    assert not second.is_share
    assert claim.base_amount == Decimal("5.00") + second.base_amount


def test_kilometres_are_granted_whole_however_they_are_shared(cast: Cast) -> None:
    item = ExpenseItem(purpose="走访")
    item.compute(granted(cast, "0.8"), Decimal(120), SPENT_ON)
    claim = draft(cast, item)
    db.session.commit()
    first, second = claim.split_item(item, thirds(cast)[:2], by=cast.wang)
    assert (first.amount, second.amount) == (48, 48)
    db.session.commit()
    claim.remove_item(second, by=cast.wang)
    assert first.is_share, "48 of 96"
    assert claim.join_item(first, by=cast.wang).amount == 96


def test_sharing_out_changes_what_is_decided_about(cast: Cast, dinner: ExpenseItem) -> None:
    claim, before = dinner.claim, dinner.claim.content_hash()
    halves = [Part(cast.sigma, None, Decimal(1)), Part(cast.western, None, Decimal(1))]
    claim.split_item(dinner, halves, by=cast.wang)
    db.session.commit()
    after = claim.content_hash()
    assert after != before
    db.session.expire_all()
    assert claim.content_hash() == after
    assert {item.snapshot().get("split_of") for item in claim.items} == {None, dinner.id}
    claim.join_item(dinner, by=cast.wang)
    db.session.commit()
    assert claim.content_hash() == before


def test_copying_takes_today_and_todays_rates_and_no_receipts(
    cast: Cast, dinner: ExpenseItem
) -> None:
    claim = dinner.claim
    rate = granted(cast, "0.8")
    trip = ExpenseItem(purpose="走访")
    trip.compute(rate, Decimal(100), SPENT_ON)
    claim.add_item(trip, by=cast.wang)
    claim.split_item(dinner, thirds(cast), by=cast.wang)
    rate.grant(date(2026, 6, 15), Decimal("0.9"), "CNY", by=cast.admin)
    ExchangeRate.enter("EUR", date(2026, 6, 16), Decimal(8), by=None)
    db.session.commit()
    copy = claim.copy(by=cast.wang)
    db.session.commit()
    assert (copy.title, copy.state.value, copy.claimant) == (claim.title, "draft", cast.wang)
    assert {item.spent_on for item in copy.items} == {date(2026, 6, 17)}
    assert not any(item.receipts for item in copy.items)
    assert sorted(item.amount for item in copy.items) == [
        Decimal("5.00"), Decimal("33.33"), Decimal("33.33"), Decimal("33.34"), Decimal("90.00"),
    ]  # fmt: skip
    assert copy.base_amount == Decimal("895.00") == sum(item.base_amount for item in copy.items)
    groups = {item.split_of for item in copy.items} - {None}
    assert len(groups) == 1
    assert groups.isdisjoint({item.split_of for item in claim.items})
    copy.submit(by=cast.wang)


def test_what_is_granted_no_more_is_not_copied(cast: Cast) -> None:
    rate, trip = granted(cast), ExpenseItem(purpose="走访")
    trip.compute(rate, Decimal(100), SPENT_ON)
    claim = draft(cast, trip, make_item(cast, "7.00"))
    rate.set_in_use(False, by=cast.admin)
    db.session.commit()
    assert [item.amount for item in claim.copy(by=cast.wang).items] == [Decimal("7.00")]
