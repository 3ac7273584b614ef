"""Expense claims with items and receipts, and their way through approval."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random

from bench.world.deals import Sale
from bench.world.people import People
from bench.world.rows import Rows
from crm.models import (
    Action,
    ApprovalAssignment,
    ApprovalRequest,
    Attachment,
    ClaimState,
    ExpenseClaim,
    ExpenseItem,
    PaymentBatch,
    Payout,
    User,
)
from crm.models.approval import Closure, Decision

# Of two thousand a year, some forty wait at a time.
STATES = {
    ClaimState.PAID: 80, ClaimState.APPROVED: 7, ClaimState.SUBMITTED: 2, ClaimState.REJECTED: 5,
    ClaimState.DRAFT: 6,
}  # fmt: skip
PURPOSES = ("拜访客户", "现场勘查", "招待晚餐", "技术交流", "送样品", "参加评标")
RECEIPT_PERCENT = 70


class Claiming:
    """Writes claims one by one, the oldest first."""

    def __init__(
        self, rows: Rows, dice: Random, people: People, sales: list[Sale], categories: list[int],
        now: datetime,
    ) -> None:  # fmt: skip
        self.rows, self.dice, self.people, self.now = rows, dice, people, now
        self.categories = categories
        self.sales_of = {
            rep.id: [sale for sale in sales if sale.owner is rep] for rep in people.reps
        }

    def claim(self, days_ago: float) -> None:
        """One claim as it stands today."""
        claimant = self.dice.choice(self.people.reps)
        state = self.dice.choices(list(STATES), list(STATES.values()))[0]
        at = self.now - timedelta(days=days_ago)
        if state is ClaimState.SUBMITTED:
            at = self.now - timedelta(days=self.dice.uniform(0, 4))
        title = f"{at:%m 月}出差 {self.dice.choice(PURPOSES)}"
        count = self.dice.randint(1, 4)
        amounts = [Decimal(self.dice.randrange(2000, 120000)) / 100 for _ in range(count)]
        batch_id = None
        if state is ClaimState.PAID:
            batch_id = self._pay(claimant, sum(amounts, Decimal(0)), at + timedelta(days=6))
        claim_id = self.rows.add(
            ExpenseClaim, title=title, claimant_id=claimant.id, state=state,
            base_amount=sum(amounts), payment_batch_id=batch_id,
            version=2, created_at=at, updated_at=at,
        )  # fmt: skip
        claim = ExpenseClaim(id=claim_id, title=title, claimant_id=claimant.id, version=2,
                             state=state, base_amount=sum(amounts))  # fmt: skip
        for amount in amounts:
            claim.items.append(self._spend(claim_id, claimant, amount, at))
        self.rows.happened(Action.CLAIM_CREATED, at, claimant.id, "expense_claim", claim_id,
                           name=title)  # fmt: skip
        if state is not ClaimState.DRAFT:
            self._ask(claim, claimant, at)

    def _pay(self, payee: User, amount: Decimal, at: datetime) -> int:
        """A payment of one claim; returns its id."""
        batch_id = self.rows.add(
            PaymentBatch, paid_on=at.date(), by_id=self.people.finance.id, total=amount,
            created_at=at, updated_at=at,
        )  # fmt: skip
        self.rows.add(Payout, batch_id=batch_id, payee_id=payee.id, amount=amount)
        return batch_id

    def _spend(self, claim_id: int, claimant: User, amount: Decimal, at: datetime) -> ExpenseItem:
        sales = self.sales_of[claimant.id]
        sale = self.dice.choice(sales) if sales else None
        values = {
            "category_id": self.dice.choice(self.categories), "amount": amount, "currency": "CNY",
            "base_amount": amount, "rate": Decimal(1), "spent_on": at.date(),
            "customer_id": sale.firm.id if sale else None, "deal_id": sale.id if sale else None,
            "purpose": self.dice.choice(PURPOSES),
        }  # fmt: skip
        item_id = self.rows.add(
            ExpenseItem, claim_id=claim_id, created_at=at, updated_at=at, **values
        )
        item = ExpenseItem(id=item_id, **values)
        if self.dice.random() * 100 < RECEIPT_PERCENT:
            digest = sha256(str(item_id).encode()).hexdigest()
            self.rows.add(
                Attachment, record_kind="expense_item", record_id=item_id, digest=digest,
                name=f"发票{item_id}.pdf", content_type="application/pdf", size=84_000,
                uploaded_by_id=claimant.id, created_at=at, updated_at=at,
            )  # fmt: skip
            item.receipts.append(Attachment(digest=digest))
        return item

    def _ask(self, claim: ExpenseClaim, claimant: User, at: datetime) -> None:
        approver = self.people.superior_of(claimant)
        waits = claim.state is ClaimState.SUBMITTED
        refused = claim.state is ClaimState.REJECTED
        decided = None if waits else at + timedelta(days=1)
        request_id = self.rows.add(
            ApprovalRequest, document_kind=ExpenseClaim.KIND, document_id=claim.id,
            document_version=2, content_hash=claim.content_hash(), snapshot=claim.snapshot(),
            claimant_id=claimant.id, base_amount=claim.base_amount, facts={},
            closure=None if waits else Closure.REJECTED if refused else Closure.APPROVED,
            closed_at=decided, created_at=at, updated_at=at,
        )  # fmt: skip
        self.rows.add(
            ApprovalAssignment, request_id=request_id, approver_id=approver.id, position=1,
            asked_at=at,
            decision=None if waits else Decision.REJECTED if refused else Decision.APPROVED,
            decided_at=decided, comment="缺少发票。" if refused else None,
            created_at=at, updated_at=at,
        )  # fmt: skip
        amount = {"amount": str(claim.base_amount), "currency": "CNY"}
        self.rows.happened(Action.CLAIM_SUBMITTED, at, claimant.id, "expense_claim", claim.id,
                           **amount, approver=approver.name)  # fmt: skip
        if decided is not None:
            action = Action.CLAIM_REJECTED if refused else Action.CLAIM_APPROVED
            self.rows.happened(action, decided, approver.id, "expense_claim", claim.id, **amount,
                               comment="缺少发票。" if refused else "", by_link=False)  # fmt: skip
