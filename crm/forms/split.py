"""The form that shares a bill out among customers and deals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, ValidationError
from wtforms.validators import Optional

from crm.formatting import money
from crm.forms.fields import MoneyField, more_than_nothing
from crm.forms.for_whom import ForWhom
from crm.forms.picker import PickerField
from crm.forms.rows import BareRow, RowsForm
from crm.forms.rows_field import RowsField
from crm.models import ExpenseItem
from crm.models.expense_claim.splitting import Part, shared_out, total_of

MOST_SHARES = 20


class ShareRow(ForWhom, BareRow):
    customer = PickerField(_l("Customer"), "customer")
    deal = PickerField(_l("Deal"), "deal", within="customer")
    amount = MoneyField(_l("Its share"), validators=[Optional(), more_than_nothing])

    @classmethod
    def called(cls, row: dict[str, Any]) -> str:
        return str(row["customer"] or "—")

    @classmethod
    def said(cls, row: dict[str, Any]) -> str:
        return " · ".join(str(row[name] or "—") for name in ("customer", "deal", "amount"))


class SplitForm(RowsForm):
    """Who gets how much of a bill; shares that are left empty get the rest in equal parts."""

    MOST = MOST_SHARES

    rows = RowsField(FormField(ShareRow), max_entries=MOST_SHARES)

    def __init__(self, item: ExpenseItem) -> None:
        self.item = item
        bill = item.claim.bill_of(item)
        self.total = total_of(bill)[0]
        self.now = [
            {"id": share.id, "customer": share.customer, "deal": share.deal,
             "amount": share.amount if len(bill) > 1 else None}
            for share in bill
        ]  # fmt: skip
        shown = self.now if len(bill) > 1 else [*self.now, {}]
        rows = [] if request.method == "POST" else shown
        super().__init__(rows=rows, version=item.claim.version)
        for row in self.rows:
            row.form.amount.currency = item.currency

    def may_split(self) -> bool:
        """Whether what was typed is complete, and the claim still is as it was shown."""
        return self.may_save(self.item, version=self.item.claim.version)

    @property
    def parts(self) -> list[Part]:
        """What was typed, with an amount for each."""
        forms = [row.form for row in self.rows]
        typed = [form.amount.data for form in forms]
        open_ones = typed.count(None)
        rest = self.total - sum((amount for amount in typed if amount is not None), Decimal(0))
        equal = iter(shared_out(rest, [Decimal(1)] * open_ones) if open_ones else ())
        return [
            Part(form.customer.data, form.deal.data, next(equal) if amount is None else amount)
            for form, amount in zip(forms, typed, strict=True)
        ]

    def validate_rows(self, field: FieldList) -> None:
        if len(field.entries) < 2:
            raise ValidationError(_("Share it among two at least."))
        typed = [row.form.amount.data for row in field]
        rest = self.total - sum((amount for amount in typed if amount is not None), Decimal(0))
        currency, open_ones = self.item.currency, typed.count(None)
        if rest < Decimal("0.01") * open_ones:
            over = money(self.total, currency)
            raise ValidationError(
                _("Together this is more than the bill of %(amount)s.", amount=over)
            )
        if rest and not open_ones:
            left = money(rest, currency)
            raise ValidationError(_("%(amount)s of the bill are left over.", amount=left))
