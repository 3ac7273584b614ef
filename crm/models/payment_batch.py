"""Payments: approved claims that finance paid together, and what each claimant got by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Date, ForeignKey, Index, Select, String, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from crm.base import Base, Key, Timestamped
from crm.models.access import Role

if TYPE_CHECKING:
    from crm.models.advance import Advance
    from crm.models.advance.settling import Share
    from crm.models.expense_claim import ExpenseClaim
    from crm.models.user import User


class PaymentBatch(Timestamped, Base):
    """One payment, of one claim or many. It says what happened, so it never changes."""

    __tablename__ = "payment_batch"
    __table_args__ = (Index(None, "paid_on", "id"),)

    id: Mapped[Key]
    paid_on: Mapped[date] = mapped_column(Date)
    reference: Mapped[str | None] = mapped_column(String(120))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    # What was paid out to everybody together, in the base currency.
    total: Mapped[Decimal]

    by: Mapped[User] = relationship()
    claims: Mapped[list[ExpenseClaim]] = relationship(
        back_populates="payment", order_by="ExpenseClaim.id"
    )
    advances: Mapped[list[Advance]] = relationship(back_populates="payment", order_by="Advance.id")
    payouts: Mapped[list[Payout]] = relationship(
        back_populates="batch", cascade="all, delete-orphan", order_by="Payout.id"
    )

    @classmethod
    def visible_to(cls, user: User) -> Select[PaymentBatch]:
        """All of them, to finance and administrators; whoever was paid sees it at their claim."""
        everything = select(cls)
        return everything if cls.are_seen_by(user) else everything.where(false())

    @classmethod
    def are_seen_by(cls, user: User) -> bool:
        """Whether ``user`` sees what was paid to whom, and to which account."""
        return user.has_role(Role.FINANCE) or user.is_administrator

    @classmethod
    def for_page(cls) -> tuple[object, ...]:
        """Loading options for one batch with its claims."""
        from crm.models.advance import Advance
        from crm.models.advance.settling import Settlement
        from crm.models.expense_claim import ExpenseClaim

        claims = selectinload(cls.claims)
        return (
            joinedload(cls.by),
            selectinload(cls.payouts).joinedload(Payout.payee),
            *(claims.options(option) for option in ExpenseClaim.for_page()),
            selectinload(cls.advances).options(
                joinedload(Advance.claimant), joinedload(Advance.customer)
            ),
            claims.selectinload(ExpenseClaim.settlements).joinedload(Settlement.advance),
        )

    @property
    def papers(self) -> list[Advance | ExpenseClaim]:
        """What was paid: claims, or an advance."""
        return [*self.claims, *self.advances]

    def papers_of(self, payee: User) -> list[Advance | ExpenseClaim]:
        """Those of one person."""
        return [paper for paper in self.papers if paper.claimant_id == payee.id]

    @property
    def shares(self) -> list[Share]:
        """What was not paid out, because it accounted for advances."""
        from crm.models.advance.settling import Share

        return [
            Share(claim, each.advance, each.amount)
            for claim in self.claims
            for each in claim.settlements
        ]

    @property
    def number(self) -> str:
        """``B-000012``: how people name it on paper."""
        return f"B-{self.id:06d}"

    def __str__(self) -> str:
        return self.number


class Payout(Base):
    """What one person got by a payment, and to which account it went: the one of that day."""

    __tablename__ = "payout"
    __table_args__ = (UniqueConstraint("batch_id", "payee_id"),)

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("payment_batch.id"))
    payee_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    amount: Mapped[Decimal]
    bank_name: Mapped[str | None] = mapped_column(String(120))
    bank_account: Mapped[str | None] = mapped_column(String(60))

    batch: Mapped[PaymentBatch] = relationship(back_populates="payouts")
    payee: Mapped[User] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[Payout]:
        """All of them, to whoever sees payments."""
        everything = select(cls)
        return everything if PaymentBatch.are_seen_by(user) else everything.where(false())

    @classmethod
    def of(cls, claims: Sequence[ExpenseClaim], shares: Sequence[Share]) -> Sequence[Payout]:
        """What each claimant gets for ``claims``, in the order of their names; not saved yet.

        :param shares: what is not paid out, because it accounts for advances.
        """
        sums: dict[User, Decimal] = {}
        for claim in claims:
            sums[claim.claimant] = sums.get(claim.claimant, Decimal(0)) + claim.base_amount
        for share in shares:
            sums[share.claim.claimant] -= share.amount
        return [
            cls.to(payee, amount)
            for payee, amount in sorted(sums.items(), key=lambda each: each[0].sort_name)
        ]

    @classmethod
    def to(cls, payee: User, amount: Decimal) -> Payout:
        """``amount``, in the base currency, on the account that ``payee`` has; not saved yet."""
        return cls(
            payee=payee, amount=amount, bank_name=payee.bank_name, bank_account=payee.bank_account
        )
