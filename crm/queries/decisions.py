"""What an approver needs to decide: the document, what changed, and the money around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from crm.extensions import db
from crm.models import ApprovalAssignment, ApprovalRequest, Noun, Team, User
from crm.queries.spend import Around, around_claims, changes_between

SHOWN = 100


@dataclass(frozen=True)
class Facts:
    """One document as it is now, with what its approver should know."""

    assignment: ApprovalAssignment
    document: Any
    around: Sequence[Around]
    changes: Sequence[str]
    content_hash: str
    version: int


@dataclass(frozen=True)
class Inbox:
    """What waits for somebody, oldest first, and what they decided lately.

    Where nothing waits: whether anything may, and who decides on what they hand in themselves.
    """

    waiting: Sequence[Facts]
    decided: Sequence[ApprovalAssignment]
    is_asked: bool
    asks: User | None


def facts_of(assignment: ApprovalAssignment) -> Facts:
    """Read what ``assignment`` is about."""
    return facts_of_all([assignment])[0]


def inbox_of(user: User) -> Inbox:
    """What ``user`` is asked to decide, and has decided: few queries, however much waits."""
    waiting = db.session.scalars(ApprovalAssignment.waiting_for(user).limit(SHOWN)).all()
    decided = db.session.scalars(ApprovalAssignment.decided_by(user).limit(20)).all()
    is_asked = bool(waiting) or _decides(user)
    claims = user.changes(Noun.CLAIMS) and not is_asked
    asks = ApprovalRequest.approver_for(user) if claims else None
    return Inbox(facts_of_all(waiting), decided, is_asked, asks)


def _decides(user: User) -> bool:
    """Whether somebody's claims may come to ``user``: a superior, or an administrator."""
    if user.is_administrator:
        return True
    leads = select(Team.id).where(Team.head_id == user.id).exists()
    manages = select(User.id).where(User.manager_id == user.id).exists()
    return bool(db.session.scalar(select(or_(leads, manages))))


def facts_of_all(assignments: Sequence[ApprovalAssignment]) -> list[Facts]:
    """The same for many: few queries, however many there are."""
    requests = [assignment.request for assignment in assignments]
    documents = ApprovalRequest.documents_of(requests)
    previous = ApprovalRequest.previous_of(requests)
    around = around_claims(list(documents.values()))
    return [
        Facts(
            assignment,
            document := documents[assignment.request_id],
            around[document.id],
            changes_between(previous.get(assignment.request_id), assignment.request),
            document.content_hash(),
            document.version,
        )
        for assignment in assignments
    ]
