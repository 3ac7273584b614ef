"""Requests for a decision on a document, and to whom they are given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, and_, select, text, update
from sqlalchemy.orm import Mapped, aliased, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Digest, Key, Timestamped, stored_by_value
from crm.extensions import db
from crm.models.access import Role
from crm.models.approval.documents import DOCUMENTS
from crm.models.approval.token import ApprovalToken
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.outgoing_mail import MailKind, OutgoingMail
from crm.models.user import User, UserRole

_STILL_OPEN = text("closed_at IS NULL")


class Decision(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class Closure(StrEnum):
    """How a request ended."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class NotAllowed(Exception):
    """This person may not decide: not the approver, deactivated, or the claimant."""


class AlreadyDecided(Exception):
    """The assignment was decided before; ``same`` tells whether it was the same decision."""

    def __init__(self, same: bool) -> None:
        super().__init__("same" if same else "opposite")
        self.same = same


class DocumentChanged(Exception):
    """The document is not what was shown, or its request is closed."""


class CommentMissing(Exception):
    """Rejecting needs a comment."""


# Every reason for which a decision is not taken.
REFUSALS = (NotAllowed, AlreadyDecided, DocumentChanged, CommentMissing)


class ApprovalRequest(Timestamped, Base):
    __tablename__ = "approval_request"
    __table_args__ = (
        Index(None, "document_kind", "document_id"),
        # A document is asked about once at a time; the database holds it to that.
        Index("uq_approval_request_open", "document_kind", "document_id", unique=True,
              sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
    )  # fmt: skip

    id: Mapped[Key]
    document_kind: Mapped[str] = mapped_column(String(40))
    document_id: Mapped[int]
    document_version: Mapped[int]
    content_hash: Mapped[Digest]
    snapshot: Mapped[dict[str, Any]]
    claimant_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    base_amount: Mapped[Decimal]
    closure: Mapped[Closure | None] = mapped_column(stored_by_value(Closure))
    closed_at: Mapped[datetime | None]

    claimant: Mapped[User] = relationship()
    assignments: Mapped[list[ApprovalAssignment]] = relationship(
        back_populates="request", order_by="ApprovalAssignment.position"
    )

    @classmethod
    def of(cls, kind: str, document_id: int) -> Select[ApprovalRequest]:
        """The requests of one document."""
        return select(cls).where(cls.document_kind == kind, cls.document_id == document_id)

    @classmethod
    def approver_for(cls, claimant: User) -> User | None:
        """The claimant's superior; where there is none, an administrator; never the claimant."""
        superior = claimant.superior()
        if superior is not None and superior.id != claimant.id:
            return superior
        return db.session.scalar(
            User.active()
            .join(UserRole)
            .where(UserRole.role == Role.ADMINISTRATOR, User.id != claimant.id)
            .limit(1)
        )

    @classmethod
    def open(cls, document: Any, approver: User) -> ApprovalRequest:
        """Ask ``approver`` to decide on ``document`` as it is now; the mail is written with it."""
        request = cls(
            document_kind=document.KIND,
            document_id=document.id,
            document_version=document.version,
            content_hash=document.content_hash(),
            snapshot=document.snapshot(),
            claimant_id=document.claimant_id,
            base_amount=document.base_amount,
        )
        assignment = ApprovalAssignment(request=request, approver=approver, position=1)
        db.session.add(request)
        db.session.flush()  # the mail names the assignment by id
        OutgoingMail.enqueue(MailKind.APPROVAL_REQUESTED, approver, assignment=assignment.id)
        return request

    @property
    def document(self) -> Any:
        """The document itself, loaded with what its page shows."""
        return DOCUMENTS[self.document_kind].one(self.document_id, False)

    @staticmethod
    def documents_of(requests: Sequence[ApprovalRequest]) -> dict[int, Any]:
        """The documents by the requests' ids: the same few queries, however many there are."""
        found = {
            (kind, document.id): document
            for kind in {request.document_kind for request in requests}
            for document in DOCUMENTS[kind].many(
                [request.document_id for request in requests if request.document_kind == kind]
            )
        }
        return {
            request.id: found[request.document_kind, request.document_id] for request in requests
        }

    def lock(self) -> Any:
        """The document, held until the transaction ends: decisions and changes come one by one."""
        document = DOCUMENTS[self.document_kind].one(self.document_id, True)
        db.session.refresh(self)
        return document

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def previous(self) -> ApprovalRequest | None:
        """The request before this one on the same document."""
        return self.previous_of([self]).get(self.id)

    @classmethod
    def previous_of(cls, requests: Sequence[ApprovalRequest]) -> dict[int, ApprovalRequest]:
        """The requests before these on the same documents, by the ids of these: one query."""
        later = aliased(cls)
        same = and_(cls.document_kind == later.document_kind, cls.document_id == later.document_id)
        rows = db.session.execute(
            select(later.id, cls)
            .join(cls, and_(same, cls.id < later.id))
            .where(later.id.in_([request.id for request in requests]))
            .order_by(cls.id)
        )
        return dict(rows.all())  # of each, the last one stays

    def withdraw(self) -> None:
        """Close without a decision; every link to it dies."""
        self._close(Closure.WITHDRAWN)

    def _close(self, closure: Closure) -> None:
        self.closure, self.closed_at = closure, clock.now()
        for assignment in self.assignments:
            assignment.void_tokens()


class ApprovalAssignment(Timestamped, Base):
    __tablename__ = "approval_assignment"
    __table_args__ = (Index(None, "approver_id", "decided_at"),)

    id: Mapped[Key]
    request_id: Mapped[int] = mapped_column(ForeignKey("approval_request.id"), index=True)
    approver_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    position: Mapped[int]
    decision: Mapped[Decision | None] = mapped_column(stored_by_value(Decision))
    decided_at: Mapped[datetime | None]
    by_link: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str | None]

    request: Mapped[ApprovalRequest] = relationship(back_populates="assignments")
    approver: Mapped[User] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[ApprovalAssignment]:
        """What was given to ``user`` to decide."""
        return (
            select(cls)
            .where(cls.approver_id == user.id)
            .options(joinedload(cls.request).joinedload(ApprovalRequest.claimant))
        )

    @classmethod
    def waiting_for(cls, user: User) -> Select[ApprovalAssignment]:
        """What ``user`` has to decide now, oldest first."""
        return (
            cls.visible_to(user)
            .join(cls.request)
            .where(cls.decided_at.is_(None), ApprovalRequest.closed_at.is_(None))
            .order_by(cls.created_at, cls.id)
        )

    @classmethod
    def decided_by(cls, user: User) -> Select[ApprovalAssignment]:
        """What ``user`` has decided, latest first."""
        return (
            cls.visible_to(user)
            .where(cls.decided_at.is_not(None))
            .order_by(cls.decided_at.desc(), cls.id.desc())
        )

    @property
    def is_open(self) -> bool:
        return self.decided_at is None and self.request.is_open

    def decide(
        self, decision: Decision, *, by: User, version: int, content_hash: str,
        comment: str | None = None, by_link: bool = False,
    ) -> None:  # fmt: skip
        """Approve or reject what was shown: the document at ``version`` with ``content_hash``.

        :raises NotAllowed: ``by`` is not the approver, is deactivated, or claims it themselves.
        :raises AlreadyDecided: it was decided before, perhaps this very moment.
        :raises DocumentChanged: the document is not what was shown, or the request is closed.
        :raises CommentMissing: rejecting needs a comment.
        """
        request = self.request
        document = request.lock()
        db.session.refresh(self)
        if by.id != self.approver_id or not by.is_active or by.id == request.claimant_id:
            raise NotAllowed
        if self.decision is not None:
            raise AlreadyDecided(same=self.decision is decision)
        shown = (version, content_hash)
        if not request.is_open or shown != (document.version, document.content_hash()):
            raise DocumentChanged
        if decision is Decision.REJECTED and not (comment or "").strip():
            raise CommentMissing
        self._decide_once(decision, comment, by_link)
        request._close(Closure(decision.value))
        verb = document.accept if decision is Decision.APPROVED else document.decline
        verb(by=by, comment=comment, by_link=by_link)

    def _decide_once(self, decision: Decision, comment: str | None, by_link: bool) -> None:
        """One conditional UPDATE: of many at the same moment, one touches the row."""
        touched = db.session.execute(
            update(ApprovalAssignment)
            .where(ApprovalAssignment.id == self.id, ApprovalAssignment.decided_at.is_(None))
            .values(decision=decision, decided_at=clock.now(), comment=comment, by_link=by_link)
            .execution_options(synchronize_session=False)
        )
        db.session.refresh(self)
        if touched.rowcount != 1:  # type: ignore[attr-defined]
            raise AlreadyDecided(same=self.decision is decision)

    def refuse_link(self, reason: str, *, by: User | None) -> None:
        """Record that somebody else tried to use this approver's link."""
        Event.record(Action.LINK_REFUSED, self, by=by, approver=self.approver.name, reason=reason)

    def void_tokens(self) -> None:
        """Every link mailed so far stops working."""
        ApprovalToken.void_all(self)


def link_alone_decides(request: ApprovalRequest) -> bool:
    """Whether the amount is small enough for the link alone (``approval_link_limit``)."""
    return request.base_amount <= Company.current().approval_link_limit
