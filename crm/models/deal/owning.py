"""Whose a deal is: giving it to somebody else, and the stages in which it stays with its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm.extensions import db
from crm.models.access import Noun, reaches
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User


class OwnerLocked(Exception):
    """In its stage ``deal`` stays with its owner: only a manager gives it away, and says why.

    ``lacks_reason``: who asked may, and has given no reason.
    """

    def __init__(self, deal: Deal, *, lacks_reason: bool = False) -> None:
        super().__init__(deal.name)
        self.deal, self.lacks_reason = deal, lacks_reason


class Owning:
    """The part of a deal that belongs to somebody."""

    @property
    def locking_deal(self: Deal) -> Deal | None:
        """Itself, where it stands in a stage in which deals stay with their owner."""
        return self if self.is_open and self.stage.locks_owner else None

    def give_to(self: Deal, owner: User, *, by: User, reason: str | None = None) -> None:
        """From now on ``owner`` works on it; what else was changed is noted with it.

        :raises OwnerLocked: it stays with its owner, unless a manager says why not.
        """
        if owner.id == self.owner_id:
            return
        if self.locking_deal is None:
            self.owner = owner
            self.note_changes(by=by)
            return
        with db.session.no_autoflush:  # a history reads what is not written yet
            self.require_release(by=by, reason=reason)
        self.note_changes(by=by)
        db.session.flush()  # what else was changed is noted, and not once more
        given: dict[str, Any] = {"from": str(self.owner), "to": str(owner), "reason": reason}
        self.owner = owner
        helped: dict[str, Any] = self.owner_helps_no_more()
        Event.record(Action.DEAL_GIVEN, self, by=by, name=self.name, **given)
        db.session.flush()  # told by this event, not by that of the next change
        self.note_changes(by=by, **helped)

    def require_release(self: Deal, *, by: User, reason: str | None) -> None:
        """:raises OwnerLocked: ``by`` does not lead its owner, or gives no reason."""
        if not self.is_led_by(by):
            raise OwnerLocked(self)
        if not reason:
            raise OwnerLocked(self, lacks_reason=True)

    def is_led_by(self: Deal, user: User) -> bool:
        """Whether ``user`` is a manager of its owner, or an administrator."""
        return user.leads and reaches(user, user.changes(Noun.DEALS), self.owner)
