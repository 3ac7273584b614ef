"""The forms of expense rates: what a rate is called, and what it grants from a day on."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from crm.forms.base import BaseForm
from crm.forms.fields import CurrencyField, DayField, OptionField, QuantityField, Required, text
from crm.models import ExpenseRate, ItemKind, OptionList, User
from crm.wording import WORDS


class ExpenseRateForm(BaseForm):
    label_zh = text("中文", 80, validators=[])
    label_en = text("English", 80)
    category = OptionField(
        _l("Category"), OptionList.EXPENSE_CATEGORY, empty=None,
        description=_l("What is claimed by it counts there."),
    )  # fmt: skip
    in_use = BooleanField(_l("In use"), default=True)

    def validate_label_zh(self, field: StringField) -> None:
        if not (field.data or self.label_en.data):
            raise ValidationError(_("Give it a name, in one language at least."))

    def fill(self, rate: ExpenseRate) -> ExpenseRate:
        """Give ``rate`` the names and the category that were typed."""
        rate.label_zh, rate.label_en = self.label_zh.data or "", self.label_en.data or ""
        rate.category = self.category.data
        return rate

    def save(self, rate: ExpenseRate, *, by: User) -> None:
        """Change ``rate`` to what was typed."""
        self.fill(rate).note_changes(by=by)
        rate.set_in_use(self.in_use.data, by=by)


class RateGrantForm(BaseForm):
    valid_from = DayField(lazy_pgettext("day", "From"), validators=[Required()])
    amount = QuantityField(_l("Amount for one"), validators=[Required()])
    currency = CurrencyField()

    def grant(self, rate: ExpenseRate, *, by: User) -> None:
        """Let ``rate`` grant what was typed."""
        rate.grant(self.valid_from.data, self.amount.data, self.currency.data, by=by)


class NewExpenseRateForm(ExpenseRateForm, RateGrantForm):
    in_use = None
    kind = SelectField(
        _l("Kind"),
        choices=[SelectChoice(kind.value, WORDS[ItemKind][kind]) for kind in ItemKind
                 if kind is not ItemKind.RECEIPT],
        coerce=lambda value: ItemKind(value),
    )  # fmt: skip

    def begin(self, *, by: User) -> ExpenseRate:
        """The new rate that was typed."""
        rate = self.fill(ExpenseRate(kind=self.kind.data))
        return rate.begin(self.valid_from.data, self.amount.data, self.currency.data, by=by)
