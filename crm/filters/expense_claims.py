"""The filter of the list of expense claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.filters import facets
from crm.filters.base import one_of
from crm.filters.columns import Column, Kind, person, status
from crm.filters.days import Days
from crm.filters.documents import DECIDING, DocumentFilter
from crm.filters.facets import Facet, members_of, of_people
from crm.models import (
    ApprovalRequest,
    ClaimState,
    Customer,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    OptionList,
    PaymentBatch,
    User,
)
from crm.models.approval import Closure
from crm.wording.fields import FIELDS

PAID_ON = (
    select(PaymentBatch.paid_on)
    .where(PaymentBatch.id == ExpenseClaim.payment_batch_id)
    .scalar_subquery()
)
PAYMENT = joinedload(ExpenseClaim.payment)
ITEM_IDS = selectinload(ExpenseClaim.items).load_only(ExpenseItem.id)


def _handed_in(days: Days) -> Select[Any]:
    """The ids of the claims that were handed in on ``days``, and not taken back."""
    return select(ApprovalRequest.document_id).where(
        ApprovalRequest.document_kind == ExpenseClaim.KIND,
        *days.of_moment(ApprovalRequest.created_at),
        or_(ApprovalRequest.closure.is_(None), ApprovalRequest.closure != Closure.WITHDRAWN),
    )


@dataclass(frozen=True)
class ExpenseClaimFilter(DocumentFilter):
    state: tuple[ClaimState, ...] = ()
    category: tuple[int, ...] = ()
    spent: Days | None = None
    customer: int | None = None
    deal: int | None = None
    handed_in: Days | None = None

    ENDPOINT: ClassVar[str] = "claims.index"
    MODEL: ClassVar[Any] = ExpenseClaim
    SUMMED: ClassVar[str] = "base_amount"
    FINDS_BY: ClassVar[Any] = _l("Title")
    NONE: ClassVar[str] = "expenses/claims/_none.html"
    DEFAULT_SORT: ClassVar[str] = "-created"
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = (
        (_l("All"), ""), (_l("Mine"), "claimant=me"),
        (_l("Waiting for approval"), "state=submitted"), (_l("Approved, to pay"), "state=approved"),
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("number", _l("Number"), lambda claim: claim.number, Kind.CODE,
               sort=(ExpenseClaim.id,)),
        Column("title", FIELDS["title"], lambda claim: claim.title, Kind.TITLE,
               sort=(ExpenseClaim.sort_name,)),
        person(ExpenseClaim.claimant, _l("Claimant")),
        Column("items", lazy_pgettext("count", "Items"), lambda claim: len(claim.items),
               Kind.NUMBER, load=(ITEM_IDS,), minor=True),
        status(lambda claim: claim.told_state, load=(selectinload(ExpenseClaim.settlements),)),
        Column("amount", FIELDS["amount"], lambda claim: claim.base_amount, Kind.MONEY,
               sort=(ExpenseClaim.base_amount,)),
        Column("created", _l("Created on"), lambda claim: claim.created_at, Kind.DAY,
               sort=(ExpenseClaim.created_at,), minor=True),
        Column("paid", _l("Paid on"), lambda claim: claim.payment and claim.payment.paid_on,
               Kind.DAY, sort=(PAID_ON,), load=(PAYMENT,), shown=False),
        Column("payment", _l("Payment"), lambda claim: claim.payment and claim.payment.number,
               Kind.CODE, load=(PAYMENT,), shown=False),
        Column("reference", _l("Payment reference"),
               lambda claim: claim.payment and claim.payment.reference, load=(PAYMENT,),
               shown=False),
        Column("updated", _l("Changed"), lambda claim: claim.updated_at, Kind.DAY,
               sort=(ExpenseClaim.updated_at,), shown=False),
    )  # fmt: skip
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("state", _l("Status"), ClaimState),
        facets.people("claimant", _l("Claimant"), ExpenseClaim.claimant_id),
        facets.teams("team", _l("Team")),
        facets.options("category", FIELDS["category"], OptionList.EXPENSE_CATEGORY),
        facets.days("spent", FIELDS["spent_on"], "this_month", "last_month", "this_quarter"),
        *DECIDING,
        facets.days("handed_in", _l("Handed in on"), "this_week", "this_month", "last_month"),
        facets.record("customer", FIELDS["customer"], Customer),
        facets.record("deal", FIELDS["deal"], Deal),
    )

    def narrow(self, user: User) -> Select[Any]:
        chosen = ExpenseClaim.visible_to(user)
        if self.q:
            chosen = chosen.where(ExpenseClaim.matching(self.q))
        if of_items := self._of_items():
            chosen = chosen.where(ExpenseClaim.items.any(and_(*of_items)))
        if self.team:
            chosen = chosen.where(ExpenseClaim.claimant_id.in_(members_of(self.team)))
        if self.handed_in:
            chosen = chosen.where(ExpenseClaim.id.in_(_handed_in(self.handed_in)))
        return chosen.where(
            *one_of(ExpenseClaim.state, self.state),
            *of_people(ExpenseClaim.claimant_id, self.claimant, user),
            *self.decided_by(user),
        )

    def _of_items(self) -> list[ColumnElement[bool]]:
        """What one and the same of its items must be."""
        return [
            *one_of(ExpenseItem.category_id, self.category),
            *one_of(ExpenseItem.customer_id, (self.customer,) if self.customer else ()),
            *one_of(ExpenseItem.deal_id, (self.deal,) if self.deal else ()),
            *(self.spent.of_day(ExpenseItem.spent_on) if self.spent else ()),
        ]
