"""The forms of expense rates: what a rate is called, and what it grants from a day on."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from crm.extensions import db
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

    # The rate that is changed.
    rate: ExpenseRate | None = None

    @classmethod
    def of(cls, rate: ExpenseRate) -> ExpenseRateForm:
        """The form as ``rate`` is now."""
        form = cls(obj=rate, data={"in_use": not rate.is_retired})
        form.rate = rate
        return form

    def validate_label_zh(self, field: StringField) -> None:
        if not (field.data or self.label_en.data):
            raise ValidationError(_("Give it a name, in one language at least."))
        self._keep_apart(field)

    def validate_label_en(self, field: StringField) -> None:
        self._keep_apart(field)

    def _keep_apart(self, field: StringField) -> None:
        """Who claims chooses by name: of those in use each has its own."""
        is_offered = self.in_use is None or self.in_use.data
        if not (field.data and is_offered):
            return
        if set(db.session.scalars(ExpenseRate.called(field.data))) - {self.rate}:
            raise ValidationError(_("Another rate in use is called so."))

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

    def grant(self, rate: ExpenseRate, *, by: User) -> tuple[Decimal, str] | None:
        """Let ``rate`` grant what was typed; what that replaces, if there was one of that day."""
        held = rate.grant_of(self.valid_from.data)
        before = (held.amount, held.currency) if held else None
        rate.grant(self.valid_from.data, self.amount.data, self.currency.data, by=by)
        return before


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
