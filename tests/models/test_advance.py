"""Advances: handed out once, accounted for by claims and by what comes back, to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.extensions import db
from crm.models import (
    Action,
    Advance,
    AdvanceState,
    Company,
    Event,
    ExchangeRate,
    ExpenseClaim,
    PaymentBatch,
    Proposal,
    Settlement,
    User,
)
from crm.models.advance import AdvanceRefused
from crm.models.approval import Decision
from crm.models.merge import Merge
from crm.queries.approvals.surroundings import around_advances
from crm.sentences import sentence
from tests.advances import DAY, answer, asked_for, handed_out
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted


def approved_claim(cast: Cast, amount: str, *, by: User | None = None) -> ExpenseClaim:
    return decide(submitted(cast, make_item(cast, amount), by=by), Decision.APPROVED)


def pay(cast: Cast, *claims: ExpenseClaim) -> PaymentBatch:
    batch = Proposal(claims, cast.fin, holds=True).pay("网银 8")
    db.session.commit()
    return batch


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decision.APPROVED, AdvanceState.APPROVED),
        (Decision.REJECTED, AdvanceState.REJECTED),
        (Decision.RETURNED, AdvanceState.RETURNED),
    ],
)
def test_an_advance_goes_the_way_of_every_document(
    cast: Cast, decision: Decision, state: AdvanceState
) -> None:
    advance = asked_for(cast)
    assert {part.approver for part in advance.request.asked} == {cast.li}  # type: ignore[union-attr]
    answer(advance, decision)
    assert advance.state is state


def test_what_came_back_is_changed_and_handed_in_again(cast: Cast) -> None:
    advance = asked_for(cast)
    answer(advance, Decision.RETURNED)
    wang = cast.wang
    advance.set_amount(Decimal(800), "CNY", DAY)
    advance.submit(by=wang)
    db.session.commit()
    request = advance.request
    assert request is not None
    assert (request.base_amount, request.is_open) == (Decimal(800), True)
    changed = db.session.scalars(select(Event).where(Event.action == Action.ADVANCE_CHANGED)).one()
    assert changed.particulars["changes"]["amount"] == ["1000.00", "800.00"]


def test_only_what_was_approved_is_handed_out_and_once(cast: Cast) -> None:
    advance = asked_for(cast)
    with pytest.raises(AdvanceRefused, match="state"):
        advance.pay_out(None, by=cast.fin)
    answer(advance)
    batch = advance.pay_out("网银 7", by=cast.fin)
    assert advance.pay_out("网银 9", by=cast.fin) is batch
    db.session.commit()
    assert db.session.scalars(select(PaymentBatch)).one().total == Decimal(1000)
    assert [payout.payee for payout in batch.payouts] == [cast.wang]  # type: ignore[union-attr]


def test_nothing_is_handed_out_on_a_day_whose_books_are_closed(cast: Cast) -> None:
    advance = asked_for(cast)
    answer(advance)
    Company.current().books_closed_until = date(2026, 5, 31)
    with pytest.raises(AdvanceRefused, match="closed"):
        advance.pay_out(None, by=cast.fin, paid_on=date(2026, 5, 31))


def test_a_claim_accounts_for_it_and_the_rest_is_paid_out(cast: Cast) -> None:
    advance = handed_out(cast)
    batch = pay(cast, approved_claim(cast, "1300.00"))
    assert (batch.total, advance.outstanding, advance.state) == (
        Decimal(300), Decimal(0), AdvanceState.SETTLED,
    )  # fmt: skip
    assert [(part.amount, part.claim) for part in advance.settlements] == [
        (Decimal(1000), batch.claims[0])
    ]


def test_a_smaller_claim_leaves_the_rest_outstanding(cast: Cast) -> None:
    advance = handed_out(cast)
    batch = pay(cast, approved_claim(cast, "400.00"))
    assert (batch.total, advance.outstanding) == (Decimal(0), Decimal(600))
    assert Advance.outstanding_of(cast.wang) == Decimal(600)
    assert Advance.outstanding_of(cast.li) == Decimal(0)


def test_nobodys_claims_account_for_a_colleagues_advance(cast: Cast) -> None:
    advance = handed_out(cast)
    batch = pay(cast, approved_claim(cast, "500.00", by=cast.zhao))
    assert (batch.total, advance.outstanding) == (Decimal(500), Decimal(1000))


def test_what_is_left_comes_back_in_cash(cast: Cast) -> None:
    advance = handed_out(cast)
    pay(cast, approved_claim(cast, "400.00"))
    for wrong in ("600.01", "0", "-5"):
        with pytest.raises(AdvanceRefused, match="too_much"):
            advance.repay(Decimal(wrong), None, by=cast.fin)
    advance.repay(Decimal("600.00"), "现金", by=cast.fin)
    db.session.commit()
    assert advance.state is AdvanceState.SETTLED
    with pytest.raises(AdvanceRefused, match="state"):
        advance.repay(Decimal(1), None, by=cast.fin)


def test_a_repayment_is_taken_back_by_a_counter_entry_and_both_stay(cast: Cast) -> None:
    advance = handed_out(cast)
    pay(cast, approved_claim(cast, "400.00"))
    advance.repay(Decimal(600), "现金", by=cast.fin)
    db.session.commit()
    by_claim, repayment = advance.settlements
    version = advance.version
    for _ in range(2):
        advance.take_back(repayment, "打错了", by=cast.fin)
        db.session.commit()
    assert (advance.state, advance.outstanding) == (AdvanceState.PAID, Decimal(600))
    assert Advance.outstanding_of(cast.wang) == Decimal(600)
    assert advance.version == version + 1
    amounts = [part.amount for part in advance.settlements]
    assert amounts == [Decimal(400), Decimal(600), Decimal(-600)]
    for part in (by_claim, advance.settlements[2]):
        with pytest.raises(AdvanceRefused, match="state"):
            advance.take_back(part, "打错了", by=cast.fin)
    told = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert told is not None
    assert (told.by, told.particulars["comment"]) == (cast.fin, "打错了")
    assert sentence(told) == "What was given back on Jun 17, 2026 is taken back: CN¥600.00"
    batch = pay(cast, approved_claim(cast, "700.00"))
    assert (batch.total, advance.state) == (Decimal(100), AdvanceState.SETTLED)


def test_what_is_settled_has_its_day(cast: Cast) -> None:
    advance = asked_for(cast)
    answer(advance)
    advance.pay_out(None, by=cast.fin, paid_on=date(2026, 6, 12))
    claim = approved_claim(cast, "400.00")
    Proposal([claim], cast.fin, holds=True).pay(None, paid_on=date(2026, 6, 15))
    for wrong in (date(2026, 6, 11), date(2026, 6, 18)):
        with pytest.raises(AdvanceRefused, match="day"):
            advance.repay(Decimal(5), None, by=cast.fin, on=wrong)
    advance.repay(Decimal(5), None, by=cast.fin, on=date(2026, 6, 14))
    db.session.commit()
    assert [part.settled_on.day for part in advance.settlements] == [15, 14]
    with pytest.raises(AdvanceRefused, match="day"):
        advance.take_back(advance.settlements[1], "打错了", by=cast.fin, on=date(2026, 6, 13))
    Company.current().books_closed_until = date(2026, 6, 14)
    with pytest.raises(AdvanceRefused, match="closed"):
        advance.repay(Decimal(5), None, by=cast.fin, on=date(2026, 6, 14))
    advance.take_back(advance.settlements[1], "打错了", by=cast.fin)
    assert advance.settlements[2].settled_on == date(2026, 6, 17)


def test_the_database_takes_no_counter_entry_twice_or_above_0(cast: Cast) -> None:
    advance = handed_out(cast)
    advance.repay(Decimal(600), "现金", by=cast.fin)
    advance.take_back(advance.settlements[0], "打错了", by=cast.fin)
    db.session.commit()
    again = {"advance": advance, "settled_on": DAY, "by": cast.fin}
    first = advance.settlements[0]
    for wrong in (
        {"takes_back_id": first.id, "amount": Decimal(-600), "reason": "再来"},
        {"amount": Decimal(-600)},
        {"takes_back_id": advance.settlements[1].id, "amount": Decimal(600), "reason": "再来"},
        {"takes_back_id": advance.settlements[1].id, "amount": Decimal(-600)},
    ):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add(Settlement(**again, **wrong))


@given(
    advances=st.lists(st.integers(1, 500_000), max_size=4),
    claims=st.lists(st.integers(1, 500_000), min_size=1, max_size=5),
)
def test_what_is_paid_and_what_is_set_off_is_what_was_spent(
    cast: Cast, advances: list[int], claims: list[int]
) -> None:
    """To the cent, the oldest advance first, never more than was handed out."""
    with db.session.begin_nested() as savepoint:
        out = [handed_out_within(cast, cents) for cents in advances]
        spent = [approved_within(cast, cents) for cents in claims]
        batch = Proposal(spent, cast.fin).pay(None)
        total = sum(claims, 0)
        covered = sum((part.amount for each in out for part in each.settlements), Decimal(0))
        assert batch.total + covered == Decimal(total) / 100
        assert covered == min(Decimal(sum(advances)), Decimal(total)) / 100
        open_ones = [each for each in out if each.outstanding]
        assert all(each.outstanding >= 0 for each in out)
        assert [each.state for each in out] == [AdvanceState.SETTLED] * (
            len(out) - len(open_ones)
        ) + [AdvanceState.PAID] * len(open_ones)
        assert sum((claim.to_pay for claim in spent), Decimal(0)) == batch.total
        savepoint.rollback()
    db.session.expire_all()


def handed_out_within(cast: Cast, cents: int) -> Advance:
    """Handed out without the way there, within the transaction."""
    advance = Advance(title="借款", claimant=cast.wang, needed_on=DAY, state=AdvanceState.PAID)
    advance.set_amount(Decimal(cents) / 100, "CNY", DAY)
    advance.payment = PaymentBatch(paid_on=DAY, by=cast.fin, total=advance.base_amount)
    db.session.add(advance)
    db.session.flush()
    return advance


def approved_within(cast: Cast, cents: int) -> ExpenseClaim:
    claim = draft(cast, make_item(cast, str(Decimal(cents) / 100)))
    part = claim.submit(by=cast.wang).asked[0]
    part.decide(
        Decision.APPROVED, by=part.approver, version=claim.version,
        content_hash=claim.content_hash(),
    )  # fmt: skip
    return claim


def test_no_timeline_of_a_customer_tells_of_it(cast: Cast) -> None:
    asked_for(cast, customer=cast.sigma)
    events = db.session.scalars(select(Event).where(Event.subject_kind == "advance")).all()
    assert events
    assert {event.customer_id for event in events} == {None}


def test_a_merge_of_its_customer_leaves_what_was_asked(cast: Cast) -> None:
    advance = asked_for(cast, customer=cast.western)
    Merge.customers(cast.sigma, cast.western, by=cast.admin)
    db.session.commit()
    db.session.expire_all()
    assert advance.customer == cast.sigma
    answer(advance)
    assert advance.state is AdvanceState.APPROVED


def test_who_sees_it(cast: Cast) -> None:
    advance = asked_for(cast)
    seen_by = {
        who for who in ("wang", "li", "zhao", "wu", "zhou", "fin", "admin")
        if advance in db.session.scalars(Advance.visible_to(getattr(cast, who))).all()
    }  # fmt: skip
    assert seen_by == {"wang", "li", "fin", "admin"}
    assert db.session.scalar(select(Settlement.id)) is None


def test_an_approver_is_told_of_what_else_is_open_and_what_else_is_under_way(cast: Cast) -> None:
    handed_out(cast, "5000.00")
    answer(asked_for(cast, "1500.00"))
    answer(asked_for(cast, "40.00"), Decision.REJECTED)
    waiting, other, stranger = (
        asked_for(cast, "800.00"), asked_for(cast, "300.00"), asked_for(cast, "70.00", by=cast.wu),
    )  # fmt: skip
    told = around_advances([waiting, other, stranger])
    assert list(told[waiting.id].warnings) == [
        "Of earlier advances CN¥5,000.00 is not yet accounted for.",
        "Other advances, asked for or approved but not yet paid: CN¥1,800.00.",
    ]
    assert "CN¥2,300.00" in told[other.id].warnings[1]
    assert list(told[stranger.id].warnings) == []


def test_a_timeline_tells_what_was_paid_out_and_what_advances_covered(cast: Cast) -> None:
    handed_out(cast, "1000.00")
    whole, part = approved_claim(cast, "900.00"), approved_claim(cast, "150.00")
    pay(cast, whole, part)
    pay(cast, approved_claim(cast, "30.00"))
    paid = db.session.scalars(
        select(Event).where(Event.action == Action.CLAIM_PAID).order_by(Event.id)
    )
    assert [sentence(event) for event in paid] == [
        "Accounts for advances: CN¥900.00",
        "Paid out: CN¥50.00; covered by advances: CN¥100.00",
        "Paid: CN¥30.00",
    ]
    third = db.session.scalars(select(ExpenseClaim).order_by(ExpenseClaim.id.desc())).first()
    assert third is not None
    told = [claim.told_state.value for claim in (whole, part, third)]
    assert told == ["settled", "paid", "paid"]


def test_what_was_asked_for_in_another_currency_is_told_in_both(cast: Cast) -> None:
    ExchangeRate.enter("USD", date(2026, 1, 1), Decimal("7.12"), by=cast.fin)
    advance = Advance(title="出国", claimant=cast.wang, needed_on=DAY, state=AdvanceState.WITHDRAWN)
    advance.set_amount(Decimal(350), "USD", DAY)
    advance.submit(by=cast.wang)
    answer(advance)
    advance.pay_out(None, by=cast.fin)
    advance.repay(Decimal(492), None, by=cast.fin)
    db.session.commit()
    events = db.session.scalars(
        select(Event).where(Event.subject_kind == "advance").order_by(Event.id)
    )
    assert [sentence(event) for event in events] == [
        "Asked for: $350.00 = CN¥2,492.00, 李敏 is to decide",
        "Approved: $350.00 = CN¥2,492.00",
        "Handed out: $350.00 = CN¥2,492.00",
        "Given back on Jun 17, 2026: CN¥492.00",
    ]
