"""What deciding answers, from the page and from the link alike."""

from __future__ import annotations

from flask_babel import gettext as _

from crm.approval_words import what_became_of
from crm.extensions import db
from crm.formatting import moment, money
from crm.forms.approval import DecisionForm
from crm.models import ApprovalAssignment, User
from crm.models.approval import (
    AlreadyDecided,
    DocumentChanged,
    NobodyDecides,
    NoLongerAsked,
    NotAllowed,
    TokenState,
)
from crm.wording import word_for


def decide(
    assignment: ApprovalAssignment, form: DecisionForm, *, by: User, by_link: bool = False
) -> None:
    """Decide as the form says.

    :raises: one of ``crm.models.approval.REFUSALS``.
    """
    assignment.decide(
        form.decision.data, by=by, version=int(form.version.data),
        content_hash=form.content_hash.data or "", comment=form.comment.data, by_link=by_link,
    )  # fmt: skip


def told(assignment: ApprovalAssignment) -> str:
    """What was decided, of which document and how much."""
    return _(
        "%(title)s, %(amount)s: %(decision)s.",
        title=assignment.request.snapshot["title"],
        amount=money(assignment.request.base_amount),
        decision=word_for(assignment.decision).lower(),
    )


def explain(assignment: ApprovalAssignment, refusal: Exception) -> tuple[str, int]:
    """Why a decision was not taken, and the status to answer with.

    The same decision again is no error: it is answered with what was decided, and when.
    """
    db.session.refresh(assignment)
    if isinstance(refusal, AlreadyDecided):
        message = _(
            "Already %(decision)s by you at %(at)s.",
            decision=word_for(assignment.decision).lower(),
            at=moment(assignment.decided_at),
        )
        return message, 200 if refusal.same else 409
    if isinstance(refusal, DocumentChanged):
        return _("It has changed since you saw it, or was withdrawn. Look at it as it is now."), 409
    if isinstance(refusal, NotAllowed):
        return _("You may not decide this."), 403
    if isinstance(refusal, NoLongerAsked):
        return what_became_of(assignment, TokenState.of(assignment.release)), 409
    if isinstance(refusal, NobodyDecides):
        return _("Nobody can be asked in the next step. Tell an administrator."), 409
    return _("Say why: the claimant reads this."), 422
