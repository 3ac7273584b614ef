"""Approval flows for tests: made in a line, run by a script of who decides how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from crm.extensions import db
from crm.models import (
    ApprovalFlow,
    ApprovalRequest,
    ApprovalStep,
    Delegation,
    ExpenseClaim,
    User,
)
from crm.models.approval import ApproverKind, Decision, Mode, OwnRule
from tests.cast import PEOPLE, Cast
from tests.claims import draft

SIGNS = {"+": Decision.APPROVED, "-": Decision.REJECTED, "~": Decision.RETURNED}


def step(approver: ApproverKind, **particulars: Any) -> ApprovalStep:
    """A step, of whose particulars only those said differ from what a form begins with."""
    settings: dict[str, Any] = {
        "mode": Mode.ANY, "own": OwnRule.UP, "level": 1, "conditions": [], "user_ids": [],
    }  # fmt: skip
    return ApprovalStep(
        approver=approver, label_zh=approver.value, label_en=approver.value,
        **settings | particulars,
    )  # fmt: skip


def named(*people: User, **particulars: Any) -> ApprovalStep:
    """A step that asks these people."""
    return step(ApproverKind.NAMED, user_ids=[person.id for person in people], **particulars)


def flow(
    *steps: ApprovalStep, conditions: Sequence[dict[str, Any]] = (), kind: str = ExpenseClaim.KIND
) -> ApprovalFlow:
    """A flow, by default for claims, tried before the one that everything falls back to."""
    made = ApprovalFlow(kind=kind, label_zh="流程", label_en="Flow", position=1)
    db.session.add(made)
    made.revise(steps, conditions, by=None)
    db.session.flush()
    return made


def three_steps(cast: Cast) -> ApprovalFlow:
    """A flow: the superior, finance, and of large amounts the administrator."""
    large = [{"fact": "amount", "test": "at_least", "value": "1000"}]
    return flow(step(ApproverKind.MANAGER), named(cast.fin), named(cast.admin, conditions=large))


def hand_in(cast: Cast, claim: ExpenseClaim | None = None) -> ApprovalRequest:
    """Hand in a claim, by default one of Wang's over 300.00."""
    claim = claim or draft(cast)
    request = claim.submit(by=claim.claimant)
    db.session.commit()
    return request


def away(person: User, delegate: User) -> Delegation:
    """Somebody is away for two years, and ``delegate`` decides for them."""
    begun = Delegation.begin(person, delegate, date(2026, 1, 1), date(2027, 12, 31), by=person)
    db.session.commit()
    return begun


def asked(request: ApprovalRequest) -> set[str]:
    """The user names of those who can decide now."""
    return {assignment.approver.username for assignment in request.asked}


def decide_as(request: ApprovalRequest, sign: str) -> None:
    """``li+``: Li approves; ``-`` rejects, ``~`` returns. In the way of the pages, in one go."""
    username, decision = sign[:-1], SIGNS[sign[-1]]
    assert username in PEOPLE
    assignment = next(each for each in request.asked if each.approver.username == username)
    claim = request.document
    assignment.decide(
        decision, by=assignment.approver, version=claim.version,
        content_hash=claim.content_hash(),
        comment=None if decision is Decision.APPROVED else "请补充说明。",
    )  # fmt: skip
    db.session.commit()
