"""Assignments: one person's part in a request, from the moment it is their turn."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Select, false, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, Timestamped, stored_by_value
from crm.extensions import db
from crm.models.approval.approvers import Why
from crm.models.approval.flow import ApprovalStep
from crm.models.approval.refusals import (
    AlreadyDecided,
    CommentMissing,
    DocumentChanged,
    NoLongerAsked,
    NotAllowed,
)
from crm.models.approval.token import ApprovalToken
from crm.models.event import Action, Event
from crm.models.notification import ASKING, Notification
from crm.models.user import User

if TYPE_CHECKING:
    from crm.models.approval.request import ApprovalRequest


class Decision(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    # Back to the claimant, to be corrected and handed in again.
    RETURNED = "returned"


class Release(StrEnum):
    """Why an assignment ended without a decision."""

    # Another decided, this person agreed before, or the request came to its end.
    SETTLED = "settled"
    HANDED_ON = "handed_on"
    ESCALATED = "escalated"


class CameBy(StrEnum):
    """How a part came to somebody who stands in for another."""

    DELEGATE = "delegate"
    ESCALATED = "escalated"
    # Who was to decide works here no longer.
    LEFT = "left"
    # Who was to decide by a role has it no longer.
    ROLE = "role"


class ApprovalAssignment(Timestamped, Base):
    __tablename__ = "approval_assignment"
    __table_args__ = (Index(None, "approver_id", "decided_at"),)

    id: Mapped[Key]
    request_id: Mapped[int] = mapped_column(ForeignKey("approval_request.id"), index=True)
    approver_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    # In the order in which they were made.
    position: Mapped[int]
    # None: an administrator, because no step asked anybody.
    step_id: Mapped[int | None] = mapped_column(ForeignKey("approval_step.id"), index=True)
    # Within a step that asks in turn: the first, the second …
    turn: Mapped[int] = mapped_column(default=1, server_default="1")
    why: Mapped[Why] = mapped_column(
        stored_by_value(Why), default=Why.STEP, server_default=Why.STEP.value
    )
    # How it came to this person, where somebody stands in; ``why`` stays what it was.
    came_by: Mapped[CameBy | None] = mapped_column(stored_by_value(CameBy))
    # Must agree beside those whom the step asks: an approver wanted it so.
    is_added: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Whose part this is, where somebody else stands in.
    in_place_of_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # None: those before them come first.
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    decision: Mapped[Decision | None] = mapped_column(stored_by_value(Decision))
    decided_at: Mapped[datetime | None]
    by_link: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str | None]
    released_at: Mapped[datetime | None]
    release: Mapped[Release | None] = mapped_column(stored_by_value(Release))

    request: Mapped[ApprovalRequest] = relationship(back_populates="assignments")
    approver: Mapped[User] = relationship(foreign_keys=[approver_id])
    in_place_of: Mapped[User | None] = relationship(foreign_keys=[in_place_of_id])
    step: Mapped[ApprovalStep | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[ApprovalAssignment]:
        """What was given to ``user`` to decide, once it was their turn."""
        from crm.models.approval.request import ApprovalRequest

        return (
            select(cls)
            .where(cls.approver_id == user.id, cls.asked_at.is_not(None))
            .options(joinedload(cls.request).joinedload(ApprovalRequest.claimant))
        )

    @classmethod
    def open(cls) -> Select[ApprovalAssignment]:
        """Everything that somebody is asked now, the oldest first."""
        from crm.models.approval.request import ApprovalRequest

        return (
            select(cls)
            .join(cls.request)
            .where(
                cls.asked_at.is_not(None), cls.decided_at.is_(None), cls.released_at.is_(None),
                ApprovalRequest.closed_at.is_(None),
            )
            .order_by(cls.asked_at, cls.id)
        )  # fmt: skip

    @classmethod
    def waiting_for(cls, user: User) -> Select[ApprovalAssignment]:
        """What ``user`` has to decide now, oldest first."""
        from crm.models.approval.request import ApprovalRequest

        return (
            cls.open()
            .where(cls.approver_id == user.id)
            .options(joinedload(cls.request).joinedload(ApprovalRequest.claimant))
        )

    @classmethod
    def left_to(cls, user: User) -> Select[ApprovalAssignment]:
        """What ``user`` has still to decide, be it their turn or not."""
        return cls.parts_of(user).where(cls.approver_id == user.id)

    @classmethod
    def parts_of(cls, user: User) -> Select[ApprovalAssignment]:
        """What is still to be decided by ``user``, or by somebody in their place."""
        from crm.models.approval.request import ApprovalRequest

        return (
            select(cls)
            .join(cls.request)
            .where(
                or_(cls.approver_id == user.id, cls.in_place_of_id == user.id),
                cls.decided_at.is_(None), cls.released_at.is_(None),
                ApprovalRequest.closed_at.is_(None),
            )
            .order_by(cls.id)
        )  # fmt: skip

    @classmethod
    def decided_by(cls, user: User) -> Select[ApprovalAssignment]:
        """What ``user`` has decided, latest first."""
        return (
            cls.visible_to(user)
            .where(cls.decided_at.is_not(None))
            .order_by(cls.decided_at.desc(), cls.id.desc())
        )

    @classmethod
    def for_list(cls) -> tuple[Any, ...]:
        """Loading options for a list of them: no query per row."""
        from crm.models.approval.request import ApprovalRequest

        return (
            joinedload(cls.request).joinedload(ApprovalRequest.claimant),
            joinedload(cls.step),
            joinedload(cls.in_place_of),
        )

    @property
    def escalates_at(self) -> datetime | None:
        """When another is asked instead, unless this person decides; ``None``: never by itself."""
        hours = self.step.escalate_hours if self.step else None
        return self.asked_at + timedelta(hours=hours) if self.asked_at and hours else None

    @property
    def is_pending(self) -> bool:
        """Whether its decision is still to come, be it their turn or not."""
        return self.decided_at is None and self.released_at is None

    @property
    def is_open(self) -> bool:
        """Whether this person can decide now."""
        return self.is_pending and self.asked_at is not None and self.request.is_open

    @property
    def is_handed_on(self) -> bool:
        """Whether somebody else has the part now."""
        return self.release in {Release.HANDED_ON, Release.ESCALATED}

    @property
    def owner(self) -> User:
        """Whose part it is, whoever stands in."""
        return self.in_place_of or self.approver

    @property
    def holders(self) -> list[ApprovalAssignment]:
        """The same part, once for each person who has had it so far, in order."""
        return [
            each
            for each in self.request.assignments
            if (each.step, each.owner, each.is_added) == (self.step, self.owner, self.is_added)
        ]

    @property
    def taken_from(self) -> User | None:
        """Who had the part before this person; ``None``: nobody did."""
        earlier = [each.approver for each in self.holders if each.position < self.position]
        return earlier[-1] if earlier else self.in_place_of

    @property
    def instead(self) -> ApprovalAssignment | None:
        """What somebody else was given in the place of this: who has it now, not in between."""
        last = self.holders[-1]
        return last if last.position > self.position else None

    @property
    def settled_by(self) -> ApprovalAssignment | None:
        """The decision after which this one was not needed: their own, else the last before."""
        decided = [
            each
            for each in self.request.assignments
            if each.decided_at and (self.released_at is None or each.decided_at <= self.released_at)
        ]
        own = [each for each in decided if each.approver_id == self.approver_id]
        return max(own or decided, key=lambda each: (each.decided_at, each.position), default=None)

    def give_to(self, person: User, came_by: CameBy) -> None:
        """Let ``person`` stand in before anybody is asked; what brought it here first is told."""
        self.in_place_of = self.owner
        self.approver, self.came_by = person, self.came_by or came_by

    def decide(
        self, decision: Decision, *, by: User, version: int, content_hash: str,
        comment: str | None = None, by_link: bool = False,
    ) -> None:  # fmt: skip
        """Approve, reject or return what was shown: the document at ``version`` with its hash.

        :raises NotAllowed: ``by`` is not the approver, is deactivated, or claims it themselves.
        :raises AlreadyDecided: it was decided before, perhaps this very moment.
        :raises NoLongerAsked: another decided, or was given the assignment.
        :raises DocumentChanged: the document is not what was shown, or not what was handed in, or
            the request is closed.
        :raises CommentMissing: rejecting and returning need a comment.
        :raises NobodyDecides: the next step would ask nobody.
        """
        request = self.request
        document = request.lock()
        db.session.refresh(self)
        if by.id != self.approver_id or not by.is_active or by.id == request.claimant_id:
            raise NotAllowed
        if self.decision is not None:
            raise AlreadyDecided(same=self.decision is decision)
        if self.released_at is not None or self.asked_at is None:
            raise NoLongerAsked
        if not request.is_open or (version, content_hash) != (
            document.version, document.content_hash(),
        ) or content_hash != request.content_hash:  # fmt: skip
            raise DocumentChanged
        if decision is not Decision.APPROVED and not (comment or "").strip():
            raise CommentMissing
        self._decide_once(decision, comment, by_link)
        request.go_on_from(self, decision, document)

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
        Notification.settle(self, ASKING)

    def end_without_decision(self, release: Release) -> None:
        """It is no longer this person's to decide; their links stop working."""
        self.released_at, self.release = clock.now(), release
        self.void_tokens()
        if self.asked_at is not None:
            Notification.settle(self, ASKING)
            Event.record(
                Action.APPROVAL_RELEASED, self.request, by=None, assignment=self.id,
                name=self.approver.name, release=release.value,
            )  # fmt: skip

    def refuse_link(self, reason: str, *, by: User | None) -> None:
        """Record that somebody else tried to use this approver's link."""
        Event.record(Action.LINK_REFUSED, self, by=by, approver=self.approver.name, reason=reason)

    def void_tokens(self) -> None:
        """Every link mailed so far stops working."""
        ApprovalToken.void_all(self)
