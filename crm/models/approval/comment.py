"""Comments: what is asked and answered about a document while it is decided."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.models.user import User

if TYPE_CHECKING:
    from crm.models.approval.request import ApprovalRequest


class ApprovalComment(Base):
    __tablename__ = "approval_comment"

    id: Mapped[Key]
    request_id: Mapped[int] = mapped_column(ForeignKey("approval_request.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    text: Mapped[str]

    request: Mapped[ApprovalRequest] = relationship(back_populates="comments")
    by: Mapped[User] = relationship()

    @property
    def concerns(self) -> list[User]:
        """Who is to read it: the claimant, who is asked now, and who wrote before.

        Where nobody is asked any more, who decided last is, too.
        """
        request = self.request
        asked = [each.approver for each in request.asked]
        decided = [each for each in request.assignments if each.decided_at]
        if not asked and decided:
            asked = [max(decided, key=lambda each: each.decided_at or self.at).approver]
        wrote = [each.by for each in request.comments if each.id < self.id]
        return [each for each in dict.fromkeys([request.claimant, *asked, *wrote])
                if each.id != self.by_id]  # fmt: skip
