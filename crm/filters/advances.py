"""The filter of the list of advances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from crm import paging
from crm.filters import facets
from crm.filters.base import one_of
from crm.filters.columns import Column, Kind, person, status
from crm.filters.documents import DECIDING, DocumentFilter
from crm.filters.facets import Facet, members_of, of_people
from crm.models import Advance, AdvanceState, Customer, User
from crm.paging import Counter
from crm.wording.fields import FIELDS


@dataclass(frozen=True)
class AdvanceFilter(DocumentFilter):
    state: tuple[AdvanceState, ...] = ()
    customer: int | None = None

    ENDPOINT: ClassVar[str] = "advances.index"
    MODEL: ClassVar[Any] = Advance
    SUMMED: ClassVar[str] = "base_amount"
    FINDS_BY: ClassVar[Any] = _l("What for")
    NONE: ClassVar[str] = "expenses/advances/_none.html"
    DEFAULT_SORT: ClassVar[str] = "-number"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("number", _l("Number"), lambda advance: advance.number, Kind.TITLE,
               sort=(Advance.id,)),
        Column("title", _l("What for"), lambda advance: advance.title, sort=(Advance.title,)),
        person(Advance.claimant, _l("Asked for by")),
        status(lambda advance: advance.state),
        Column("needed", _l("Needed on"), lambda advance: advance.needed_on, Kind.DAY,
               sort=(Advance.needed_on,), minor=True),
        Column("customer", FIELDS["customer"],
               lambda advance: advance.customer.name if advance.customer else "",
               load=(joinedload(Advance.customer),), shown=False),
        Column("own_amount", _l("In its currency"), lambda advance: advance.amount, Kind.MONEY,
               currency=lambda advance: advance.currency,
               partial="expenses/advances/_own_amount.html"),
        Column("amount", FIELDS["amount"], lambda advance: advance.base_amount, Kind.MONEY,
               sort=(Advance.base_amount,)),
        Column("outstanding", _l("Not yet accounted for"),
               lambda advance: advance.outstanding or None, Kind.MONEY,
               load=(selectinload(Advance.settlements),)),
    )  # fmt: skip
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("state", _l("Status"), AdvanceState),
        facets.people("claimant", _l("Asked for by"), Advance.claimant_id),
        facets.teams("team", _l("Team")),
        *DECIDING,
        facets.record("customer", FIELDS["customer"], Customer),
    )

    def narrow(self, user: User) -> Select[Any]:
        chosen = Advance.visible_to(user).where(
            *one_of(Advance.state, self.state),
            *of_people(Advance.claimant_id, self.claimant, user),
            *self.decided_by(user),
        )
        if self.team:
            chosen = chosen.where(Advance.claimant_id.in_(members_of(self.team)))
        if self.customer is not None:
            chosen = chosen.where(Advance.customer_id == self.customer)
        if self.q:
            chosen = chosen.where(Advance.title.icontains(self.q.strip(), autoescape=True))
        return chosen

    def record_url(self, record_id: int) -> str:
        return url_for("advances.show", advance_id=record_id)

    def counter(self, user: User) -> Counter:
        return Counter(paging.COUNTED)
