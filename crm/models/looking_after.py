"""Who looks after a customer: its owner, and who helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from crm.extensions import db
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.customer import Customer
    from crm.models.deal import Deal
    from crm.models.user import User


class LookedAfter:
    """The part of a customer that somebody looks after."""

    if TYPE_CHECKING:
        owner: Mapped[User | None]
        collaborators: Mapped[list[User]]

    @property
    def locking_deals(self: Customer) -> list[Deal]:
        """The deals here that stay with its owner in their stage, and so does the customer."""
        return [deal for deal in self.locked_deals
                if deal.locking_deal and deal.owner is self.owner]  # fmt: skip

    @property
    def locking_deal(self: Customer) -> Deal | None:
        """One of them, if there is any."""
        return next(iter(self.locking_deals), None)

    def give_to(self: Customer, owner: User | None, *, by: User, reason: str | None = None) -> None:
        """From now on ``owner`` looks after it.

        :raises crm.models.deal.OwnerLocked: it stays with its owner, unless a manager says why not.
        """
        if owner is self.owner:
            return
        with db.session.no_autoflush:  # a history reads what is not written yet
            released = self.is_released_to(owner, by=by, reason=reason)
        beside = {"reason": ["", reason or ""]} if released else {}
        self.owner = owner
        self.note_changes(by=by, beside=beside)

    def is_released_to(self: Customer, owner: User | None, *, by: User, reason: str | None) -> bool:
        """Whether a deal keeps it from others than its owner, and a manager says why not.

        :raises crm.models.deal.OwnerLocked: a deal does, and ``by`` does not lead its owner, or
            gives no reason.
        """
        deal = None if owner is self.owner else self.locking_deal
        if deal is not None:
            deal.require_release(by=by, reason=reason)
        return deal is not None

    def let_help(self: Customer, helper: User, *, by: User) -> None:
        """From now on ``helper`` works on it, too; the owner, and who does already, stay it."""
        if helper.id != self.owner_id and helper not in self.collaborators:
            self.collaborators.append(helper)
            self._helpers_changed("", helper.name, by)

    def let_go(self: Customer, helper: User, *, by: User) -> None:
        """``helper`` does not work on it any more."""
        if helper in self.collaborators:
            self.collaborators.remove(helper)
            self._helpers_changed(helper.name, "", by)

    def _helpers_changed(self: Customer, old: str, new: str, by: User) -> None:
        changes = {"collaborators": [old, new]}
        Event.record(Action.CUSTOMER_CHANGED, self, by=by, changes=changes)
