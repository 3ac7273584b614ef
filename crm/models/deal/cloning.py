"""Copying a deal: the same again, for the same customer or another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.models.deal.competitor import DealCompetitor
from crm.models.deal.deal_contact import DealContact
from crm.models.deal.line import DealLine
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.pipeline import Stage
    from crm.models.user import User


class Cloning:
    """The part of a deal that can be had once more."""

    def clone(self: Deal, copy: Deal, stage: Stage, *, by: User) -> Deal:
        """Begin ``copy``, which was filled in after this deal, in ``stage``.

        It also gets this deal's competitors, its lines if it has their amount, and at the same
        customer those who decide. What has happened to this deal happened to this one alone: its
        way, its ticks, who helps with it and how likely it was.

        :raises Missing: ``stage`` demands what is not there.
        """
        if (copy.amount, copy.currency) == (self.amount, self.currency):
            copy.lines = [
                DealLine(position=line.position, name=line.name, quantity=line.quantity,
                         price=line.price)
                for line in self.lines
            ]  # fmt: skip
        copy.competitors = [
            DealCompetitor(name=rival.name, folded=rival.folded) for rival in self.competitors
        ]
        if copy.customer is self.customer:
            copy.circle = [
                DealContact(contact=one.contact, decision_role=one.decision_role)
                for one in self.circle
            ]
        type(self).open(copy, stage, by=by)
        Event.record(Action.DEAL_CLONED, copy, by=by, name=copy.name, source=self.name)
        return copy
