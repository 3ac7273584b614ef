"""The exchange rates as their page shows them: a page of them, and what was done to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crm.extensions import db
from crm.models import Event, ExchangeRate
from crm.paging import Order, Page

LEAST_PLACES = 4
LAST = 20


@dataclass(frozen=True)
class Rates:
    """A page of the rates, of all currencies or of one."""

    page: Page[ExchangeRate]
    currencies: Sequence[str]  # of which there are rates
    currency: str  # the one that is shown; "": all
    trail: Sequence[Event]  # what was entered and removed last, of what is shown

    @property
    def places(self) -> int:
        """With how many decimals all of the page are written, so that eyes can compare them."""
        exponents = (rate.rate.normalize().as_tuple().exponent for rate in self.page.records)
        return max([LEAST_PLACES, *(-each for each in exponents if isinstance(each, int))])


def rates_for(args: Mapping[str, str]) -> Rates:
    """The page that an address asks for, leniently."""
    known = select(ExchangeRate.currency).distinct().order_by(ExchangeRate.currency)
    currencies = db.session.scalars(known).all()
    currency = args.get("currency", "")
    currency = currency if currency in currencies else ""
    chosen, changes = select(ExchangeRate), ExchangeRate.changes()
    if currency:
        chosen = chosen.where(ExchangeRate.currency == currency)
        changes = changes.where(Event.particulars["currency"].as_string() == currency)
    order = Order.by(ExchangeRate.day, descending=True, unique=ExchangeRate.id)
    page = Page.of(chosen, order, after=args.get("after", ""), before=args.get("before", ""))
    return Rates(page, currencies, currency, db.session.scalars(changes.limit(LAST)).all())
