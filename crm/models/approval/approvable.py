"""What every kind of document that is approved has in common."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from sqlalchemy import Select, select

from crm.extensions import db
from crm.models.approval.assignment import ApprovalAssignment
from crm.models.approval.request import ApprovalRequest

if TYPE_CHECKING:
    from crm.models.user import User


class Document(Protocol):
    """What the engine asks of a document and tells it; its kind is entered in ``DOCUMENTS``."""

    KIND: ClassVar[str]
    id: int
    version: int
    claimant: User
    base_amount: Decimal

    def snapshot(self) -> dict[str, Any]:
        """What is decided about, as plain values in a fixed order."""
        ...

    def facts(self) -> dict[str, Any]:
        """What conditions of flows compare: ``conditions.Facts``."""
        ...

    def accept(self, *, by: User, comment: str | None, by_link: bool) -> None:
        """The last step approved it."""
        ...

    def decline(self, *, by: User, comment: str | None, by_link: bool) -> None:
        """Somebody rejected it."""
        ...

    def give_back(self, *, by: User, comment: str | None, by_link: bool) -> None:
        """Somebody returned it for correction."""
        ...


class Approvable:
    """A mixin: a document's requests, and the hash of what they ask about."""

    KIND: ClassVar[str]

    @property
    def told_state(self: Any) -> StrEnum:
        """Its state as people are told it."""
        return self.state

    @classmethod
    def given_to(cls, user: User) -> Select[int]:
        """The ids of those that ``user`` was asked to decide about."""
        return (
            select(ApprovalRequest.document_id)
            .join(ApprovalAssignment)
            .where(
                ApprovalRequest.document_kind == cls.KIND,
                ApprovalAssignment.approver_id == user.id,
                ApprovalAssignment.asked_at.is_not(None),
            )
        )

    @property
    def request(self: Any) -> ApprovalRequest | None:
        """The latest approval request."""
        return db.session.scalar(
            ApprovalRequest.of(self.KIND, self.id).order_by(ApprovalRequest.id.desc()).limit(1)
        )

    def content_hash(self: Any) -> str:
        """SHA-256 of the snapshot: two documents with one hash ask for the same thing."""
        text = json.dumps(self.snapshot(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
