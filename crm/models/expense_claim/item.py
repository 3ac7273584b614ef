"""Expense items: one cost of a claim, for which customer and deal, with its receipts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Date,
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from crm.base import (
    Base,
    Currency,
    ExactDecimal,
    Key,
    Rate,
    Timestamped,
    money_sum,
    shortly,
    stored_by_value,
)
from crm.models.attachment import Attachment
from crm.models.customer import Customer
from crm.models.expense_claim.costing import Costing
from crm.models.expense_claim.states import COUNTED, ClaimState
from crm.models.expense_rate import ItemKind

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.expense_claim import ExpenseClaim
    from crm.models.expense_rate import ExpenseRate
    from crm.models.option import Option
    from crm.models.user import User


class ExpenseItem(Costing, Timestamped, Base):
    __tablename__ = "expense_item"
    __table_args__ = (Index(None, "customer_id", "spent_on"), Index(None, "spent_on"))

    TRACKED = ("category", "expense_rate", "quantity", "amount", "currency", "spent_on", "payee",
               "customer", "deal", "purpose")  # fmt: skip

    id: Mapped[Key]
    claim_id: Mapped[int] = mapped_column(ForeignKey("expense_claim.id"), index=True)
    kind: Mapped[ItemKind] = mapped_column(stored_by_value(ItemKind), default=ItemKind.RECEIPT)
    category_id: Mapped[int] = mapped_column(ForeignKey("option.id"))
    # Of what is computed: the rate, how many kilometres or days, and what it granted for one then.
    expense_rate_id: Mapped[int | None] = mapped_column(ForeignKey("expense_rate.id"))
    quantity: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    unit_amount: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    amount: Mapped[Decimal]
    currency: Mapped[Currency]
    rate: Mapped[Rate]
    base_amount: Mapped[Decimal]
    spent_on: Mapped[date] = mapped_column(Date)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(300))
    # Who was paid.
    payee: Mapped[str | None] = mapped_column(String(200))
    # What is shared among customers or deals: the id of the first share, on each of them. No key:
    # the first may be taken off the claim, and the others belong together still.
    split_of: Mapped[int | None]

    claim: Mapped[ExpenseClaim] = relationship(back_populates="items")
    category: Mapped[Option] = relationship(active_history=True)
    expense_rate: Mapped[ExpenseRate | None] = relationship(active_history=True)
    customer: Mapped[Customer | None] = relationship(active_history=True)
    deal: Mapped[Deal | None] = relationship(active_history=True)
    receipts: Mapped[list[Attachment]] = relationship(
        primaryjoin="and_(foreign(Attachment.record_id) == ExpenseItem.id, "
        "Attachment.record_kind == 'expense_item')",
        order_by="Attachment.id",
        cascade="save-update, merge, delete",
        overlaps="receipts",
    )

    @classmethod
    def in_order(cls) -> tuple[Any, ...]:
        """How they stand on their claim: by day, the shares of a bill together."""
        return cls.spent_on, func.coalesce(cls.split_of, cls.id), cls.id

    @classmethod
    def visible_to(cls, user: User) -> Select[ExpenseItem]:
        """Items of visible claims, and those that count for customers ``user`` looks after."""
        from crm.models.expense_claim import ExpenseClaim

        return (
            select(cls)
            .join(cls.claim)
            .where(
                ExpenseClaim.trashed_at.is_(None),
                or_(
                    ExpenseClaim.seen_by(user),
                    and_(Customer.looked_after_by(user, cls.customer_id), cls.counted()),
                ),
            )
        )

    @classmethod
    def counted(cls) -> Any:
        """The condition that an item was spent or is being decided: not draft, not rejected."""
        from crm.models.expense_claim import ExpenseClaim

        claim = aliased(ExpenseClaim)  # queries that count often join the claims themselves
        return exists().where(
            claim.id == cls.claim_id,
            claim.trashed_at.is_(None),
            claim.state.in_(COUNTED),
        )

    @classmethod
    def approved_and_pending(cls) -> tuple[Any, Any]:
        """What to select of items that count, joined to their claims: two sums, in the base
        currency, of what was approved and of what waits for a decision."""
        from crm.models.expense_claim import ExpenseClaim

        is_pending = ExpenseClaim.state == ClaimState.SUBMITTED
        return (
            money_sum(case((is_pending, 0), else_=cls.base_amount)),
            money_sum(case((is_pending, cls.base_amount), else_=0)),
        )

    @property
    def summary(self) -> str:
        """What names the cost in a history: a line in each language."""
        names = self.category.both.split("\n")
        return "\n".join(f"{name} {self.amount} {self.currency}" for name in names)

    def snapshot(self) -> dict[str, Any]:
        """What an approver decides about; what few costs have is there where it is set."""
        return self._particulars() | {
            "category": self.category_id,
            "amount": str(self.amount),
            "currency": self.currency,
            "base_amount": str(self.base_amount),
            "spent_on": self.spent_on.isoformat(),
            "customer": self.customer_id,
            "deal": self.deal_id,
            "purpose": self.purpose,
            "receipts": [row.digest for row in sorted(self.receipts, key=lambda row: row.id)],
        }

    def _particulars(self) -> dict[str, Any]:
        particulars: dict[str, Any] = {}
        if self.quantity is not None and self.unit_amount is not None:
            figures = {"quantity": shortly(self.quantity), "unit_amount": shortly(self.unit_amount)}
            particulars = {"kind": self.kind.value, "expense_rate": self.expense_rate_id, **figures}
        if self.payee:
            particulars["payee"] = self.payee
        if self.split_of is not None:
            particulars["split_of"] = self.split_of
        return particulars
