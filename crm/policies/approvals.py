"""Who may do what to what is decided, by whom, and by whom instead."""

from __future__ import annotations

from crm.models import (
    ApprovalAssignment,
    ApprovalRequest,
    Delegation,
    Noun,
    User,
)
from crm.models.access import reaches
from crm.policies.kinds import Predicates


def _decide(user: User, assignment: ApprovalAssignment) -> bool:
    return assignment.approver_id == user.id and assignment.request.claimant_id != user.id


def _delegate_for(user: User, person: User) -> bool:
    """Everybody says who decides for them while they are away; administrators for others."""
    return person.id == user.id or user.is_administrator


def _end_delegation(user: User, delegation: Delegation) -> bool:
    return _delegate_for(user, delegation.user)


def _comment_on_request(user: User, request: ApprovalRequest) -> bool:
    """Who handed it in, and who was asked."""
    asked = {each.approver_id for each in request.assignments if each.asked_at}
    return user.id in {request.claimant_id, *asked}


def _remind_of_request(user: User, request: ApprovalRequest) -> bool:
    return request.claimant_id == user.id


def _comment_on_days_of(user: User, rep: User) -> bool:
    """Whoever leads the rep; the rep answers."""
    return user.id == rep.id or reaches(user, user.changes(Noun.DEALS), rep)


PREDICATES: Predicates = {
    ("decide", ApprovalAssignment): _decide,
    ("comment", ApprovalRequest): _comment_on_request,
    ("remind", ApprovalRequest): _remind_of_request,
    ("end", Delegation): _end_delegation,
    ("delegate_for", User): _delegate_for,
    ("comment_on_days_of", User): _comment_on_days_of,
}
