"""What an approver needs to decide: the document, what changed, and the money around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.extensions import db
from crm.models import ApprovalAssignment, ApprovalRequest, User
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
    """What waits for somebody, oldest first, and what they decided lately."""

    waiting: Sequence[Facts]
    decided: Sequence[ApprovalAssignment]


def facts_of(assignment: ApprovalAssignment) -> Facts:
    """Read what ``assignment`` is about."""
    return facts_of_all([assignment])[0]


def inbox_of(user: User) -> Inbox:
    """What ``user`` is asked to decide, and has decided: few queries, however much waits."""
    waiting = db.session.scalars(ApprovalAssignment.waiting_for(user).limit(SHOWN)).all()
    decided = db.session.scalars(ApprovalAssignment.decided_by(user).limit(20)).all()
    return Inbox(facts_of_all(waiting), decided)


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
