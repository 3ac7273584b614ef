"""The circle around a deal: who takes part in the decision about it, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from crm.models.contact import Contact, DecisionRole
from crm.models.deal.deal_contact import DealContact
from crm.models.deal.telling import difference

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User


class Circle:
    """The part of a deal that people decide on."""

    if TYPE_CHECKING:
        circle: Mapped[list[DealContact]]

    @property
    def circle_in_order(self: Deal) -> list[DealContact]:
        """Who decides first; whose role nobody knows last."""
        rank: dict[DecisionRole | None, int] = {role: at for at, role in enumerate(DecisionRole)}
        return sorted(
            self.circle,
            key=lambda each: (
                rank.get(each.role, len(rank)),
                each.contact.sort_name,
                each.contact.id,
            ),
        )

    def be_decided_by(
        self: Deal, members: Mapping[Contact, DecisionRole | None], *, by: User | None
    ) -> None:
        """Just these take part in the decision, each in this role, or in the one at their firm."""
        wanted = {contact.id: (contact, role) for contact, role in members.items()}
        before = self._who_decides()
        there = {each.contact.id: each for each in self.circle}
        self.circle = [there.get(key) or DealContact(contact=contact)
                       for key, (contact, _) in wanted.items()]  # fmt: skip
        for each in self.circle:
            each.decision_role = wanted[each.contact.id][1]
        if (after := self._who_decides()) != before:
            self.touch()
            self.note_changes(by=by, circle=difference(before, after))

    def _who_decides(self: Deal) -> list[str]:
        """As histories keep it, in the same order always."""
        return sorted(each.said for each in self.circle)
