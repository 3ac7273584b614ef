"""Expense claims: what was spent, on which customer, and how far its approval has come."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, ForeignKey, Index, Select, String, and_, exists, or_, select
from sqlalchemy.orm import Mapped, aliased, joinedload, mapped_column, relationship, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm import clock
from crm.base import Base, Currency, Key, Name, Rate, Timestamped, Versioned, stored_by_value
from crm.extensions import db
from crm.models.access import Noun, Scope, owned_within
from crm.models.approval import ApprovalAssignment, ApprovalRequest
from crm.models.attachment import Attachment
from crm.models.company import Company
from crm.models.customer import Customer
from crm.models.event import Action, Event, changes_of
from crm.models.exchange_rate import Price
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.option import Option
    from crm.models.user import User


class ClaimState(StrEnum):
    """How far a claim has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAID = "paid"


class ClaimRefused(Exception):
    """A verb does not fit the claim's state; ``reason`` is a word the pages explain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ExpenseClaim(Versioned, Trashable, Timestamped, Base):
    __tablename__ = "expense_claim"
    __table_args__ = (
        Index(None, "claimant_id", "state"),
        Index(None, "state"),
        Index(None, "created_at"),
    )

    KIND = "expense_claim"
    TRASHED, RESTORED = Action.CLAIM_TRASHED, Action.CLAIM_RESTORED
    CALLED_BY = "title"

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
    def begin(cls, title: str, *, by: User) -> ExpenseClaim:
        """Start a draft."""
        claim = cls(title=title, claimant=by, state=ClaimState.DRAFT, base_amount=Decimal(0))
        db.session.add(claim)
        Event.record(Action.CLAIM_CREATED, claim, by=by, name=title)
        return claim

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

    def add_item(self, item: ExpenseItem, *, by: User) -> None:
        """Add a cost.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable()
        self.items.append(item)
        self._changed(by, {"items": ["", item.summary]})

    def item_changed(self, item: ExpenseItem, *, by: User) -> None:
        """Record the pending changes of ``item``, if there are any.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable()
        changes = changes_of(item, ExpenseItem.TRACKED)
        # What was typed may be the same, and the rate of its day another one by now.
        old, new = self.base_amount, self._total()
        if changes or old != new:
            self._changed(by, changes or {"base_amount": [str(old), str(new)]})

    def remove_item(self, item: ExpenseItem, *, by: User) -> None:
        """Take a cost off the claim.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable()
        self.items.remove(item)
        self._changed(by, {"items": [item.summary, ""]})

    def add_receipts(self, item: ExpenseItem, receipts: list[Attachment], *, by: User) -> None:
        """Put receipts to an item; no receipts change nothing.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable()
        if receipts:
            item.receipts.extend(receipts)
            self._changed(by, {"receipts": ["", ", ".join(row.name for row in receipts)]})

    def remove_receipt(self, item: ExpenseItem, receipt: Attachment, *, by: User) -> None:
        """Take a receipt off an item; the file stays where other records may name it.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable()
        item.receipts.remove(receipt)
        db.session.delete(receipt)
        self._changed(by, {"receipts": [receipt.name, ""]})

    def rename(self, title: str, *, by: User) -> None:
        """Give the claim another title.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable()
        if title != self.title:
            old, self.title = self.title, title
            self._changed(by, {"title": [old, title]})

    def submit(self, *, by: User) -> ApprovalRequest:
        """Ask the claimant's superior to decide; submitting a submitted claim changes nothing.

        :raises ClaimRefused: ``empty``, ``zero``, ``nobody`` can decide, or ``state``.
        """
        pending = self.request
        if self.state is ClaimState.SUBMITTED and pending is not None:
            return pending
        self._require_editable()
        if not self.items:
            raise ClaimRefused("empty")
        if self.base_amount <= 0:
            raise ClaimRefused("zero")
        approver = ApprovalRequest.approver_for(self.claimant)
        if approver is None:
            raise ClaimRefused("nobody")
        self.state = ClaimState.SUBMITTED
        db.session.flush()  # the request is bound to the version that this change makes
        request = ApprovalRequest.open(self, approver)
        Event.record(
            Action.CLAIM_SUBMITTED, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency, approver=approver.name,
        )  # fmt: skip
        return request

    def withdraw(self, *, by: User) -> None:
        """Take a submitted claim back to correct it; its links stop working.

        :raises ClaimRefused: it is decided already.
        """
        if self.state is ClaimState.DRAFT:
            return
        request = self.request
        if self.state is not ClaimState.SUBMITTED or request is None:
            raise ClaimRefused("state")
        request.withdraw()
        self.state = ClaimState.DRAFT
        Event.record(Action.CLAIM_WITHDRAWN, self, by=by)

    def accept(self, *, by: User, comment: str | None, by_link: bool) -> None:
        """What the approval engine calls when the request is approved."""
        self.state = ClaimState.APPROVED
        self._record_decision(Action.CLAIM_APPROVED, by, comment, by_link)

    def decline(self, *, by: User, comment: str | None, by_link: bool) -> None:
        """What the approval engine calls when the request is rejected."""
        self.state = ClaimState.REJECTED
        self._record_decision(Action.CLAIM_REJECTED, by, comment, by_link)

    def pay(self, reference: str | None, *, by: User) -> None:
        """Mark as paid; paying a paid claim changes nothing.

        :raises ClaimRefused: it is not approved, or it is not what was approved.
        """
        if self.state is ClaimState.PAID:
            return
        request = self.request
        if self.state is not ClaimState.APPROVED or request is None:
            raise ClaimRefused("state")
        if request.content_hash != self.content_hash():
            raise ClaimRefused("changed")
        self.state = ClaimState.PAID
        self.paid_at, self.paid_by, self.payment_reference = clock.now(), by, reference
        Event.record(
            Action.CLAIM_PAID, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency, reference=reference or "",
        )  # fmt: skip

    def trash(self, *, by: User) -> None:
        """Move a draft to the trash.

        :raises ClaimRefused: it has been submitted.
        """
        if not self.is_trashed:
            self._require_editable()
            super().trash(by=by)

    def snapshot(self) -> dict[str, Any]:
        """What an approver decides about, as plain values in a fixed order.

        Items and receipts must have their ids: they are in the order in which they are read.
        """
        items = sorted(self.items, key=lambda item: (item.spent_on, item.id))
        return {
            "title": self.title,
            "claimant": self.claimant_id,
            "total": str(self.base_amount),
            "items": [item.snapshot() for item in items],
        }

    def content_hash(self) -> str:
        """SHA-256 of the snapshot: two claims with one hash ask for the same thing."""
        text = json.dumps(self.snapshot(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _require_editable(self) -> None:
        if not self.is_editable:
            raise ClaimRefused("state")

    def _total(self) -> Decimal:
        return sum((item.base_amount for item in self.items), Decimal(0))

    def _changed(self, by: User, changes: dict[str, list[str]]) -> None:
        self.base_amount = self._total()
        self.updated_at = clock.now()
        flag_modified(self, "updated_at")  # an item changed: the claim's version counts it
        Event.record(Action.CLAIM_CHANGED, self, by=by, changes=changes)

    def _record_decision(
        self, action: Action, by: User, comment: str | None, by_link: bool
    ) -> None:
        Event.record(
            action, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency, comment=comment or "", by_link=by_link,
        )  # fmt: skip

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
    category: Mapped[Option] = relationship()
    customer: Mapped[Customer | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
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
        """One line that names the cost in a history."""
        return f"{self.category} {self.amount} {self.currency}"

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
