"""The form that wins or loses a deal."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from crm.forms.base import BaseForm
from crm.forms.fields import MoneyField, OptionField, WordField, text
from crm.forms.unknown_rates import explained
from crm.models import Deal, OptionList, OutcomeKind, User


class OutcomeForm(BaseForm):
    kind = WordField(_l("Outcome"), OutcomeKind)
    amount = MoneyField(_l("Amount"), validators=[Optional()])
    reason = OptionField(_l("Reason"), OptionList.LOST_REASON)
    competitor = text(_l("Competitor"), 200)
    note = TextAreaField(_l("Note"), validators=[Length(max=2_000)])

    def validate_reason(self, field: OptionField) -> None:
        if self.kind.data is OutcomeKind.LOST and field.data is None:
            raise ValidationError(_("Why was it lost? Choose a reason."))

    def validate_amount(self, field: MoneyField) -> None:
        if self.kind.data is OutcomeKind.WON and field.data is None:
            raise ValidationError(_("What is it worth? Write the amount of the order."))

    def may_close(self, deal: Deal) -> bool:
        """``may_save``; of a deal that is closed already, the verbs know what to do."""
        return self.may_save(deal) if deal.is_open else self.validate_on_submit()

    def close(self, deal: Deal, *, by: User) -> bool:
        """Win or lose ``deal`` as the form says; an unknown exchange rate is the amount's error."""
        if self.kind.data is OutcomeKind.WON:
            if deal.is_open:
                with explained(self.amount):
                    deal.set_amount(self.amount.data, deal.currency)
                if self.amount.errors:
                    return False
                deal.note_changes(by=by)
            deal.win(by=by, note=self.note.data)
        else:
            deal.lose(
                by=by, reason=self.reason.data, competitor=self.competitor.data,
                note=self.note.data,
            )  # fmt: skip
        return True
