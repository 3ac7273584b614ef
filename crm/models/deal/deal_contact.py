"""Contacts of a deal: who takes part in the decision about it, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, stored_by_value
from crm.models.contact import DecisionRole

if TYPE_CHECKING:
    from crm.models.contact import Contact
    from crm.models.deal import Deal


class DealContact(Base):
    __tablename__ = "deal_contact"

    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)
    # What they are in this decision; without it, what they are at the customer.
    decision_role: Mapped[DecisionRole | None] = mapped_column(stored_by_value(DecisionRole))

    deal: Mapped[Deal] = relationship(back_populates="circle")
    contact: Mapped[Contact] = relationship(lazy="joined", innerjoin=True)

    @property
    def role(self) -> DecisionRole | None:
        """What they are in this decision, else at their firm."""
        return self.decision_role or self.contact.decision_role

    @property
    def said(self) -> str:
        """``刘洋 | decider``, as histories keep it: the role is a word of the reader's language."""
        return f"{self.contact.name} | {self.decision_role or ''}".removesuffix(" | ")
