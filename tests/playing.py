"""A firm that hypothesis plays through the pages: everybody does anything, with forms that are old.

Approvers decide in the inbox and by the links in their mails, and add others; finance pays one
claim or many; colleagues go away, hours pass, the worker reminds and escalates. What is refused
must have changed nothing, and after everything else the truths hold (``truths.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Action, Advance, ApprovalAssignment, Delegation, ExpenseClaim
from crm.models.approval import DelegationRefused
from crm.models.approval.pressing import hand_over_of, press_on
from tests.approval_links import Link, mint
from tests.cast import Cast
from tests.conftest import NOON
from tests.databases import Databases
from tests.page import Browser, Page
from tests.snapshots import Snapshot, changes, snapshot
from tests.truths import broken

ACTORS = ("wang", "li", "zhou", "fin", "admin", "wu")
# Refused, or nothing to do: neither may have changed anything.
REFUSED = {400, 403, 404, 409, 410, 422}

actors = st.sampled_from(ACTORS)
places = st.integers(0, 5)
cents = st.integers(1, 250_000)
decisions = st.sampled_from(["approved"] * 4 + ["rejected", "returned"])
comments = st.sampled_from(["", "请补充。"])


class Playing(RuleBasedStateMachine):
    """What everybody can do to whatever is approved and paid."""

    app: Flask
    databases: Databases

    @initialize()
    def begin(self) -> None:
        clock.set_to(NOON)
        name = type(self).__name__.lower()  # laid down once, then copied
        self.databases.renew(self.app, name if name in self.databases.kept else "")
        if name not in self.databases.kept:
            with self.app.app_context():
                self.lay_down(Cast())
                db.session.commit()
            self.databases.keep(self.app, name)
        self._context = self.app.app_context()
        self._context.push()
        self.cast = Cast()
        # What each browser still shows of a decision or a payment: what its form sends.
        self.shown: dict[tuple[str, str], dict[str, str]] = {}
        self.links: list[Link] = []
        # The rows as they were seen last; none: something may have changed since.
        self._rows: Snapshot | None = None
        self._is_checked = False
        self._sign_in()

    def lay_down(self, cast: Cast) -> None:
        """Write what there is in the beginning."""
        raise NotImplementedError

    def teardown(self) -> None:
        if hasattr(self, "_context"):
            db.session.remove()
            self._context.pop()

    def _sign_in(self) -> None:
        self.browsers = {who: Browser(self.app).sign_in(who) for who in ACTORS}
        # Where mails are read: signed in nowhere, with the cookies of the links that were followed.
        self.browsers["mail"] = Browser(self.app)
        self.tokens = {who: browser.token() for who, browser in self.browsers.items()}

    def _post(self, who: str, path: str, *, refusing: frozenset[int] = frozenset(),
              **data: Any) -> int:  # fmt: skip
        """Send a form; refused, it leaves everything as it was but for who tried it by a link."""
        clock.set_to(clock.now() + timedelta(minutes=1))
        before = self._rows or snapshot(self.app)
        sent = {"csrf_token": self.tokens[who], **data}
        answer = self.browsers[who].client.post(path, data=sent)
        assert answer.status_code in {200, 303} | REFUSED, f"{path}: {answer.status_code}"
        self._rows = None
        if answer.status_code in REFUSED | refusing:
            self._rows = snapshot(self.app)
            changed = changes(before, self._rows)
            noted = [row for row in changed if Action.LINK_REFUSED in row]
            assert changed == (noted if path.startswith("/approve/") else []), f"{path}: {changed}"
        else:
            self._is_checked = False
        db.session.expire_all()
        return answer.status_code

    def _read(self, who: str, path: str, sends_to: str) -> dict[str, str] | None:
        """Open a page and remember what its form would send; ``None``: it has none."""
        answer = self.browsers[who].client.get(path)
        self._rows = None  # when somebody was here last is noted
        assert answer.status_code in {200, 303, 403, 404, 409, 410}, f"{path}: {answer.status_code}"
        forms = [form for form in Page(answer.text).forms if form["action"].endswith(sends_to)]
        if not forms:
            return None
        fields = {name: value for name, value in forms[0]["fields"].items() if name != "csrf_token"}
        self.shown[who, sends_to] = fields
        return fields

    def _assignment(self, place: int) -> ApprovalAssignment | None:
        """One of the newest, so that most of what is tried can be done."""
        newest = select(ApprovalAssignment).order_by(ApprovalAssignment.id.desc())
        return db.session.scalar(newest.offset(place).limit(1))

    def _waiting(self, place: int) -> ApprovalAssignment | None:
        """One that somebody is asked now."""
        waiting = db.session.scalars(ApprovalAssignment.open()).all()
        return waiting[place % len(waiting)] if waiting else None

    # In the inbox

    @rule(who=actors, place=places)
    def look(self, who: str, place: int) -> None:
        if assignment := self._assignment(place):
            self._read(who, f"/approvals/{assignment.id}", f"/approvals/{assignment.id}/decision")

    @rule(place=places, decision=decisions, comment=comments)
    def decide_as_who_is_asked(self, place: int, decision: str, comment: str) -> None:
        if assignment := self._waiting(place):
            who, id = assignment.approver.username, assignment.id
            self._read(who, f"/approvals/{id}", f"/approvals/{id}/decision")
            self._decide(who, id, decision, comment)

    @rule(place=places)
    def approve_as_who_is_asked(self, place: int) -> None:
        self.decide_as_who_is_asked(place, "approved", "")

    @rule(who=actors, place=places, decision=decisions)
    def decide_by_an_old_form(self, who: str, place: int, decision: str) -> None:
        if assignment := self._assignment(place):
            self._decide(who, assignment.id, decision, "旧表单")

    def _decide(self, who: str, id: int, decision: str, comment: str) -> None:
        path = f"/approvals/{id}/decision"
        form = self.shown.get((who, path), {"version": "1", "content_hash": "0" * 64})
        self._post(who, path, **form | {"decision": decision, "comment": comment})

    @rule(place=places, colleague=actors)
    def add_an_approver(self, place: int, colleague: str) -> None:
        if assignment := self._waiting(place):
            self._add(assignment.approver.username, assignment.id, colleague)

    @rule(who=actors, place=places, colleague=actors)
    def add_an_approver_as_anybody(self, who: str, place: int, colleague: str) -> None:
        if assignment := self._assignment(place):
            self._add(who, assignment.id, colleague)

    def _add(self, who: str, id: int, colleague: str) -> None:
        added = getattr(self.cast, colleague)
        self._post(who, f"/approvals/{id}/approvers", colleague=added.name, colleague_id=added.id)

    # By the links in mails

    @rule(place=places)
    def get_a_mail(self, place: int) -> None:
        if assignment := self._waiting(place):
            self.links.append(mint(assignment))
            self._rows = None

    @rule(place=places, decision=decisions, comment=comments, is_at_work=st.booleans())
    def decide_by_link(self, place: int, decision: str, comment: str, is_at_work: bool) -> None:
        self.get_a_mail(place)
        if self.links:
            link = self.links[-1]
            who = link.assignment.approver.username if is_at_work else "mail"
            self._follow(who, link)
            self._decide_by(who, link, decision, comment)

    @rule(who=st.sampled_from([*ACTORS, "mail", "mail"]), which=places)
    def follow_an_old_link(self, who: str, which: int) -> None:
        if self.links:
            self._follow(who, self.links[which % len(self.links)])

    @rule(who=st.sampled_from([*ACTORS, "mail", "mail"]), which=places, decision=decisions)
    def decide_by_an_old_link(self, who: str, which: int, decision: str) -> None:
        if self.links:
            self._decide_by(who, self.links[which % len(self.links)], decision, "旧链接")

    def _follow(self, who: str, link: Link) -> None:
        answer = self.browsers[who].client.get(link.address)
        assert answer.status_code == 303
        self._read(who, link.review, link.review)

    def _decide_by(self, who: str, link: Link, decision: str, comment: str) -> None:
        """A large amount asks to sign in first (303); the same decision again changes nothing."""
        form = self.shown.get((who, link.review), {"version": "1", "content_hash": "0" * 64})
        before = link.assignment.decided_at
        refusing = frozenset({200, 303} if before else {303})
        self._post(who, link.review, refusing=refusing,
                   **form | {"decision": decision, "comment": comment})  # fmt: skip

    # What finance does

    def _pay(self, who: str, claims: Sequence[int], *, looks: bool = True) -> None:
        """By the form that finance gets, or got before; who gets none sends one all the same."""
        address = "/payments?claims=" + ",".join(str(id) for id in claims)
        if looks:
            self._read(who, address.replace("?", "/new?"), address)
        typed = self.shown.get((who, address), {"paid_on": "2026-06-17", "version": "1"})
        self._post(who, address, **typed)

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
        self._changed()

    @rule(hours=st.sampled_from([1, 11, 31, 60]))
    def let_hours_pass(self, hours: int) -> None:
        clock.set_to(clock.now() + timedelta(hours=hours))
        press_on()
        self._changed()
        self._sign_in()  # a session ends when nobody is there for so long

    def _changed(self) -> None:
        """Something happened that no form did."""
        db.session.commit()
        self._rows, self._is_checked = None, False

    @invariant()
    def what_is_true(self) -> None:
        if not hasattr(self, "_is_checked") or self._is_checked:
            return  # what was refused has changed nothing, so that the truths hold as before
        db.session.expire_all()
        for kind in (ExpenseClaim, Advance):
            for document in db.session.scalars(select(kind)):
                assert not (lies := broken(document)), f"{document}, {document.state}: {lies}"
        self._is_checked = True
        db.session.rollback()
