"""The filter of the list of payments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select, String, cast, func, or_, select
from sqlalchemy.orm import selectinload

from crm import paging
from crm.filters import facets
from crm.filters.base import ListFilter
from crm.filters.columns import Column, Kind, person
from crm.filters.days import Days
from crm.filters.facets import Facet, Person, of_people
from crm.models import Advance, ExpenseClaim, PaymentBatch, Payout, User
from crm.paging import Counter

PAPERS = (
    select(func.count(ExpenseClaim.id))
    .where(ExpenseClaim.payment_batch_id == PaymentBatch.id)
    .scalar_subquery()
    + select(func.count(Advance.id))
    .where(Advance.payment_batch_id == PaymentBatch.id)
    .scalar_subquery()
)


# So many are named in a row; of more, how many there are.
NAMED = 3


def _some(papers: Sequence[Advance | ExpenseClaim]) -> str:
    if len(papers) > NAMED:
        return ngettext("%(num)d claim", "%(num)d claims", len(papers))
    return _(", ").join(paper.number for paper in papers)


@dataclass(frozen=True)
class PaymentBatchFilter(ListFilter):
    on: Days | None = None
    payee: tuple[Person, ...] = ()
    by: tuple[Person, ...] = ()

    ENDPOINT: ClassVar[str] = "payment_batches.index"
    MODEL: ClassVar[Any] = PaymentBatch
    SUMMED: ClassVar[str] = "total"
    FINDS_BY: ClassVar[Any] = _l("Number or reference")
    NONE: ClassVar[str] = "expenses/payment_batches/_none.html"
    DEFAULT_SORT: ClassVar[str] = "-number"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("number", _l("Number"), lambda batch: batch.number, Kind.TITLE,
               sort=(PaymentBatch.id,)),
        Column("paid", _l("Paid on"), lambda batch: batch.paid_on, Kind.DAY,
               sort=(PaymentBatch.paid_on,)),
        Column("payees", _l("Paid to"), lambda batch: [each.payee for each in batch.payouts],
               partial="expenses/payment_batches/_payees_cell.html",
               load=(selectinload(PaymentBatch.payouts).joinedload(Payout.payee),)),
        Column("claims", _l("Paid for"), lambda batch: _some(batch.papers),
               sort=(PAPERS,),
               load=(selectinload(PaymentBatch.claims).load_only(ExpenseClaim.id),
                     selectinload(PaymentBatch.advances).load_only(Advance.id))),
        Column("reference", _l("Payment reference"), lambda batch: batch.reference),
        Column("total", _l("Total"), lambda batch: batch.total, Kind.MONEY,
               sort=(PaymentBatch.total,)),
        person(PaymentBatch.by, _l("Paid by")),
    )  # fmt: skip
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.days("on", _l("Paid on"), "this_month", "last_month", "this_quarter"),
        facets.people("payee", _l("Paid to"), Payout.payee_id),
        facets.people("by", _l("Paid by"), PaymentBatch.by_id),
    )

    def narrow(self, user: User) -> Select[Any]:
        chosen = PaymentBatch.visible_to(user).where(
            *of_people(PaymentBatch.by_id, self.by, user),
            *(self.on.of_day(PaymentBatch.paid_on) if self.on else ()),
        )
        if self.payee:
            chosen = chosen.where(
                PaymentBatch.payouts.any(*of_people(Payout.payee_id, self.payee, user))
            )
        return chosen.where(self._found()) if self.q else chosen

    def _found(self) -> Any:
        """The condition that what was typed is its number, or stands in its reference."""
        number = re.sub(r"^B-?0*", "", self.q.strip(), flags=re.IGNORECASE)
        return or_(
            PaymentBatch.reference.icontains(self.q.strip(), autoescape=True),
            cast(PaymentBatch.id, String) == number,
        )

    def record_url(self, record_id: int) -> str:
        return url_for("payment_batches.show", batch_id=record_id)

    def counter(self, user: User) -> Counter:
        return Counter(paging.COUNTED)
