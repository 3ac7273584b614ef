"""Whatever is done to claims, by whom, in whatever order: what is true of them stays true.

Claimants change what they claim, hand it in and take it back; the rest is ``tests/playing.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test as play
from sqlalchemy import select, update

from crm import clock
from crm.extensions import db
from crm.models import (
    ApprovalAssignment,
    ClaimState,
    ExpenseClaim,
    OptionList,
    OutgoingMail,
    PaymentBatch,
)
from crm.models.approval import ApproverKind, Decision, Mode
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.databases import Databases
from tests.flows import decide_as, flow, hand_in, named, step
from tests.playing import Playing, actors, cents
from tests.truths import TRUTHS, Story, broken

LARGE = [{"fact": "amount", "test": "at_least", "value": "1000"}]

claims = st.sampled_from([0, 1, 2])


class Claiming(Playing):
    """Three claims, two of a rep's and one of a manager's, and everything done to them.

    Large ones: the superior with a limit, two in turn, then any of two; others: any of two.
    """

    def lay_down(self, cast: Cast) -> None:
        flow(
            step(ApproverKind.CLIMB, escalate_hours=30, remind_hours=10),
            named(cast.fin, cast.zhou, mode=Mode.IN_TURN),
            named(cast.li, cast.admin, escalate_hours=50),
            conditions=LARGE,
        )
        flow(named(cast.li, cast.admin, escalate_hours=50))
        cast.li.approval_limit = Decimal(1500)
        made = [draft(cast, make_item(cast, amount), by=by, title=title)
                for amount, by, title in (("300.00", cast.wang, "小额"),
                                          ("1400.00", cast.wang, "大额"),
                                          ("2600.00", cast.li, "主管的"))]  # fmt: skip
        for claim in made:
            claim.submit(by=claim.claimant)

    @cached_property
    def ids(self) -> Sequence[int]:
        return db.session.scalars(select(ExpenseClaim.id).order_by(ExpenseClaim.id)).all()

    @cached_property
    def category(self) -> int:
        return self.cast.option(OptionList.EXPENSE_CATEGORY, "Travel").id

    def claim(self, which: int) -> ExpenseClaim:
        return db.session.get_one(ExpenseClaim, self.ids[which])

    def _cost(self, amount: int) -> dict[str, Any]:
        return {"category": self.category, "amount": str(Decimal(amount) / 100), "currency": "CNY",
                "spent_on": "2026-06-10", "purpose": "差旅", "kind": "receipt"}  # fmt: skip

    @rule(who=actors, which=claims, amount=cents)
    def add_item(self, who: str, which: int, amount: int) -> None:
        self._post(who, f"/expenses/{self.ids[which]}/items", **self._cost(amount))

    @rule(who=actors, which=claims, amount=cents, stale=st.booleans())
    def change_item(self, who: str, which: int, amount: int, stale: bool) -> None:
        claim = self.claim(which)
        if claim.items:
            version = claim.version - (1 if stale else 0)
            self._post(who, f"/expenses/{claim.id}/items/{claim.items[0].id}", version=version,
                       **self._cost(amount))  # fmt: skip

    @rule(who=actors, which=claims)
    def remove_item(self, who: str, which: int) -> None:
        claim = self.claim(which)
        if claim.items:
            self._post(who, f"/expenses/{claim.id}/items/{claim.items[-1].id}/delete")

    @rule(which=claims)
    def hand_in(self, which: int) -> None:
        self.hand_in_somebodys(self.claim(which).claimant.username, which)

    @rule(who=actors, which=claims)
    def hand_in_somebodys(self, who: str, which: int) -> None:
        self._post(who, f"/expenses/{self.ids[which]}/submission")

    @rule(who=actors, which=claims)
    def withdraw(self, who: str, which: int) -> None:
        self._post(who, f"/expenses/{self.ids[which]}/submission/delete")

    @rule()
    def pay_what_is_approved(self) -> None:
        ready = [id for which, id in enumerate(self.ids)
                 if self.claim(which).state is ClaimState.APPROVED]  # fmt: skip
        if ready:
            self._pay("fin", ready)

    @rule(who=actors, which=st.sets(claims, min_size=1), looks=st.booleans())
    def pay_as_anybody(self, who: str, which: set[int], looks: bool) -> None:
        self._pay(who, [self.ids[each] for each in sorted(which)], looks=looks)


def test_what_is_true_of_claims_stays_true_whatever_is_done(
    session_app: Flask, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Claiming, "app", session_app, raising=False)
    monkeypatch.setattr(Claiming, "databases", databases, raising=False)
    play(Claiming, settings=settings(max_examples=12, stateful_step_count=25, deadline=None))
    clock.set_to(None)


def test_the_forms_of_the_machine_go_all_the_way(app: Flask, databases: Databases) -> None:
    """A machine whose forms were always refused would prove nothing."""
    played = Claiming()
    played.app, played.databases = app, databases
    played.begin()
    try:
        played.add_an_approver(0, "wu")
        played.decide_by_link(-1, "approved", "", is_at_work=True)
        played.what_is_true()
        assert played.claim(0).state is ClaimState.SUBMITTED, "who was added alone is not enough"
        played.decide_by_link(0, "approved", "", is_at_work=False)
        assert played.claim(0).state is ClaimState.APPROVED
        played.add_an_approver(0, "wu")
        assert {each.approver.username for each in played.claim(1).request.asked} == {"li", "wu"}
        for _ in range(5):
            played.decide_by_link(0, "approved", "", is_at_work=True)
            played.what_is_true()
        states = {played.claim(which).state for which in (0, 1, 2)}
        assert states == {ClaimState.APPROVED, ClaimState.SUBMITTED}
        played.pay_what_is_approved()
        played.what_is_true()
        assert len(db.session.query(PaymentBatch).one().claims) >= 1
        played.withdraw("li", 2)
        played.change_item("li", 2, 99_900, stale=False)
        assert played.claim(2).base_amount == Decimal("999.00")
    finally:
        played.teardown()


def test_a_claim_whose_truth_is_broken_is_found(cast: Cast) -> None:
    """The machine can fail: each of these breaks one of its truths."""
    claim = draft(cast)
    claim.submit(by=cast.wang)
    db.session.commit()
    assert not broken(claim)
    everybody = update(ApprovalAssignment)
    db.session.execute(everybody.values(approver_id=claim.claimant_id))
    db.session.expire_all()
    assert says(claim) == {"nobody_decided_their_own"}
    db.session.execute(everybody.values(decided_at=clock.now(), released_at=clock.now()))
    db.session.expire_all()
    assert says(claim) > {"one_end_for_each_part", "trail_is_state", "asked_while_submitted"}
    claim.state = ClaimState.APPROVED
    assert says(claim) > {"approved_as_it_is", "state_is_what_was_told"}
    claim.base_amount += 1
    assert "sum_of_its_items" in says(claim)
    db.session.execute(update(OutgoingMail).values(particulars={"assignment": 0}))
    assert "one_mail_for_each_who_is_asked" in says(claim)
    claim.state = ClaimState.PAID
    with db.session.no_autoflush:
        assert "paid_out_once" in says(claim)


def test_a_step_that_went_on_too_early_or_too_late_is_found(cast: Cast) -> None:
    """Two in turn, then both at once: agreed by one, in the wrong order, or by one twice."""
    flow(named(cast.li, cast.fin, mode=Mode.IN_TURN), named(cast.zhou, cast.admin, mode=Mode.ALL))
    request = hand_in(cast)
    for decision in ("li+", "fin+", "zhou+"):
        decide_as(request, decision)
        assert not broken(request.document)
    first, second, third, fourth = request.assignments
    first.decision, first.decided_at = None, None
    assert says(request.document) >= {"over_when_agreed", "one_after_the_other"}
    first.decision, first.decided_at = Decision.APPROVED, second.decided_at
    second.asked_at = first.asked_at - timedelta(hours=1)
    assert says(request.document) == {"one_after_the_other"}
    db.session.rollback()
    fourth.decision, fourth.decided_at = third.decision, third.decided_at
    assert "over_when_agreed" in says(request.document), "all have agreed, and it waits"
    fourth.approver = cast.zhou
    assert "one_decision_for_each_version" in says(request.document)
    db.session.rollback()


def says(claim: ExpenseClaim) -> set[str]:
    """By name, which truths do not hold."""
    return {holds.__name__ for holds in TRUTHS if not holds(Story(claim))}
