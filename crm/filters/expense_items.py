"""The filter of the list of expense items, to which the figures of costs lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from crm import paging
from crm.filters import facets
from crm.filters.base import ListFilter, one_of
from crm.filters.columns import Column, Kind, option, status
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from crm.filters.facets import Facet, Person, members_of, of_people
from crm.filters.of_list import OfList
from crm.filters.quality import one_of_these
from crm.models import (
    ClaimState,
    Customer,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    OptionList,
    User,
)
from crm.models.expense_claim.states import COUNTED as COUNTED_STATES
from crm.paging import Counter
from crm.wording.fields import FIELDS

# What was spent, or is being decided, in the order in which addresses name it.
COUNTED = tuple(state for state in ClaimState if state in COUNTED_STATES)


class ItemGap(StrEnum):
    """What an item lacks."""

    CUSTOMER = "customer"
    DEAL = "deal"
    TEAM = "team"  # its claimant is in none


GAPS: dict[ItemGap, Callable[[], ColumnElement[bool]]] = {
    ItemGap.CUSTOMER: lambda: ExpenseItem.customer_id.is_(None),
    ItemGap.DEAL: lambda: ExpenseItem.deal_id.is_(None),
    ItemGap.TEAM: lambda: ExpenseClaim.claimant_id.in_(
        select(User.id).where(User.team_id.is_(None))
    ),
}
GAP_WORDS: dict[ItemGap, Any] = {gap: FIELDS[gap.value] for gap in ItemGap}


class OfDeals(OfList):
    """The deals of a list, as the address of that list tells them apart."""

    LISTED: ClassVar[type[ListFilter]] = DealFilter


@dataclass(frozen=True)
class ExpenseItemFilter(ListFilter):
    state: tuple[ClaimState, ...] = ()
    claimant: tuple[Person, ...] = ()
    team: tuple[int, ...] = ()
    category: tuple[int, ...] = ()
    spent: Days | None = None
    customer: int | None = None
    deal: int | None = None
    missing: tuple[ItemGap, ...] = ()
    deals: OfDeals | None = None

    ENDPOINT: ClassVar[str] = "expense_items.index"
    MODEL: ClassVar[Any] = ExpenseItem
    SUMMED: ClassVar[str] = "base_amount"
    FINDS_BY: ClassVar[Any] = FIELDS["purpose"]
    NONE: ClassVar[str] = "expenses/items/_none.html"
    DEFAULT_SORT: ClassVar[str] = "-spent"
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = (
        (_l("All"), ""),
        (_l("Mine"), "claimant=me"),
        (_l("Counted"), f"state={','.join(COUNTED)}"),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("purpose", FIELDS["purpose"], lambda item: item.purpose, Kind.TITLE,
               partial="expenses/items/_title.html"),
        Column("spent", FIELDS["spent_on"], lambda item: item.spent_on, Kind.DAY,
               sort=(ExpenseItem.spent_on,)),
        option(ExpenseItem.category, minor=True),
        Column("claimant", _l("Claimant"), lambda item: item.claim.claimant, Kind.PERSON,
               sort=(func.coalesce(select(User.sort_name).where(
                   User.id == ExpenseClaim.claimant_id).scalar_subquery(), ""),),
               load=(contains_eager(ExpenseItem.claim).joinedload(ExpenseClaim.claimant),)),
        Column("customer", FIELDS["customer"], lambda item: item.customer, Kind.LINK,
               load=(joinedload(ExpenseItem.customer),)),
        Column("deal", FIELDS["deal"], lambda item: item.deal, Kind.LINK,
               load=(joinedload(ExpenseItem.deal),), shown=False),
        Column("amount", _l("In its currency"), lambda item: item.amount, Kind.MONEY,
               currency=lambda item: item.currency, shown=False),
        Column("base_amount", FIELDS["amount"], lambda item: item.base_amount, Kind.MONEY,
               sort=(ExpenseItem.base_amount,)),
        status(lambda item: item.claim.told_state,
               load=(contains_eager(ExpenseItem.claim).selectinload(ExpenseClaim.settlements),)),
        Column("claim", _l("Claim"), lambda item: item.claim.number, Kind.CODE,
               sort=(ExpenseItem.claim_id,), shown=False),
    )  # fmt: skip
    LOADED: ClassVar[tuple[Any, ...]] = (contains_eager(ExpenseItem.claim),)
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("state", _l("Status"), ClaimState),
        facets.days("spent", FIELDS["spent_on"], "this_month", "last_month", "this_quarter",
                    "this_year"),
        facets.people("claimant", _l("Claimant"), ExpenseClaim.claimant_id),
        facets.teams("team", _l("Team")),
        facets.options("category", FIELDS["category"], OptionList.EXPENSE_CATEGORY),
        facets.states("missing", _l("Missing"), ItemGap, GAP_WORDS.__getitem__),
        facets.record("customer", FIELDS["customer"], Customer),
        facets.record("deal", FIELDS["deal"], Deal),
        facets.led_to("deals", _l("Deals"), lambda each: OfDeals(each).words()),
    )  # fmt: skip

    @property
    def asked_about(self) -> frozenset[str]:
        """Who is led to the costs of deals wants to see of which."""
        return super().asked_about | ({"deal"} if self.deals else set())

    def narrow(self, user: User) -> Select[Any]:
        chosen = ExpenseItem.visible_to(user).where(
            *one_of(ExpenseClaim.state, self.state),
            *one_of(ExpenseItem.category_id, self.category),
            *one_of(ExpenseItem.customer_id, (self.customer,) if self.customer else ()),
            *one_of(ExpenseItem.deal_id, (self.deal,) if self.deal else ()),
            *of_people(ExpenseClaim.claimant_id, self.claimant, user),
            *(self.spent.of_day(ExpenseItem.spent_on) if self.spent else ()),
            *one_of_these(GAPS, self.missing),
            *(ExpenseItem.purpose.icontains(word, autoescape=True) for word in self.q.split()),
        )
        if self.team:
            chosen = chosen.where(ExpenseClaim.claimant_id.in_(members_of(self.team)))
        if self.deals:
            deals = self.deals.filter.narrow(user).with_only_columns(Deal.id)
            chosen = chosen.where(ExpenseItem.deal_id.in_(deals))
        return chosen

    def counter(self, user: User) -> Counter:
        return Counter(paging.COUNTED)
