"""The form of a deal's product lines, of which its amount is the sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FormField
from wtforms.fields import Field

from crm.amounts import TOO_MUCH
from crm.base import amount_of
from crm.formatting import money, number
from crm.forms.base import Conflict
from crm.forms.deal_rows import DealRow, DealRowsForm, is_typed
from crm.forms.fields import CurrencyField, MoneyField, QuantityField, text
from crm.forms.rows import fingerprint
from crm.forms.rows_field import RowsField
from crm.forms.unknown_rates import explained
from crm.models import Deal, User
from crm.models.deal import AmountFollowsLines, AmountStands, AmountTooLarge, LinePlan
from crm.models.deal.line import DealLine

MOST_LINES = 100


class LineRow(DealRow):
    name = text(_l("Product"), 200, validators=[])
    quantity = QuantityField(_l("Quantity"))
    price = MoneyField(_l("Unit price"))

    @property
    def is_blank(self) -> bool:
        return not any(map(is_typed, self._asked))

    @property
    def amount(self) -> Decimal | None:
        """Quantity × price, where both are typed and come to an amount that can be kept."""
        quantity, price = self.quantity.data, self.price.data
        if quantity is None or price is None or quantity * price >= TOO_MUCH:
            return None
        return amount_of(quantity, price)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        for field in () if self.is_blank else self._asked:
            if field.data is None and not field.errors:
                field.errors = [_("Please fill this in.")]
                valid = False
        return bool(valid)

    @property
    def _asked(self) -> tuple[Field, ...]:
        return self.name, self.quantity, self.price

    @classmethod
    def said(cls, row: dict[str, Any]) -> str:
        figures = (number(row[name]) or "—" for name in ("quantity", "price"))
        return f"{cls.called(row)} · {' × '.join(figures)}"


class LinesForm(DealRowsForm):
    KEPT_AS, DEMANDED_AS = "lines", "product"
    MOST = MOST_LINES

    currency = CurrencyField()
    rows = RowsField(FormField(LineRow), max_entries=MOST_LINES)

    def __init__(self, deal: Deal) -> None:
        super().__init__(deal, currency=deal.currency)

    @property
    def records(self) -> list[DealLine]:
        return self.deal.lines

    def row_of(self, record: DealLine) -> dict[str, Any]:
        return {"id": record.id, "name": record.name, "quantity": record.quantity,
                "price": record.price}  # fmt: skip

    def proposed(self) -> dict[str, Any]:
        """What is known already: one of the product, for the whole amount."""
        if not self.deal.product:
            return {}
        return {"name": self.deal.product, "quantity": Decimal(1), "price": self.deal.amount}

    @property
    def total(self) -> Decimal:
        """What the rows come to, as far as they are typed."""
        amounts = (row.form.amount for row in self.rows)
        return sum((amount for amount in amounts if amount is not None), Decimal(0))

    @property
    def fingerprint(self) -> str:
        """In another currency the prices are others."""
        return fingerprint([{"rows": super().fingerprint, "currency": self.deal.currency}])

    def conflicts_with(self, record: Any) -> list[Conflict]:
        conflicts = super().conflicts_with(record)
        ours, theirs = self.currency.data, self.deal.currency
        return conflicts + [Conflict(_("Currency"), theirs, ours)] * (ours != theirs)

    @property
    def _is_demanded(self) -> bool:
        """A product may also be a word in the deal itself."""
        return super()._is_demanded and not self.deal.product

    def told_apart(self, row: LineRow) -> Any:
        """The same product may stand there twice, at two prices."""
        return row

    def save(self, *, by: User) -> bool:
        there = {str(line.id): line for line in self.deal.lines}
        plans = [
            LinePlan(row.name.data, row.quantity.data, row.price.data,
                     there.pop(row.id.data or "", None))
            for row in self.filled
        ]  # fmt: skip
        try:
            with explained(self.currency):
                self.deal.price_by(plans, by=by, currency=self.currency.data)
        except AmountTooLarge:
            self.rows.errors = [_("Together they come to more than can be kept.")]
        except AmountStands as error:
            self.rows.errors = [why_it_stands(self.deal, error)]
        return not (self.rows.errors or self.currency.errors)


def why_it_stands(deal: Deal, error: AmountStands) -> str:
    """Why the amount cannot be another one, and what to do."""
    amount = money(deal.amount, deal.currency)
    if isinstance(error, AmountFollowsLines):
        return _(
            "The product lines come to this amount: %(amount)s. Change the lines to change it.",
            amount=amount,
        )
    return _("The deal is closed with this amount: %(amount)s. Reopen it to change that.",
             amount=amount)  # fmt: skip
