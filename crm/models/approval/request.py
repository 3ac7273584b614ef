"""Requests for a decision on a document: its way through a flow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    exists,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from crm import clock
from crm.base import Base, Digest, Key, Timestamped, stored_by_value
from crm.extensions import db
from crm.models.access import Scope, owned_within
from crm.models.approval.asking import Asking
from crm.models.approval.assignment import ApprovalAssignment, Decision, Release
from crm.models.approval.comment import ApprovalComment
from crm.models.approval.documents import DOCUMENTS
from crm.models.approval.flow import ApprovalFlow, ApprovalStep, FlowVersion, Mode
from crm.models.approval.running import Running
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.user import User

_STILL_OPEN = text("closed_at IS NULL")


class Closure(StrEnum):
    """How a request ended."""

    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class ApprovalRequest(Running, Asking, Timestamped, Base):
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
    # What conditions compare, as it was when the document was handed in.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    # The version it goes by to its end; None: it was asked before there were flows.
    version_id: Mapped[int | None] = mapped_column(ForeignKey("flow_version.id"), index=True)
    # Where it stands; None: no step asked anybody, an administrator is.
    step_id: Mapped[int | None] = mapped_column(ForeignKey("approval_step.id"), index=True)
    # How many of those whom that step asks must agree: of administrators who stand in, any one.
    mode: Mapped[Mode] = mapped_column(
        stored_by_value(Mode), default=Mode.ANY, server_default=Mode.ANY.value
    )
    claimant_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    base_amount: Mapped[Decimal]
    closure: Mapped[Closure | None] = mapped_column(stored_by_value(Closure))
    closed_at: Mapped[datetime | None]

    claimant: Mapped[User] = relationship()
    version: Mapped[FlowVersion | None] = relationship()
    step: Mapped[ApprovalStep | None] = relationship()
    assignments: Mapped[list[ApprovalAssignment]] = relationship(
        back_populates="request", order_by="ApprovalAssignment.position"
    )
    comments: Mapped[list[ApprovalComment]] = relationship(
        back_populates="request", order_by="ApprovalComment.id"
    )

    @classmethod
    def of(cls, kind: str, document_id: int) -> Select[ApprovalRequest]:
        """The requests of one document."""
        return select(cls).where(cls.document_kind == kind, cls.document_id == document_id)

    @classmethod
    def visible_to(cls, user: User) -> Select[ApprovalRequest]:
        """What ``user`` handed in, or was asked to decide."""
        return select(cls).where(or_(cls.claimant_id == user.id, cls._part_of(user)))

    @classmethod
    def waiting_for_others(cls, user: User) -> Select[ApprovalRequest]:
        """What others decide now: of what ``user`` handed in or decided, or of what the people
        handed in whom ``user`` leads."""
        mine = ApprovalAssignment.approver_id == user.id
        decided = cls._with_part(mine, ApprovalAssignment.decided_at.is_not(None))
        asked_now = cls._with_part(
            mine, ApprovalAssignment.asked_at.is_not(None),
            ApprovalAssignment.decided_at.is_(None), ApprovalAssignment.released_at.is_(None),
        )  # fmt: skip
        led = [owned_within(user, Scope.TEAM, cls.claimant_id)] if user.leads else []
        concerned = or_(cls.claimant_id == user.id, decided, *led)
        return select(cls).where(cls.closed_at.is_(None), concerned, ~asked_now)

    @classmethod
    def _part_of(cls, user: User) -> ColumnElement[bool]:
        return cls._with_part(
            ApprovalAssignment.approver_id == user.id, ApprovalAssignment.asked_at.is_not(None)
        )

    @classmethod
    def _with_part(cls, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(ApprovalAssignment.request_id == cls.id, *conditions)

    @classmethod
    def open(cls, document: Any) -> ApprovalRequest:
        """Ask those whom the flow names to decide on ``document`` as it is now.

        The mails are written with it.

        :raises NobodyDecides: there is nobody but the claimant.
        """
        facts = document.facts()
        request = cls(
            document_kind=document.KIND,
            document_id=document.id,
            document_version=document.version,
            content_hash=document.content_hash(),
            snapshot=document.snapshot(),
            facts=facts,
            version=ApprovalFlow.version_for(document.KIND, facts),
            claimant=document.claimant,
            base_amount=document.base_amount,
        )
        db.session.add(request)
        db.session.flush()  # what follows names the request by id
        request.begin()
        return request

    @property
    def document(self) -> Any:
        """The document itself, loaded with what its page shows."""
        return DOCUMENTS[self.document_kind].find(self.document_id)

    @staticmethod
    def documents_of(requests: Sequence[ApprovalRequest]) -> dict[int, Any]:
        """The documents by the requests' ids: the same few queries, however many there are."""
        found = {
            (kind, document.id): document
            for kind in {request.document_kind for request in requests}
            for document in DOCUMENTS[kind].find_all(
                [request.document_id for request in requests if request.document_kind == kind]
            )
        }
        return {
            request.id: found[request.document_kind, request.document_id] for request in requests
        }

    def lock(self) -> Any:
        """The document, held until the transaction ends: decisions and changes come one by one."""
        document = DOCUMENTS[self.document_kind].find(self.document_id, lock=True)
        db.session.refresh(self)
        # What others decided while this waited: the parts may have been read before.
        parts = select(ApprovalAssignment).where(ApprovalAssignment.request_id == self.id)
        db.session.scalars(parts.execution_options(populate_existing=True)).all()
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

    @property
    def is_superseded(self) -> bool:
        """Whether the document was handed in again since."""
        later = self.of(self.document_kind, self.document_id).where(ApprovalRequest.id > self.id)
        return db.session.scalar(later.limit(1)) is not None

    def say(self, text: str, *, by: User) -> ApprovalComment:
        """Ask or answer something; those concerned get it by mail (``reactions.py``)."""
        comment = ApprovalComment(request=self, by=by, text=text, at=clock.now())
        db.session.add(comment)
        db.session.flush()  # its event names it by id
        Event.record(Action.APPROVAL_COMMENTED, self, by=by, comment=comment.id, text=text)
        return comment

    def withdraw(self) -> None:
        """Close without a decision; every link to it dies."""
        self._close(Closure.WITHDRAWN)

    def close_as(self, decision: Decision, decided: ApprovalAssignment, document: Any) -> None:
        """The way is at its end: the document is told, with the decision that ended it."""
        self._close(Closure(decision.value))
        verbs = {
            Decision.APPROVED: document.accept,
            Decision.REJECTED: document.decline,
            Decision.RETURNED: document.give_back,
        }
        verbs[decision](by=decided.approver, comment=decided.comment, by_link=decided.by_link)

    def _close(self, closure: Closure) -> None:
        for assignment in self.pending:
            assignment.end_without_decision(Release.SETTLED)
        for assignment in self.assignments:
            assignment.void_tokens()
        self.closure, self.closed_at = closure, clock.now()
        Event.record(Action.APPROVAL_CLOSED, self, by=None, closure=closure.value)


def link_alone_decides(request: ApprovalRequest) -> bool:
    """Whether the amount is small enough for the link alone (``approval_link_limit``)."""
    return request.base_amount <= Company.current().approval_link_limit
