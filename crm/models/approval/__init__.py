"""Approval: one document's way to a decision. Any document kind can use it.

A document is an ``Approvable`` with what ``approvable.Document`` says; its kind stands in
``DOCUMENTS``. Which steps it goes through, a flow says (``flow.py``), who decides each,
``approvers.py``; ``running.py`` goes from one to the next, ``asking.py`` asks them, ``pressing.py``
does what time brings.
"""

from crm.models.approval.approvable import Approvable
from crm.models.approval.approvers import Skip, Why
from crm.models.approval.assignment import ApprovalAssignment, CameBy, Decision, Release
from crm.models.approval.comment import ApprovalComment
from crm.models.approval.conditions import Condition, FactKind, Test
from crm.models.approval.delegation import Delegation, DelegationRefused
from crm.models.approval.documents import DOCUMENTS, DocumentKind
from crm.models.approval.flow import (
    ApprovalFlow,
    ApprovalStep,
    ApproverKind,
    CannotRetire,
    FlowVersion,
    Mode,
    OwnRule,
)
from crm.models.approval.refusals import (
    REFUSALS,
    AlreadyDecided,
    CommentMissing,
    DocumentChanged,
    NobodyDecides,
    NoLongerAsked,
    NotAllowed,
)
from crm.models.approval.request import ApprovalRequest, Closure, link_alone_decides
from crm.models.approval.token import LINK_LIVES, ApprovalToken, TokenState

__all__ = [
    "DOCUMENTS",
    "LINK_LIVES",
    "REFUSALS",
    "AlreadyDecided",
    "Approvable",
    "ApprovalAssignment",
    "ApprovalComment",
    "ApprovalFlow",
    "ApprovalRequest",
    "ApprovalStep",
    "ApprovalToken",
    "ApproverKind",
    "CameBy",
    "CannotRetire",
    "Closure",
    "CommentMissing",
    "Condition",
    "Decision",
    "Delegation",
    "DelegationRefused",
    "DocumentChanged",
    "DocumentKind",
    "FactKind",
    "FlowVersion",
    "Mode",
    "NoLongerAsked",
    "NobodyDecides",
    "NotAllowed",
    "OwnRule",
    "Release",
    "Skip",
    "Test",
    "TokenState",
    "Why",
    "link_alone_decides",
]
