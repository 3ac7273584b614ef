"""Where a user's expenses are paid to: known to them, to finance and to administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.event import Action, Event, changes_of

if TYPE_CHECKING:
    from crm.models.user import User


class Banking:
    """The part of a user that is an account at a bank."""

    BANK = ("bank_name", "bank_account")

    bank_name: Mapped[str | None] = mapped_column(String(120))
    bank_account: Mapped[str | None] = mapped_column(String(60))

    def bank_with(self: User, name: str | None, account: str | None, *, by: User | None) -> None:
        """Be paid at this account from now on; the same again changes nothing."""
        self.bank_name, self.bank_account = name, account
        if changes := changes_of(self, self.BANK):
            Event.record(Action.USER_BANK_CHANGED, self, by=by, changes=changes)
