"""The filter of the list of expense claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from crm.filters import facets
from crm.filters.base import ListFilter, one_of
from crm.filters.columns import Column, Kind, person
from crm.filters.facets import Facet, Person, of_people
from crm.models import ClaimState, Customer, Deal, ExpenseClaim, ExpenseItem, User
from crm.wording import FIELDS

TONES = {
    ClaimState.DRAFT: "grey", ClaimState.SUBMITTED: "amber", ClaimState.APPROVED: "blue",
    ClaimState.REJECTED: "red", ClaimState.PAID: "green",
}  # fmt: skip
ICONS = {
    ClaimState.DRAFT: "pencil", ClaimState.SUBMITTED: "clock", ClaimState.APPROVED: "check",
    ClaimState.REJECTED: "x", ClaimState.PAID: "banknote",
}  # fmt: skip
ITEM_IDS = selectinload(ExpenseClaim.items).load_only(ExpenseItem.id)


@dataclass(frozen=True)
class ExpenseClaimFilter(ListFilter):
    state: tuple[ClaimState, ...] = ()
    claimant: tuple[Person, ...] = ()
    customer: int | None = None
    deal: int | None = None

    ENDPOINT: ClassVar[str] = "claims.index"
    MODEL: ClassVar[Any] = ExpenseClaim
    FINDS_BY: ClassVar[Any] = _l("Title")
    NONE: ClassVar[str] = "expenses/claims/_none.html"
    DEFAULT_SORT: ClassVar[str] = "-created"
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = (
        (_l("All"), ""), (_l("Mine"), "claimant=me"),
        (_l("Waiting for approval"), "state=submitted"), (_l("To pay"), "state=approved"),
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("number", _l("Number"), lambda claim: claim.number, Kind.CODE,
               sort=(ExpenseClaim.id,)),
        Column("title", FIELDS["title"], lambda claim: claim.title, Kind.TITLE,
               sort=(ExpenseClaim.sort_name,)),
        person(ExpenseClaim.claimant, _l("Claimant")),
        Column("items", FIELDS["items"], lambda claim: len(claim.items), Kind.NUMBER,
               load=(ITEM_IDS,), minor=True),
        Column("state", _l("Status"), lambda claim: claim.state, Kind.BADGE,
               tone=lambda claim: TONES[claim.state], icon=lambda claim: ICONS[claim.state]),
        Column("amount", FIELDS["amount"], lambda claim: claim.base_amount, Kind.MONEY,
               sort=(ExpenseClaim.base_amount,)),
        Column("created", _l("Since"), lambda claim: claim.created_at, Kind.DAY,
               sort=(ExpenseClaim.created_at,), minor=True),
        Column("paid", _l("Paid on"), lambda claim: claim.paid_at, Kind.DAY,
               sort=(ExpenseClaim.paid_at,), shown=False),
        Column("reference", _l("Payment reference"), lambda claim: claim.payment_reference,
               shown=False),
        Column("updated", _l("Changed"), lambda claim: claim.updated_at, Kind.DAY,
               sort=(ExpenseClaim.updated_at,), shown=False),
    )  # fmt: skip
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("state", _l("Status"), ClaimState),
        facets.people("claimant", _l("Claimant"), ExpenseClaim.claimant_id),
        facets.record("customer", FIELDS["customer"], Customer),
        facets.record("deal", FIELDS["deal"], Deal),
    )

    def narrow(self, user: User) -> Select[Any]:
        chosen = ExpenseClaim.visible_to(user)
        if self.q:
            chosen = chosen.where(ExpenseClaim.matching(self.q))
        if self.customer is not None:
            chosen = chosen.where(ExpenseClaim.items.any(ExpenseItem.customer_id == self.customer))
        if self.deal is not None:
            chosen = chosen.where(ExpenseClaim.items.any(ExpenseItem.deal_id == self.deal))
        return chosen.where(
            *one_of(ExpenseClaim.state, self.state),
            *of_people(ExpenseClaim.claimant_id, self.claimant, user),
        )
