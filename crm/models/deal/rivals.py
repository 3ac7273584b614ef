"""Rivals: who else offers for the same deal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from crm.models.deal.competitor import DealCompetitor, folded_name
from crm.models.deal.telling import difference

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User


class Rivals:
    """The part of a deal that others want, too."""

    if TYPE_CHECKING:
        competitors: Mapped[list[DealCompetitor]]

    def compete_with(self: Deal, rivals: Mapping[str, str | None], *, by: User | None) -> None:
        """Just these offer, too, each with a note; of two that are called alike the last counts.

        :raises crm.models.deal.Missing: its stage demands one, and none is left.
        """
        if self.competitors and not rivals:
            self.require_kept("competitor")
        wanted = {folded_name(name): (name, note) for name, note in rivals.items()}
        before = [each.said for each in self.competitors]
        there = {each.folded: each for each in self.competitors}
        self.competitors = [there.get(folded) or DealCompetitor(folded=folded) for folded in wanted]
        for each in self.competitors:
            each.name, each.note = wanted[each.folded]
        after = [each.said for each in self.competitors]
        if set(before) != set(after):
            self.touch()
            self.note_changes(by=by, competitors=difference(before, after))
