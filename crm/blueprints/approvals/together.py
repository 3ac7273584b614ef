"""Approving several at once: each is decided by itself, as it was shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Self

from flask_babel import gettext as _

from crm.blueprints.approvals.answers import explain
from crm.extensions import db
from crm.formatting import money
from crm.models import ApprovalAssignment, Company, User
from crm.models.approval import REFUSALS, Decision, link_alone_decides
from crm.policies import LARGEST_KEY

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


class Left(NamedTuple):
    """What was not decided, and why."""

    assignment: ApprovalAssignment
    reason: str


@dataclass(frozen=True)
class Together:
    """What became of what was ticked."""

    done: list[ApprovalAssignment] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    # How many are not there, or somebody else's.
    missing: int = 0

    @property
    def total(self) -> Decimal:
        """What was approved comes to, in the base currency."""
        return sum((each.request.base_amount for each in self.done), Decimal(0))


def approve_together(shown: Iterable[Shown], *, by: User) -> Together:
    """Approve each of ``shown`` that ``by`` may, in the order in which they were asked."""
    together = Together()
    missing = 0
    for one in sorted(set(shown)):
        assignment = _find(one.id, by)
        if assignment is None:
            missing += 1
        elif reason := _approve(assignment, one, by):
            together.left.append(Left(assignment, reason))
        else:
            together.done.append(assignment)
    return Together(together.done, together.left, missing)


def _find(id: int, user: User) -> ApprovalAssignment | None:
    if not 0 < id <= LARGEST_KEY:
        return None
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
