"""Whatever is done to advances, by whom, in whatever order: no money is lost, none is made.

They are asked for, changed, decided, handed out, accounted for by claims and given back, which is
taken back again; the rest is ``tests/playing.py``.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test as play
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Advance, AdvanceState, ClaimState, ExpenseClaim
from crm.models.advance.settling import Share, set_off
from crm.models.approval import Decision, Mode
from tests.advances import DAY, asked_for, handed_out
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.databases import Databases
from tests.flows import flow, named
from tests.playing import Playing, actors, cents
from tests.truths import broken, handed_out_is_accounted_for

FORM = {"title": "出差借款", "currency": "CNY", "needed_on": "2026-07-20"}
MOST_CLAIMS = 6

ADDS_UP = handed_out_is_accounted_for.__doc__

advances = st.integers(0, 3)


class Advancing(Playing):
    """Two have asked for money, one has some in hand, and all spend; two decide, both of them."""

    def lay_down(self, cast: Cast) -> None:
        handed_out(cast, "1000.00")
        flow(named(cast.li, cast.zhou, mode=Mode.ALL, escalate_hours=30), kind=Advance.KIND)
        asked_for(cast, "500.00")
        asked_for(cast, "1500.00", by=cast.li)

    def advance(self, which: int) -> Advance:
        """One of the newest."""
        newest = db.session.scalars(select(Advance).order_by(Advance.id.desc()).limit(4)).all()
        return newest[which % len(newest)]

    @rule(who=actors, amount=cents)
    def ask_for_money(self, who: str, amount: int) -> None:
        self._post(who, "/advances", **FORM, amount=str(Decimal(amount) / 100))

    @rule(which=advances, amount=cents, stale=st.booleans())
    def ask_again(self, which: int, amount: int, stale: bool) -> None:
        advance = self.advance(which)
        version = advance.version - (1 if stale else 0)
        self._post(advance.claimant.username, f"/advances/{advance.id}", **FORM,
                   amount=str(Decimal(amount) / 100), version=version)  # fmt: skip

    @rule(who=actors, which=advances)
    def withdraw(self, who: str, which: int) -> None:
        self._post(who, f"/advances/{self.advance(which).id}/submission/delete")

    @rule(which=advances)
    def withdraw_ones_own(self, which: int) -> None:
        self.withdraw(self.advance(which).claimant.username, which)

    @rule(which=advances)
    def hand_out(self, which: int) -> None:
        self.hand_out_as_anybody("fin", which, looks=True)

    @rule(who=actors, which=advances, looks=st.booleans())
    def hand_out_as_anybody(self, who: str, which: int, looks: bool) -> None:
        address = f"/advances/{self.advance(which).id}/payment"
        if looks:
            self._read(who, f"{address}/new", address)
        typed = self.shown.get((who, address), {"paid_on": "2026-06-17", "version": "1"})
        self._post(who, address, **typed)

    @rule(which=advances, amount=cents)
    def give_back(self, which: int, amount: int) -> None:
        self.give_back_to_anybody("fin", which, amount, looks=True, confirms=True)

    @rule(who=actors, which=advances, amount=cents, looks=st.booleans(), confirms=st.booleans())
    def give_back_to_anybody(
        self, who: str, which: int, amount: int, looks: bool, confirms: bool
    ) -> None:
        address = f"/advances/{self.advance(which).id}/repayment"
        if looks:
            self._read(who, f"{address}/new", address)
        typed = self.shown.get((who, address), {"version": "1", "repaid_on": "2026-06-17"})
        back = Decimal(amount) / 100
        left = f"{self.advance(which).outstanding - back:.2f}"
        shown = {"shown": left} if confirms else {}
        self._post(who, address, **typed | {"amount": str(back)} | shown)

    @rule(which=advances, of=st.integers(0, 2))
    def take_back(self, which: int, of: int) -> None:
        self.take_back_as_anybody("fin", which, of, looks=True)

    @rule(who=actors, which=advances, of=st.integers(0, 2), looks=st.booleans())
    def take_back_as_anybody(self, who: str, which: int, of: int, looks: bool) -> None:
        """A repayment, or what only looks like one."""
        advance = self.advance(which)
        if not advance.settlements:
            return
        part = advance.settlements[of % len(advance.settlements)]
        address = f"/advances/{advance.id}/repayments/{part.id}/counter-entry"
        if looks:
            self._read(who, f"{address}/new", address)
        typed = self.shown.get((who, address), {"version": "1", "entered_on": "2026-06-17"})
        self._post(who, address, **typed | {"reason": "打错了"})

    @rule(who=st.sampled_from(["wang", "li", "wu"]), amount=cents)
    def spend(self, who: str, amount: int) -> None:
        """A claim that is approved already: only what is paid for it matters here."""
        if len(db.session.scalars(select(ExpenseClaim.id)).all()) >= MOST_CLAIMS:
            return
        item = make_item(self.cast, str(Decimal(amount) / 100))
        decide(submitted(self.cast, item, by=getattr(self.cast, who)), Decision.APPROVED)
        self._changed()

    @rule(together=st.booleans())
    def pay_what_is_approved(self, together: bool) -> None:
        approved = select(ExpenseClaim.id).where(ExpenseClaim.state == ClaimState.APPROVED)
        ready = db.session.scalars(approved.order_by(ExpenseClaim.id)).all()
        if ready:
            self._pay("fin", ready if together else ready[:1])


def test_what_is_true_of_advances_stays_true_whatever_is_done(
    session_app: Flask, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Advancing, "app", session_app, raising=False)
    monkeypatch.setattr(Advancing, "databases", databases, raising=False)
    play(Advancing, settings=settings(max_examples=8, stateful_step_count=20, deadline=None))
    clock.set_to(None)


def test_the_forms_of_the_machine_go_all_the_way(app: Flask, databases: Databases) -> None:
    """A machine whose forms were always refused would prove nothing."""
    played = Advancing()
    played.app, played.databases = app, databases
    played.begin()
    try:
        for _ in range(2):
            played.decide_by_link(0, "approved", "", is_at_work=True)
            played.what_is_true()
        played.hand_out(1)
        played.spend("wang", 120_000)
        played.spend("wang", 10_000)
        played.pay_what_is_approved(together=True)
        played.what_is_true()
        first, second = played.advance(2), played.advance(1)
        assert first.state is AdvanceState.SETTLED
        assert second.outstanding == Decimal("200.00")
        played.give_back(1, 5_000)
        assert second.outstanding == Decimal("150.00")
        played.give_back(1, 15_000)
        assert second.state is AdvanceState.SETTLED
        played.what_is_true()
        played.take_back(1, 3)
        assert second.outstanding == Decimal("150.00")
        played.what_is_true()
        played.give_back(1, 15_000)
        played.what_is_true()
        played.withdraw_ones_own(0)
        played.ask_again(0, 77_700, stale=False)
        assert played.advance(0).state is AdvanceState.SUBMITTED
        played.ask_for_money("wu", 1_000)
        assert len(db.session.scalars(select(Advance)).all()) == 4
        played.what_is_true()
    finally:
        played.teardown()


def test_an_advance_that_does_not_add_up_is_found(cast: Cast) -> None:
    """The machine can fail: more comes back than was handed out, or the trail tells of less."""
    advance = handed_out(cast)
    advance.repay(Decimal(400), "现金", by=cast.fin)
    db.session.commit()
    assert not broken(advance)
    with db.session.no_autoflush:  # the database refuses to store it
        advance.settlements[0].amount = Decimal(300)
        assert broken(advance) == [ADDS_UP], "the trail tells of 400"
    db.session.rollback()
    claim = draft(cast)
    set_off([Share(claim, advance, Decimal(700))], by=cast.fin, on=DAY)
    assert broken(advance) == [ADDS_UP], "less than nothing is owed"
    db.session.rollback()


ADDS_UP = (
    "Of an advance, what is owed, set off and given back is what was handed out, none below 0."
)
