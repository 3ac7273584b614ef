"""The forms of a claim's items: what was paid, what a rate grants, a share of a bill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import StringField, ValidationError
from wtforms.fields.choices import Choice
from wtforms.validators import Length

from crm.extensions import db
from crm.files import ACCEPTED, PreparedFile
from crm.formatting import day, label
from crm.forms.base import BaseForm
from crm.forms.fields import (
    CurrencyField,
    DayField,
    MoneyField,
    OptionField,
    QuantityField,
    RecordField,
    Required,
    more_than_nothing,
    not_ahead,
    of_open_books,
    text,
)
from crm.forms.for_whom import ForWhom
from crm.forms.picker import PickerField
from crm.forms.unknown_rates import explained
from crm.models import Company, ExpenseItem, ExpenseRate, ItemKind, OptionList
from crm.models.expense_rate import NotGranted
from crm.units import per_unit

MOST = Decimal(100_000)


class ItemForm(ForWhom, BaseForm):
    """What every cost says: for whom, what for, with which receipts."""

    # What is copied as it was typed, and what the amount is made of.
    PLAIN: tuple[str, ...] = ("customer", "deal", "purpose")
    AMOUNT: tuple[str, ...] = ()
    KIND = ItemKind.RECEIPT

    customer = PickerField(_l("Customer"), "customer")
    deal = PickerField(_l("Deal"), "deal", within="customer")
    purpose = StringField(_l("Purpose"), validators=[Required(), Length(max=300)])
    receipts = MultipleFileField(_l("Receipts"), render_kw={"accept": ",".join(ACCEPTED)})

    def __init__(self, *args: Any, files: list[PreparedFile] | None = None,
                 refused: list[str] | None = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.files = files or []
        self.refused = refused or []

    @classmethod
    def of(cls, item: ExpenseItem, **kwargs: Any) -> ItemForm:
        """The form as ``item`` is now."""
        shown = {name: getattr(item, name) for name in (*cls.PLAIN, *cls.AMOUNT)}
        return cls(data=shown | {"version": item.claim.version}, **kwargs)

    def validate_receipts(self, field: MultipleFileField) -> None:
        if self.refused:
            raise ValidationError(" ".join(self.refused))

    def fill_or_explain(self, item: ExpenseItem) -> bool:
        """Copy what was typed to ``item``; an amount that cannot be kept becomes an error."""
        if not self.set_amount(item):
            return False
        self.plain_fields(item, *self.PLAIN)
        return True

    def set_amount(self, item: ExpenseItem) -> bool:
        """Set what ``item`` comes to; ``False`` with an error if that is not known."""
        return True


class DatedForm(ItemForm):
    """A cost with a day of its own."""

    spent_on = DayField(
        _l("Spent on"), quick=("yesterday", "today"),
        validators=[Required(), not_ahead, of_open_books],
    )  # fmt: skip

    def validate_spent_on(self, field: DayField) -> None:
        today = Company.current().today()
        if field.data is not None and field.data < today - timedelta(days=730):
            raise ValidationError(_("This is more than two years ago."))


class ReceiptForm(DatedForm):
    """What was paid."""

    PLAIN = ("category", "customer", "deal", "purpose", "payee")
    AMOUNT = ("amount", "currency", "spent_on")

    category = OptionField(_l("Category"), OptionList.EXPENSE_CATEGORY, empty=None)
    amount = MoneyField(_l("Amount"), validators=[Required(), more_than_nothing])
    currency = CurrencyField()
    payee = text(_l("Payee"), 200)

    def set_amount(self, item: ExpenseItem) -> bool:
        with explained(self.currency):
            item.set_amount(self.amount.data, self.currency.data, self.spent_on.data)
        return not self.currency.errors


class RateField(RecordField):
    """A rate, with what it grants today."""

    def iter_choices(self) -> Iterator[Choice]:
        today = Company.current().today()
        for choice in super().iter_choices():
            rate = self.records[choice.value]
            grant = rate.at_last(today)
            said = per_unit(grant.amount, rate.kind, grant.currency)
            yield choice._replace(label=f"{label(rate)} · {said}")


class ComputedForm(DatedForm):
    """What a rate grants: how far or how long is typed, and the amount follows."""

    AMOUNT = ("expense_rate", "quantity", "spent_on")

    expense_rate = RateField(_l("Expense rate"))
    quantity: QuantityField

    # The rate is what it is granted for.
    receipts = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expense_rate.offer(ExpenseRate.in_use(self.KIND))

    def validate_quantity(self, field: QuantityField) -> None:
        if field.data is not None and field.data > MOST:
            raise ValidationError(_("This is too much."))

    def set_amount(self, item: ExpenseItem) -> bool:
        try:
            with explained(self.expense_rate):
                item.compute(self.expense_rate.data, self.quantity.data, self.spent_on.data)
        except NotGranted as error:
            first = day(error.rate.grants[-1].valid_from)
            self.spent_on.errors = [_("This is granted from %(day)s on.", day=first)]
        return not (self.expense_rate.errors or self.spent_on.errors)


class MileageForm(ComputedForm):
    KIND = ItemKind.MILEAGE

    quantity = QuantityField(_l("Kilometres"), validators=[Required()])


class AllowanceForm(ComputedForm):
    KIND = ItemKind.ALLOWANCE

    quantity = QuantityField(_l("Days"), validators=[Required()])


class ShareForm(ItemForm):
    """A share of a bill: what the bill came to, when, and to whom is said by the whole bill."""


FORMS: dict[ItemKind, type[DatedForm]] = {
    ItemKind.RECEIPT: ReceiptForm,
    ItemKind.MILEAGE: MileageForm,
    ItemKind.ALLOWANCE: AllowanceForm,
}


def new_item_form(kind: ItemKind, **kwargs: Any) -> DatedForm:
    """The form of a new cost of this kind, spent today."""
    return FORMS[kind](data={"spent_on": Company.current().today()}, **kwargs)


def form_of(item: ExpenseItem, **kwargs: Any) -> ItemForm:
    """The form of ``item`` as it is now."""
    kind = ShareForm if item.is_share else FORMS[item.kind]
    return kind.of(item, **kwargs)


def kinds_offered() -> list[ItemKind]:
    """The kinds of costs that can be computed: those of which there is a rate in use."""
    in_use = ExpenseRate.in_order().where(ExpenseRate.retired_at.is_(None))
    return list(dict.fromkeys(rate.kind for rate in db.session.scalars(in_use)))
