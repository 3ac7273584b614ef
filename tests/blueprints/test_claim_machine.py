"""Whatever is done to claims, by whom, in whatever order: what is true of them stays true.

Hypothesis plays claimants, approvers, finance and a stranger through the pages, with forms that may
be old; colleagues go away, hours pass, the worker reminds and escalates. What is refused must have
changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as play
from sqlalchemy import select, update

from crm import clock
from crm.extensions import db
from crm.models import (
    Action,
    ApprovalAssignment,
    ApprovalRequest,
    ClaimState,
    Delegation,
    Event,
    ExpenseClaim,
    MailKind,
    OptionList,
    OutgoingMail,
)
from crm.models.approval import ApproverKind, Closure, DelegationRefused, Mode
from crm.models.approval.pressing import hand_over_of, press_on
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.conftest import NOON
from tests.databases import Databases
from tests.flows import flow, named, step
from tests.page import Browser, Page
from tests.snapshots import changes, snapshot

ACTORS = ("wang", "li", "zhou", "fin", "admin", "wu")
LARGE = [{"fact": "amount", "test": "at_least", "value": "1000"}]
# Refused, or nothing to do: neither may have changed anything.
REFUSED = {400, 403, 404, 409, 410, 422}

actors = st.sampled_from(ACTORS)
claims = st.sampled_from([0, 1, 2])
places = st.integers(0, 5)
cents = st.integers(1, 250_000)
decisions = st.sampled_from(["approved"] * 4 + ["rejected", "returned"])


def lay_down_flow() -> None:
    """Large claims: the superior with a limit, two in turn, then any of two; with escalation."""
    cast = Cast()
    flow(
        step(ApproverKind.CLIMB, escalate_hours=30, remind_hours=10),
        named(cast.fin, cast.zhou, mode=Mode.IN_TURN),
        named(cast.li, cast.admin, escalate_hours=50),
        conditions=LARGE,
    )
    cast.li.approval_limit = Decimal(1500)


class Lives(RuleBasedStateMachine):
    """Three claims, two of a rep's and one of a manager's, and everything done to them."""

    app: Flask
    databases: Databases

    @initialize()
    def begin(self) -> None:
        clock.set_to(NOON)
        self.databases.renew(self.app)
        self._context = self.app.app_context()
        self._context.push()
        self.cast = Cast()
        lay_down_flow()
        made = [draft(self.cast, make_item(self.cast, amount), by=by, title=title)
                for amount, by, title in (("300.00", self.cast.wang, "小额"),
                                          ("1400.00", self.cast.wang, "大额"),
                                          ("2600.00", self.cast.li, "主管的"))]  # fmt: skip
        for claim in made:
            claim.submit(by=claim.claimant)
        db.session.commit()
        self.ids = [claim.id for claim in made]
        self.category = self.cast.option(OptionList.EXPENSE_CATEGORY, "Travel").id
        # What each browser still shows of a request: its version and hash.
        self.shown: dict[tuple[str, int], dict[str, str]] = {}
        self._sign_in()

    def teardown(self) -> None:
        if hasattr(self, "_context"):
            db.session.remove()
            self._context.pop()

    def _sign_in(self) -> None:
        self.browsers = {who: Browser(self.app).sign_in(who) for who in ACTORS}

    def _post(self, who: str, path: str, **data: Any) -> int:
        """Send a form; refused, it leaves everything as it was."""
        clock.set_to(clock.now() + timedelta(minutes=1))
        browser = self.browsers[who]
        token = browser.token()
        before = snapshot(self.app)
        answer = browser.client.post(path, data={"csrf_token": token, **data})
        assert answer.status_code in {200, 303} | REFUSED, f"{path}: {answer.status_code}"
        if answer.status_code in REFUSED:
            assert changes(before, snapshot(self.app)) == []
        db.session.expire_all()
        return answer.status_code

    def _claim(self, which: int) -> ExpenseClaim:
        return db.session.get_one(ExpenseClaim, self.ids[which])

    def _assignment(self, place: int) -> ApprovalAssignment | None:
        """One of the newest, so that most of what is tried can be done."""
        newest = select(ApprovalAssignment).order_by(ApprovalAssignment.id.desc())
        return db.session.scalar(newest.offset(place).limit(1))

    # What a claimant does

    def _cost(self, amount: int) -> dict[str, Any]:
        return {"category": self.category, "amount": str(Decimal(amount) / 100), "currency": "CNY",
                "spent_on": "2026-06-10", "purpose": "差旅", "kind": "receipt"}  # fmt: skip

    @rule(who=actors, which=claims, amount=cents)
    def add_item(self, who: str, which: int, amount: int) -> None:
        self._post(who, f"/expenses/{self.ids[which]}/items", **self._cost(amount))

    @rule(who=actors, which=claims, amount=cents, stale=st.booleans())
    def change_item(self, who: str, which: int, amount: int, stale: bool) -> None:
        claim = self._claim(which)
        if claim.items:
            version = claim.version - (1 if stale else 0)
            self._post(who, f"/expenses/{claim.id}/items/{claim.items[0].id}", version=version,
                       **self._cost(amount))  # fmt: skip

    @rule(who=actors, which=claims)
    def remove_item(self, who: str, which: int) -> None:
        claim = self._claim(which)
        if claim.items:
            self._post(who, f"/expenses/{claim.id}/items/{claim.items[-1].id}/delete")

    @rule(which=claims)
    def hand_in(self, which: int) -> None:
        self._post(self._claim(which).claimant.username, f"/expenses/{self.ids[which]}/submission")

    @rule(who=actors, which=claims)
    def hand_in_somebodys(self, who: str, which: int) -> None:
        self._post(who, f"/expenses/{self.ids[which]}/submission")

    @rule(who=actors, which=claims)
    def withdraw(self, who: str, which: int) -> None:
        self._post(who, f"/expenses/{self.ids[which]}/submission/delete")

    # What an approver does

    @rule(who=actors, place=places)
    def look(self, who: str, place: int) -> None:
        if assignment := self._assignment(place):
            self._look(who, assignment.id)

    def _look(self, who: str, assignment_id: int) -> None:
        browser = self.browsers[who]
        answer = browser.client.get(f"/approvals/{assignment_id}")
        assert answer.status_code in {200, 404}
        if answer.status_code == 404:
            return
        page = browser.get(f"/approvals/{assignment_id}")
        forms = [form for form in page.forms if form["action"].endswith("/decision")]
        if forms:
            self.shown[who, assignment_id] = {
                name: forms[0]["fields"][name] for name in ("version", "content_hash")
            }

    @rule(place=places, decision=decisions, comment=st.sampled_from(["", "请补充。"]))
    def decide_as_who_is_asked(self, place: int, decision: str, comment: str) -> None:
        self._decide_open(place, decision, comment)

    @rule(place=places)
    def approve_as_who_is_asked(self, place: int) -> None:
        self._decide_open(place, "approved", "")

    def _decide_open(self, place: int, decision: str, comment: str) -> None:
        waiting = db.session.scalars(ApprovalAssignment.open()).all()
        if waiting:
            assignment = waiting[place % len(waiting)]
            who, id = assignment.approver.username, assignment.id
            self._look(who, id)
            self._decide(who, id, decision, comment)

    @rule(who=actors, place=places, decision=decisions)
    def decide_by_an_old_form(self, who: str, place: int, decision: str) -> None:
        if assignment := self._assignment(place):
            self._decide(who, assignment.id, decision, "旧表单")

    def _decide(self, who: str, id: int, decision: str, comment: str) -> None:
        form = self.shown.get((who, id), {"version": "1", "content_hash": "0" * 64})
        self._post(who, f"/approvals/{id}/decision", decision=decision, comment=comment, **form)

    @rule(which=claims)
    def pay(self, which: int) -> None:
        self._pay("fin", which)

    @rule(who=actors, which=claims)
    def pay_as_anybody(self, who: str, which: int) -> None:
        self._pay(who, which)

    def _pay(self, who: str, which: int) -> None:
        """By the form that finance gets; whoever gets none sends one all the same."""
        address = f"claims={self.ids[which]}"
        answer = self.browsers[who].client.get(f"/payments/new?{address}")
        forms = [form for form in Page(answer.text).forms if "paid_on" in form["fields"]]
        typed = forms[0]["fields"] if forms else {"paid_on": "2026-06-17", "version": "1"}
        typed.pop("csrf_token", None)
        self._post(who, f"/payments?{address}", **typed)

    # What happens around

    @rule(who=st.sampled_from(["li", "fin", "zhou"]), to=actors, days=st.integers(0, 4))
    def go_away(self, who: str, to: str, days: int) -> None:
        person, today = getattr(self.cast, who), clock.now().date()
        try:
            Delegation.begin(person, getattr(self.cast, to), today - timedelta(days=1),
                             today + timedelta(days=days), by=person)  # fmt: skip
        except DelegationRefused:
            db.session.rollback()
            return
        hand_over_of(person)
        db.session.commit()

    @rule(hours=st.sampled_from([1, 11, 31, 60]))
    def let_hours_pass(self, hours: int) -> None:
        clock.set_to(clock.now() + timedelta(hours=hours))
        press_on()
        db.session.commit()
        self._sign_in()  # a session ends when nobody is there for so long

    @invariant()
    def what_is_true_of_claims(self) -> None:
        if not hasattr(self, "ids"):
            return
        db.session.expire_all()
        for claim in db.session.scalars(select(ExpenseClaim)):
            for holds in TRUTHS:
                assert holds(claim), f"{holds.__doc__} {claim}: {claim.state}"
        db.session.rollback()


def requests_of(claim: ExpenseClaim) -> list[ApprovalRequest]:
    return list(db.session.scalars(ApprovalRequest.of(claim.KIND, claim.id)))


def sum_of_its_items(claim: ExpenseClaim) -> bool:
    """Its total is the sum of its items."""
    return claim.base_amount == sum((item.base_amount for item in claim.items), Decimal(0))


def nobody_decided_their_own(claim: ExpenseClaim) -> bool:
    """Nobody is asked about, or has decided, what they claim themselves."""
    return all(
        part.approver_id != claim.claimant_id
        for request in requests_of(claim)
        for part in request.assignments
        if part.asked_at or part.decided_at
    )


def approved_as_it_is(claim: ExpenseClaim) -> bool:
    """What is approved or paid is just what the last step agreed to."""
    if claim.state not in {ClaimState.APPROVED, ClaimState.PAID}:
        return True
    last = claim.request
    return (
        last is not None
        and last.closure is Closure.APPROVED
        and last.content_hash == claim.content_hash()
        and bool(last.agreed)
    )


def asked_while_submitted(claim: ExpenseClaim) -> bool:
    """Somebody is asked about it if and only if it is handed in, in one request."""
    running = [request for request in requests_of(claim) if request.is_open]
    if claim.state is not ClaimState.SUBMITTED:
        return not running
    return len(running) == 1 and bool(running[0].asked)


def one_end_for_each_part(claim: ExpenseClaim) -> bool:
    """A part is decided or released, never both, and not while its turn has not come."""
    parts = [part for request in requests_of(claim) for part in request.assignments]
    return all(
        not (part.decided_at and part.released_at)
        and (part.asked_at is not None or part.decided_at is None)
        for part in parts
    )


def trail_is_state(claim: ExpenseClaim) -> bool:
    """What the trail tells, played from its beginning, is what the rows say."""
    return all(_played(request) == _stands(request) for request in requests_of(claim))


def _played(request: ApprovalRequest) -> tuple[set[int], dict[int, str], str | None]:
    """From the events alone: who is asked, what was decided by whom, how it ended."""
    asked: set[int] = set()
    decided: dict[int, str] = {}
    closure = None
    trail = Event.about(request.__tablename__, request.id)
    for event in reversed(db.session.scalars(trail).all()):
        part = event.particulars.get("assignment")
        if event.action is Action.APPROVAL_ASKED:
            asked.add(part)
        elif event.action is Action.APPROVAL_DECIDED:
            assert part not in decided, "decided twice"
            asked.remove(part)
            decided[part] = event.particulars["decision"]
        elif event.action is Action.APPROVAL_RELEASED:
            asked.remove(part)
        elif event.action is Action.APPROVAL_CLOSED:
            assert closure is None, "closed twice"
            closure = event.particulars["closure"]
    return asked, decided, closure


def _stands(request: ApprovalRequest) -> tuple[set[int], dict[int, str], str | None]:
    """The same from the rows."""
    return (
        {part.id for part in request.asked},
        {part.id: part.decision.value for part in request.assignments if part.decision},
        request.closure.value if request.closure else None,
    )


def state_is_what_was_told(claim: ExpenseClaim) -> bool:
    """Its state is that of the last event that changes one."""
    states = {
        Action.CLAIM_CREATED: ClaimState.DRAFT, Action.CLAIM_WITHDRAWN: ClaimState.DRAFT,
        Action.CLAIM_SUBMITTED: ClaimState.SUBMITTED, Action.CLAIM_PAID: ClaimState.PAID,
        Action.CLAIM_APPROVED: ClaimState.APPROVED, Action.CLAIM_REJECTED: ClaimState.REJECTED,
        Action.CLAIM_RETURNED: ClaimState.RETURNED,
    }  # fmt: skip
    events = db.session.scalars(Event.about(claim.__tablename__, claim.id))
    return claim.state is next(states[each.action] for each in events if each.action in states)


def one_mail_for_each_who_is_asked(claim: ExpenseClaim) -> bool:
    """Who is asked was written to once, for each time they are asked."""
    parts = {part.id for request in requests_of(claim) for part in request.assignments
             if part.asked_at}  # fmt: skip
    mails = select(OutgoingMail).where(OutgoingMail.kind == MailKind.APPROVAL_REQUESTED)
    written = [mail.particulars["assignment"] for mail in db.session.scalars(mails)]
    return all(written.count(part) == 1 for part in parts)


TRUTHS: tuple[Callable[[ExpenseClaim], bool], ...] = (
    sum_of_its_items, nobody_decided_their_own, approved_as_it_is, asked_while_submitted,
    one_end_for_each_part, trail_is_state, state_is_what_was_told, one_mail_for_each_who_is_asked,
)  # fmt: skip


def test_what_is_true_of_claims_stays_true_whatever_is_done(
    session_app: Flask, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lives, "app", session_app, raising=False)
    monkeypatch.setattr(Lives, "databases", databases, raising=False)
    play(Lives, settings=settings(max_examples=20, stateful_step_count=30, deadline=None))
    clock.set_to(None)


def test_the_forms_of_the_machine_go_all_the_way(app: Flask, databases: Databases) -> None:
    """A machine whose forms were always refused would prove nothing."""
    lives = Lives()
    lives.app, lives.databases = app, databases
    lives.begin()
    try:
        for _ in range(3):
            lives.approve_as_who_is_asked(0)
        states = {lives._claim(which).state for which in (0, 1, 2)}
        lives.pay(0)
        states.add(lives._claim(0).state)
        lives.withdraw("wang", 1)
        lives.change_item("wang", 1, 99_900, stale=False)
        assert lives._claim(1).base_amount == Decimal("999.00")
    finally:
        lives.teardown()
    assert states >= {ClaimState.SUBMITTED, ClaimState.APPROVED, ClaimState.PAID}


def test_a_claim_whose_truth_is_broken_is_found(cast: Cast) -> None:
    """The machine can fail: each of these breaks one of its truths."""
    claim = draft(cast)
    claim.submit(by=cast.wang)
    db.session.commit()
    assert all(holds(claim) for holds in TRUTHS)
    everybody = update(ApprovalAssignment)
    db.session.execute(everybody.values(approver_id=claim.claimant_id))
    db.session.expire_all()
    assert not nobody_decided_their_own(claim)
    db.session.execute(everybody.values(decided_at=clock.now(), released_at=clock.now()))
    db.session.expire_all()
    assert not one_end_for_each_part(claim)
    assert not trail_is_state(claim)
    assert not asked_while_submitted(claim)
    claim.state = ClaimState.APPROVED
    assert not approved_as_it_is(claim)
    assert not state_is_what_was_told(claim)
    claim.base_amount += 1
    assert not sum_of_its_items(claim)
    db.session.execute(update(OutgoingMail).values(particulars={"assignment": 0}))
    assert not one_mail_for_each_who_is_asked(claim)
