"""Sharing a deal: who works on it besides its owner, and what part of its amount is whose.

The owner's part is not kept: it is what the others leave of 100 percent, so that the parts always
come to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.orm import Mapped

from crm.models.deal.collaborator import Collaborator
from crm.models.deal.telling import difference

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User


class SplitTooLarge(ValueError):
    """The collaborators would have more than the whole."""


class Sharing:
    """The part of a deal that several work on."""

    if TYPE_CHECKING:
        sharing: Mapped[list[Collaborator]]

    @property
    def owner_split(self: Deal) -> int:
        """The owner's part in percent: what the collaborators leave."""
        return 100 - sum(each.split for each in self.sharing)

    def share_of(self: Deal, user: User, amount: Decimal | None = None) -> Decimal:
        """What is ``user``'s of ``amount``: the collaborators' parts, rounded down to the cent.

        The owner has the rest, so that all parts come to the amount. Rounded half up, two halves of
        a cent would be more than the cent.

        :param amount: default: the deal's, in the base currency; 0 where none is known.
        """
        if amount is None:
            amount = self.base_amount or Decimal(0)
        parts = {each.user.id: each.part_of(amount) for each in self.sharing}
        rest = amount - sum(parts.values(), Decimal(0))
        return parts.get(user.id, Decimal(0)) + (rest if user.id == self.owner.id else Decimal(0))

    def share_with(self: Deal, splits: Mapping[User, int], *, by: User | None) -> None:
        """Let just these work on it besides the owner, each with so many percent of it.

        The owner is none of them, and is left out.

        :raises SplitTooLarge: together they would have more than 100 percent.
        :raises ValueError: a part is below 0.
        """
        wanted = {user.id: (user, split) for user, split in splits.items()}
        wanted.pop(self.owner.id, None)
        if any(split < 0 for _, split in wanted.values()):
            raise ValueError("a part is not below 0 percent")
        if sum(split for _, split in wanted.values()) > 100:
            raise SplitTooLarge
        before = self._who_helps()
        there = {each.user.id: each for each in self.sharing}
        self.sharing = [there.get(key) or Collaborator(user=user)
                        for key, (user, _) in wanted.items()]  # fmt: skip
        for each in self.sharing:
            each.split = wanted[each.user.id][1]
        if (after := self._who_helps()) != before:
            self.touch()
            self.note_changes(by=by, collaborators=difference(before, after))

    def owner_helps_no_more(self: Deal) -> dict[str, list[str]]:
        """Who owns it from now on has the rest, and no part beside: the change, for the history."""
        if not inspect(self).attrs.owner.history.has_changes():
            return {}
        before = self._who_helps()
        self.sharing = [each for each in self.sharing if each.user is not self.owner]
        after = self._who_helps()
        return {"collaborators": difference(before, after)} if before != after else {}

    def _who_helps(self: Deal) -> list[str]:
        """As histories keep it, in the same order always."""
        return sorted(each.said for each in self.sharing)
