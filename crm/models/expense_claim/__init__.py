"""Expense claims: what was spent, on which customer, and how far its approval has come."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, ForeignKey, Index, Select, String, and_, exists, or_, select
from sqlalchemy.orm import Mapped, aliased, joinedload, mapped_column, relationship, selectinload

from crm.base import Base, Currency, Key, Name, Rate, Timestamped, Versioned, stored_by_value
from crm.extensions import db
from crm.models.access import Noun, Scope, owned_within
from crm.models.approval import ApprovalAssignment, ApprovalRequest
from crm.models.attachment import Attachment
from crm.models.customer import Customer
from crm.models.event import Action, Event
from crm.models.exchange_rate import Price
from crm.models.expense_claim.deciding import Deciding
from crm.models.expense_claim.filling import Filling
from crm.models.expense_claim.states import ClaimRefused, ClaimState
from crm.models.named import Named
from crm.models.searchable import Searchable
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.option import Option
    from crm.models.user import User

__all__ = ["ClaimRefused", "ClaimState", "ExpenseClaim", "ExpenseItem"]


class ExpenseClaim(Filling, Deciding, Versioned, Trashable, Named, Searchable, Timestamped, Base):
    __tablename__ = "expense_claim"
    __table_args__ = (
        Index(None, "claimant_id", "state"),
        Index(None, "state"),
        Index(None, "created_at"),
        Index(None, "sort_name", "id"),
    )

    KIND = "expense_claim"
    TRASHED, RESTORED = Action.CLAIM_TRASHED, Action.CLAIM_RESTORED
    CALLED_BY = "title"
    SEARCHED, LETTER = ("title",), "E"

    id: Mapped[Key]
    title: Mapped[Name]
    claimant_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[ClaimState] = mapped_column(stored_by_value(ClaimState), default=ClaimState.DRAFT)
    # The sum of the items in the base currency, rewritten whenever an item changes.
    base_amount: Mapped[Decimal] = mapped_column(default=Decimal(0))
    paid_at: Mapped[datetime | None]
    paid_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    payment_reference: Mapped[str | None] = mapped_column(String(120))

    claimant: Mapped[User] = relationship(foreign_keys=[claimant_id])
    paid_by: Mapped[User | None] = relationship(foreign_keys=[paid_by_id])
    items: Mapped[list[ExpenseItem]] = relationship(
        back_populates="claim", cascade="all, delete-orphan",
        order_by="ExpenseItem.spent_on, ExpenseItem.id",
    )  # fmt: skip

    @classmethod
    def visible_to(cls, user: User) -> Select[ExpenseClaim]:
        """The claims ``user`` may see, those in the trash left out."""
        return select(cls).where(cls.trashed_at.is_(None), cls.seen_by(user))

    @classmethod
    def seen_by(cls, user: User) -> Any:
        """Claimed within scope, or given to ``user`` to decide."""
        scope = user.sees(Noun.CLAIMS)
        mine = owned_within(user, scope, cls.claimant_id)
        if scope is Scope.ALL:
            return mine
        asked = (
            select(ApprovalRequest.document_id)
            .join(ApprovalAssignment)
            .where(
                ApprovalRequest.document_kind == cls.KIND,
                ApprovalAssignment.approver_id == user.id,
            )
        )
        return or_(mine, cls.id.in_(asked))

    @classmethod
    def for_list(cls) -> tuple[Any, ...]:
        """Loading options for a list of claims: no query per row."""
        return (joinedload(cls.claimant), selectinload(cls.items).joinedload(ExpenseItem.category))

    @classmethod
    def for_page(cls) -> tuple[Any, ...]:
        """Loading options for one claim with everything that a decision needs."""
        items = selectinload(cls.items)
        return (
            joinedload(cls.claimant),
            items.joinedload(ExpenseItem.category),
            items.joinedload(ExpenseItem.customer),
            items.joinedload(ExpenseItem.deal),
            items.selectinload(ExpenseItem.receipts),
        )

    @classmethod
    def for_changes(cls) -> tuple[Any, ...]:
        """Loading options for many that are to be changed: their contents are compared."""
        return cls.for_page()

    @classmethod
    def begin(cls, title: str, *, by: User) -> ExpenseClaim:
        """Start a draft."""
        claim = cls(title=title, claimant=by, state=ClaimState.DRAFT, base_amount=Decimal(0))
        db.session.add(claim)
        Event.record(Action.CLAIM_CREATED, claim, by=by, name=title)
        return claim

    @property
    def items_without_receipt(self) -> list[ExpenseItem]:
        """What finance has no paper for."""
        return [item for item in self.items if not item.receipts]

    @property
    def number(self) -> str:
        """``E-000045``: how people name a claim on paper."""
        return f"E-{self.id:06d}"

    @property
    def is_editable(self) -> bool:
        """Only what nobody is deciding or has agreed to can change."""
        return self.state in {ClaimState.DRAFT, ClaimState.REJECTED} and not self.is_trashed

    @property
    def request(self) -> ApprovalRequest | None:
        """The latest approval request."""
        return db.session.scalar(
            ApprovalRequest.of(self.KIND, self.id).order_by(ApprovalRequest.id.desc()).limit(1)
        )

    def trash(self, *, by: User) -> None:
        """Move a draft to the trash.

        :raises ClaimRefused: it has been submitted.
        """
        if not self.is_trashed:
            self._require_editable()
            super().trash(by=by)

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ExpenseItem(Timestamped, Base):
    __tablename__ = "expense_item"
    __table_args__ = (Index(None, "customer_id", "spent_on"),)

    TRACKED = ("category", "amount", "currency", "spent_on", "customer", "deal", "purpose")

    id: Mapped[Key]
    claim_id: Mapped[int] = mapped_column(ForeignKey("expense_claim.id"), index=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("option.id"))
    amount: Mapped[Decimal]
    currency: Mapped[Currency]
    rate: Mapped[Rate]
    base_amount: Mapped[Decimal]
    spent_on: Mapped[date] = mapped_column(Date)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(300))

    claim: Mapped[ExpenseClaim] = relationship(back_populates="items")
    category: Mapped[Option] = relationship(active_history=True)
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
    def visible_to(cls, user: User) -> Select[ExpenseItem]:
        """Items of visible claims, and those that count for customers ``user`` looks after."""
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
        claim = aliased(ExpenseClaim)  # queries that count often join the claims themselves
        return exists().where(
            claim.id == cls.claim_id,
            claim.trashed_at.is_(None),
            claim.state.in_([ClaimState.SUBMITTED, ClaimState.APPROVED, ClaimState.PAID]),
        )

    @property
    def summary(self) -> str:
        """What names the cost in a history: a line in each language."""
        names = self.category.both.split("\n")
        return "\n".join(f"{name} {self.amount} {self.currency}" for name in names)

    def set_amount(self, amount: Decimal, currency: str, spent_on: date) -> None:
        """Set the amount at the rate of the day it was spent.

        :raises crm.models.exchange_rate.NoRate: no rate is known for that day.
        """
        price = Price.of(amount, currency, spent_on)
        self.amount, self.currency, self.rate, self.base_amount = price
        self.spent_on = spent_on

    def snapshot(self) -> dict[str, Any]:
        """What an approver decides about."""
        return {
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
