"""The form that lets a deal stand still until a day."""

from __future__ import annotations

from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from crm import clock
from crm.forms.base import BaseForm
from crm.forms.fields import DayField, Required, text
from crm.models import Company, Deal, User


class SnoozeForm(BaseForm):
    until = DayField(
        _l("Snoozed until"), quick=("next_week", "in_a_month", "in_three_months"),
        validators=[Required()],
        description=_l("The day after it counts again, from when it entered its stage."),
    )  # fmt: skip
    reason = text(
        _l("Reason"), validators=[Required()],
        description=_l("What is waited for? Your manager reads it, too."),
    )  # fmt: skip

    @classmethod
    def of(cls, deal: Deal) -> Self:
        """As it is drawn first: a snooze that lasts is changed."""
        last = deal.last_snooze if deal.is_snoozed(clock.now()) else None
        said = {"until": last.until, "reason": last.reason} if last else {}
        return cls(data={"version": deal.version, **said})

    def validate_until(self, field: DayField) -> None:
        if field.data is not None and field.data < Company.current().today():
            raise ValidationError(_("This day has passed."))

    def snooze(self, deal: Deal, *, by: User) -> None:
        """Let ``deal`` stand still as the form says."""
        deal.snooze(self.until.data, reason=self.reason.data or "", by=by)
