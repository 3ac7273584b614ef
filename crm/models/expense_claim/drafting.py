"""Drafts: how claims begin, and into which of them a cost goes where it arises."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, exists, select

from crm import clock
from crm.extensions import db
from crm.models.event import Action, Event
from crm.models.expense_claim.states import ClaimState

if TYPE_CHECKING:
    from crm.models.expense_claim import ExpenseClaim
    from crm.models.user import User

# Who did not touch a draft for longer is perhaps at another matter by now.
RECENTLY = timedelta(days=3)


class Drafting:
    """The part of a claim that is about not having been handed in yet."""

    @classmethod
    def begin(cls: Any, title: str, *, by: User) -> ExpenseClaim:
        """Start a draft."""
        claim = cls(title=title, claimant=by, state=ClaimState.DRAFT, base_amount=Decimal(0))
        db.session.add(claim)
        Event.record(Action.CLAIM_CREATED, claim, by=by, name=title)
        return claim

    @classmethod
    def drafts_of(cls: Any, user: User) -> Select[ExpenseClaim]:
        """The claims of ``user`` that were never handed in, the newest first."""
        mine = cls.claimant_id == user.id, cls.state == ClaimState.DRAFT, cls.trashed_at.is_(None)
        return select(cls).where(*mine).order_by(cls.id.desc())

    @classmethod
    def at_hand(cls: Any, user: User) -> ExpenseClaim | None:
        """The draft that ``user`` is at: changed within the last days, and not made by copying.

        A copy waits for costs of its own kind, so another cost goes there only by choice.
        """
        is_copy = exists().where(
            Event.action == Action.CLAIM_COPIED,
            Event.subject_kind == cls.KIND,
            Event.subject_id == cls.id,
        )
        recent = cls.drafts_of(user).where(cls.updated_at >= clock.now() - RECENTLY, ~is_copy)
        return db.session.scalar(recent.limit(1))

    @classmethod
    def open_of(cls: Any, draft: ExpenseClaim | None, title: str, *, by: User) -> ExpenseClaim:
        """``draft``, held until the transaction ends; where it is none (any more) or has no room
        for another cost, a new claim."""
        if draft is not None:
            db.session.refresh(draft, with_for_update={"of": cls})
        if (
            draft is None
            or draft.state is not ClaimState.DRAFT
            or draft.is_trashed
            or draft.is_full
        ):
            return cls.begin(title, by=by)
        return draft
