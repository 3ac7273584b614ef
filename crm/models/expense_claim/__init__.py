"""Expense claims: what was spent, on which customer, and how far its approval has come."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, or_, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from crm.base import Base, Key, Name, Timestamped, Versioned, stored_by_value
from crm.models.access import Noun, Scope, owned_within
from crm.models.approval import Approvable
from crm.models.company import Company
from crm.models.event import Action
from crm.models.expense_claim.copying import Copying
from crm.models.expense_claim.deciding import Deciding
from crm.models.expense_claim.drafting import Drafting
from crm.models.expense_claim.filling import Filling
from crm.models.expense_claim.item import ExpenseItem
from crm.models.expense_claim.paying import Paying, Proposal
from crm.models.expense_claim.splitting import Splitting
from crm.models.expense_claim.states import COUNTED, EDITABLE, ClaimRefused, ClaimState
from crm.models.named import Named
from crm.models.payment_batch import PaymentBatch
from crm.models.searchable import Searchable
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.advance import Settlement
    from crm.models.attachment import Attachment
    from crm.models.customer import Customer
    from crm.models.option import Option
    from crm.models.user import User

__all__ = ["ClaimRefused", "ClaimState", "ExpenseClaim", "ExpenseItem", "Proposal"]


class ExpenseClaim(
    Drafting, Filling, Splitting, Copying, Deciding, Paying, Approvable, Versioned, Trashable,
    Named, Searchable, Timestamped, Base,
):  # fmt: skip
    __tablename__ = "expense_claim"
    __table_args__ = (
        Index(None, "claimant_id", "state"),
        Index(None, "state"),
        Index(None, "created_at"),
        Index(None, "sort_name", "id"),
        CheckConstraint(
            "(state = 'paid') = (payment_batch_id IS NOT NULL)", name="paid_with_a_batch"
        ),
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
    payment_batch_id: Mapped[int | None] = mapped_column(ForeignKey("payment_batch.id"), index=True)

    claimant: Mapped[User] = relationship(foreign_keys=[claimant_id])
    payment: Mapped[PaymentBatch | None] = relationship(back_populates="claims")
    settlements: Mapped[list[Settlement]] = relationship(back_populates="claim")
    items: Mapped[list[ExpenseItem]] = relationship(
        back_populates="claim", cascade="all, delete-orphan",
        order_by=lambda: ExpenseItem.in_order(),
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
        return or_(mine, cls.id.in_(cls.given_to(user)))

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
    def sample(
        cls, claimant: User, amount: Decimal, category: Option, customer: Customer | None
    ) -> ExpenseClaim:
        """A claim of one item spent today, which is not kept; ``amount`` in the base currency."""
        company = Company.current()
        item = ExpenseItem(
            category=category, category_id=category.id, amount=amount,
            currency=company.base_currency, rate=Decimal(1), base_amount=amount, purpose="",
            spent_on=company.today(), customer=customer,
            customer_id=customer.id if customer else None,
        )  # fmt: skip
        return cls(
            title="", claimant=claimant, claimant_id=claimant.id, base_amount=amount, items=[item]
        )

    @staticmethod
    def receipts_of(items: Iterable[ExpenseItem]) -> list[Attachment]:
        """Each receipt of ``items`` once, in their order: shares of one bill have the same."""
        found: dict[str, Attachment] = {}
        for receipt in (row for item in items for row in item.receipts):
            found.setdefault(receipt.digest, receipt)
        return list(found.values())

    @property
    def items_without_receipt(self) -> list[ExpenseItem]:
        """What finance has no paper for; what a rate grants needs none."""
        return [item for item in self.items if not (item.receipts or item.is_computed)]

    @property
    def amounts_by_category(self) -> dict[Option, Decimal]:
        """What it comes to by kind of cost, the largest first; in the base currency."""
        amounts: dict[Option, Decimal] = {}
        for item in self.items:
            amounts[item.category] = amounts.get(item.category, Decimal(0)) + item.base_amount
        return dict(sorted(amounts.items(), key=lambda each: (-each[1], each[0].position)))

    @property
    def number(self) -> str:
        """``E-000045``: how people name a claim on paper."""
        return f"E-{self.id:06d}"

    @property
    def is_editable(self) -> bool:
        """Only what nobody is deciding or has agreed to can change."""
        return self.state in EDITABLE and not self.is_trashed

    @property
    def is_counted(self) -> bool:
        """Whether its items count as spent (``ExpenseItem.counted``)."""
        return self.state in COUNTED and not self.is_trashed

    def trash(self, *, by: User) -> None:
        """Move a draft to the trash.

        :raises ClaimRefused: it has been submitted.
        """
        if not self.is_trashed:
            self._require_editable()
            super().trash(by=by)

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
