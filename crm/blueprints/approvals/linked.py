"""What the pages behind an approval link share: the cookie, the token it holds, who may go on."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, request
from flask_login import current_user

from crm.extensions import db
from crm.models import ApprovalAssignment, ApprovalToken, TrustedDevice
from crm.models.approval import link_alone_decides
from crm.signing_in import DEVICE_COOKIE

COOKIE_LIVES = timedelta(minutes=30)


def cookie_name(assignment_id: int) -> str:
    """One cookie for each assignment, so that two links in two tabs do not disturb each other."""
    return f"approval_{assignment_id}"


def token_for(assignment_id: int) -> ApprovalToken | None:
    """The token that this browser followed a link with, if it is for this assignment."""
    secret = request.cookies.get(cookie_name(assignment_id))
    token = ApprovalToken.find(secret) if secret else None
    if token is None or token.assignment_id != assignment_id:
        return None
    return token if token.assignment.approver.is_active else None


def refuse_other_user(assignment: ApprovalAssignment) -> None:
    """403 if somebody else is signed in here; that they tried to decide is recorded.

    Only looking changes nothing, not even that record: GET never does.
    """
    if not current_user.is_authenticated or current_user.id == assignment.approver_id:
        return
    if request.method == "POST":
        assignment.refuse_link("another user is signed in", by=current_user)
        db.session.commit()
    abort(403)


def needs_sign_in(assignment: ApprovalAssignment) -> bool:
    """Whether the amount is too large for the link alone, and nothing else vouches for them."""
    if link_alone_decides(assignment.request) or current_user.is_authenticated:
        return False
    return not TrustedDevice.is_trusted(request.cookies.get(DEVICE_COOKIE), assignment.approver)
