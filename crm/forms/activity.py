"""The form that notes what happened at a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import DateTimeLocalField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from crm import clock
from crm.forms.base import BaseForm
from crm.forms.fields import DayField, OptionField, RecordField, Required, text
from crm.models import Activity, Contact, Customer, Deal, OptionList, Task, User


class ActivityForm(BaseForm):
    kind = OptionField(_l("Kind"), OptionList.ACTIVITY_KIND, empty=None)
    summary = TextAreaField(
        _l("What happened"), validators=[Required(), Length(max=10_000)],
        render_kw={"rows": 1, "placeholder": _l("What happened?")},
    )  # fmt: skip
    happened_at = DateTimeLocalField(_l("When"), validators=[Optional()])
    contact = RecordField(_l("With"), empty="—")
    deal = RecordField(_l("Deal"), empty="—")
    next_step = text(_l("Next step"), 300)
    next_step_on = DayField(_l("Due"), quick=("tomorrow", "next_week", "in_a_month"))

    def __init__(self, customer: Customer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.contact.offer(Contact.at(customer))
        self.deal.offer(
            Deal.visible_to(current_user)
            .where(Deal.customer_id == customer.id, Deal.closed_at.is_(None))
            .order_by(Deal.created_at.desc())
        )

    def validate_happened_at(self, field: DateTimeLocalField) -> None:
        if field.data and not 1900 <= field.data.year <= 2200:
            raise ValidationError(_("This day is too far away."))
        if field.data and self._moment() > clock.now():
            raise ValidationError(_("This has not happened yet: make it a task."))

    def fill(self, activity: Activity) -> Activity:
        """Copy what was typed to ``activity``."""
        self.plain_fields(activity, "kind", "summary", "contact", "deal", "next_step")
        activity.happened_at = self._moment() if self.happened_at.data else clock.now()
        return activity

    def plan_next_step(self, customer: Customer, *, by: User) -> None:
        """The next step becomes a task if it has a day."""
        if self.next_step.data and self.next_step_on.data:
            Task.add(
                Task(
                    title=self.next_step.data[:200], due_on=self.next_step_on.data, assignee=by,
                    customer=customer, deal=self.deal.data,
                ),
                by=by,
            )  # fmt: skip

    def _moment(self) -> datetime:
        zone = ZoneInfo(str(get_timezone()))
        return self.happened_at.data.replace(tzinfo=zone)
