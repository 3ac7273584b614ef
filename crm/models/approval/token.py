"""The secret in the link of an approval's mail: minted once, stored as a digest."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Digest, Key, digest_of
from crm.extensions import db

if TYPE_CHECKING:
    from crm.models.approval.assignment import ApprovalAssignment, Release

LINK_LIVES = timedelta(hours=72)


class TokenState(StrEnum):
    """What a link is good for."""

    LIVE = "live"
    # Decided by who has the link.
    USED = "used"
    # Decided by somebody else, or by them in another part.
    SETTLED = "settled"
    HANDED_ON = "handed_on"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    # Handed in again: another link works.
    CHANGED = "changed"
    # Who has to decide gets their mails elsewhere now.
    REPLACED = "replaced"
    EXPIRED = "expired"

    @classmethod
    def of(cls, release: Release | None) -> TokenState:
        """What the links of an assignment are that ended so."""
        return cls(release.value) if release else cls.CHANGED


class ApprovalToken(Base):
    __tablename__ = "approval_token"

    PURPOSE = "approval"

    id: Mapped[Key]
    digest: Mapped[Digest] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("approval_assignment.id"), index=True)
    approver_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    document_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]

    assignment: Mapped[ApprovalAssignment] = relationship()

    @classmethod
    def mint(cls, assignment: ApprovalAssignment) -> str:
        """A new link's secret: 256 random bits in hex, of which only the SHA-256 is stored."""
        secret = secrets.token_hex(32)
        db.session.add(
            cls(
                digest=digest_of(secret),
                purpose=cls.PURPOSE,
                assignment=assignment,
                approver_id=assignment.approver_id,
                document_version=assignment.request.document_version,
                expires_at=clock.now() + LINK_LIVES,
            )
        )
        return secret

    @classmethod
    def find(cls, secret: str) -> ApprovalToken | None:
        """The token with this secret, whatever its state."""
        return db.session.scalar(
            select(cls).where(cls.digest == digest_of(secret), cls.purpose == cls.PURPOSE)
        )

    @classmethod
    def void_all(cls, assignment: ApprovalAssignment) -> None:
        """Every link to ``assignment`` mailed so far stops working."""
        db.session.execute(
            update(cls)
            .where(cls.assignment_id == assignment.id, cls.voided_at.is_(None))
            .values(voided_at=clock.now())
            .execution_options(synchronize_session=False)
        )

    @property
    def state(self) -> TokenState:
        """Whether the link still decides, and if not, why."""
        if self.assignment.decided_at is not None:
            return TokenState.USED
        if (ended := self._ended) is not None:
            return ended
        bound_to = (self.assignment.approver_id, self.assignment.request.document_version)
        if (self.approver_id, self.document_version) != bound_to:
            return TokenState.CHANGED
        if self.voided_at is not None:
            return TokenState.REPLACED
        if self.expires_at <= clock.now():
            return TokenState.EXPIRED
        return TokenState.LIVE

    @property
    def _ended(self) -> TokenState | None:
        """How the assignment ended without a decision of its own; ``None``: it has not."""
        from crm.models.approval.assignment import Release
        from crm.models.approval.request import Closure

        request, release = self.assignment.request, self.assignment.release
        if release in {Release.HANDED_ON, Release.ESCALATED}:
            return TokenState.of(release)
        if request.closure is Closure.WITHDRAWN:
            return TokenState.CHANGED if request.is_superseded else TokenState.WITHDRAWN
        return TokenState.SETTLED if release is not None or not request.is_open else None
