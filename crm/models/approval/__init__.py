"""Approval: one document's way to a decision. Any document kind can use it.

A document offers ``KIND``, ``id``, ``version``, ``claimant``, ``base_amount``, ``snapshot()``,
``content_hash()`` and the verbs ``accept`` and ``decline``, and is entered in ``DOCUMENTS``.
"""

from crm.models.approval.request import (
    REFUSALS,
    AlreadyDecided,
    ApprovalAssignment,
    ApprovalRequest,
    Closure,
    CommentMissing,
    Decision,
    DocumentChanged,
    NotAllowed,
    link_alone_decides,
)
from crm.models.approval.token import LINK_LIVES, ApprovalToken, TokenState

__all__ = [
    "LINK_LIVES", "REFUSALS", "AlreadyDecided", "ApprovalAssignment", "ApprovalRequest",
    "ApprovalToken", "Closure", "CommentMissing", "Decision", "DocumentChanged", "NotAllowed",
    "TokenState", "link_alone_decides",
]  # fmt: skip
