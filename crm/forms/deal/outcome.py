"""The form that wins or loses a deal."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField, ValidationError
from wtforms.validators import Length

from crm.forms.deal.asking import AskingForm
from crm.forms.fields import OptionField, WordField
from crm.models import Deal, OptionList, OutcomeKind, User
from crm.models.deal import Missing


class OutcomeForm(AskingForm):
    """How it ended; to be won a deal needs an amount, and what leaving its stage demands."""

    kind = WordField(_l("Outcome"), OutcomeKind)
    reason = OptionField(_l("Reason"), OptionList.LOST_REASON)
    note = TextAreaField(_l("Note"), validators=[Length(max=2_000)])

    def __init__(self, deal: Deal, kind: OutcomeKind, **kwargs: Any) -> None:
        is_won = kind is OutcomeKind.WON
        missing = deal.missing_to_win if is_won and deal.is_open else Missing()
        typed = ("kind", "reason", "competitor", "note", *(["amount"] if is_won else []))
        super().__init__(deal, missing, *typed, kind=kind, **kwargs)
        self.reason.flags.required = not is_won

    def validate_reason(self, field: OptionField) -> None:
        if self.kind.data is OutcomeKind.LOST and field.data is None:
            raise ValidationError(_("Why was it lost? Choose a reason."))

    def validate(self, extra_validators: Any = None) -> bool:
        """A deal that is won says what it is worth, and has nothing left to do in its stage."""
        is_complete = super().validate(extra_validators)
        if self.kind.data is OutcomeKind.WON:
            for name, error in self._left_to_do():
                self[name].errors = self[name].errors or [error]
                is_complete = False
        return is_complete

    def _left_to_do(self) -> list[tuple[str, str]]:
        """The fields in which something is missing, and what to say there."""
        left = [("amount", _("What is it worth? Write the amount of the order."))]
        left += [(name, _("Needed to leave this stage.")) for name in self.missing.fields]
        left = [(name, error) for name, error in left if self[name].data in (None, "", [])]
        if len(self.done.data) < len(self.missing.items):
            left.append(("done", _("Tick what is done; a won deal has nothing left to do here.")))
        return left

    def may_close(self, deal: Deal) -> bool:
        """``may_save``; of a deal that is closed already, the verbs know what to do."""
        return self.may_save(deal) if deal.is_open else self.validate_on_submit()

    def close(self, deal: Deal, *, by: User) -> bool:
        """Win or lose ``deal`` as the form says; ``False`` if what was typed cannot be used."""
        if self.kind.data is OutcomeKind.WON:
            if deal.is_open and not self.take(deal, by=by):
                return False
            deal.win(by=by, competitor=self.competitor.data, note=self.note.data)
        else:
            deal.lose(
                by=by, reason=self.reason.data, competitor=self.competitor.data,
                note=self.note.data,
            )  # fmt: skip
        return True
