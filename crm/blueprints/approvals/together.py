"""Approving several at once: each is decided by itself, as it was shown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Self

from flask_babel import gettext as _

from crm.batches import Batch, Left
from crm.blueprints.approvals.answers import explain
from crm.extensions import db
from crm.formatting import money
from crm.models import ApprovalAssignment, Company, User
from crm.models.approval import REFUSALS, Decision, link_alone_decides

# As many as can be looked over, and are held at a time.
MOST = 50


class Shown(NamedTuple):
    """What somebody saw when they ticked it."""

    id: int
    version: int
    content_hash: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What ``Facts.shown`` wrote; ``None`` for anything else."""
        id, _colon, rest = text.partition(":")
        version, _colon, content_hash = rest.partition(":")
        if not all(each.isdecimal() and len(each) < 10 for each in (id, version)):
            return None
        return cls(int(id), int(version), content_hash)


class Approved(Batch):
    """What became of the assignments that were ticked."""

    @property
    def total(self) -> Decimal:
        """What was approved comes to, in the base currency."""
        return sum((each.request.base_amount for each in self.done), Decimal(0))


def approve_together(shown: Iterable[Shown], *, by: User) -> Approved:
    """Approve each of ``shown`` that ``by`` may, in the order in which they were asked."""
    found = [(_find(each.id, by), each) for each in sorted(set(shown))]
    approved = Approved(missing=sum(assignment is None for assignment, _each in found))
    for assignment, each in found:
        if assignment is None:
            continue
        if reason := _approve(assignment, each, by):
            approved.left.append(Left(assignment, reason))
        else:
            approved.done.append(assignment)
    return approved


def _find(id: int, user: User) -> ApprovalAssignment | None:
    return db.session.scalar(ApprovalAssignment.visible_to(user).where(ApprovalAssignment.id == id))


def _approve(assignment: ApprovalAssignment, shown: Shown, by: User) -> str:
    """Why it was not approved; nothing where it was. What was refused has changed nothing."""
    if not link_alone_decides(assignment.request):
        limit = money(Company.current().approval_link_limit)
        return _("It is above %(limit)s: decide it by itself.", limit=limit)
    try:
        with db.session.begin_nested():
            assignment.decide(
                Decision.APPROVED, by=by, version=shown.version, content_hash=shown.content_hash
            )
    except REFUSALS as refusal:
        return explain(assignment, refusal)[0]
    return ""
