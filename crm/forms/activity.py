"""The forms that note what happened at a customer, change it, and correct it later."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, HiddenField, TextAreaField, ValidationError
from wtforms.validators import Length

from crm import clock
from crm.forms.base import BaseForm
from crm.forms.fields import (
    DayField,
    MomentField,
    OptionField,
    PlaceField,
    RecordField,
    Required,
    text,
)
from crm.forms.files import WithFiles
from crm.models import Activity, Contact, Customer, Deal, OptionList, Task, User

# The kind of activity that has a place.
VISIT = "visit"


class NoteForm(BaseForm):
    """What happened, in one line."""

    kind = OptionField(_l("Kind"), OptionList.ACTIVITY_KIND, empty=None)
    summary = TextAreaField(
        _l("What happened"), validators=[Required(), Length(max=10_000)],
        render_kw={"rows": 1, "placeholder": _l("What happened?")},
    )  # fmt: skip


class TaskNoteForm(NoteForm):
    """What came of a task; of one that a reminder rule made, whether it is enough."""

    enough = BooleanField(_l("Enough: the rule makes no more tasks here"))
    # Of what is done already: it is noted all the same.
    anyway = HiddenField()


class ActivityForm(NoteForm, WithFiles):
    happened_at = MomentField(_l("When"))
    contact = RecordField(_l("With"), empty="—")
    deal = RecordField(_l("Deal"), empty="—")
    place = text(_l("Place"), 200, kind=PlaceField)
    next_step = text(_l("Next step"), 300)
    next_step_on = DayField(_l("Due"), quick=("tomorrow", "next_week", "in_a_week", "in_a_month"))

    def __init__(self, customer: Customer, *, in_one_line: bool = False, **kwargs: Any) -> None:
        """:param in_one_line: place and photos are asked of a visit alone, else out of sight."""
        super().__init__(**kwargs)
        self.place.address = (customer.address or "")[:200]
        self.contact.offer(Contact.known_at(customer, current_user))
        self.deal.offer(Deal.open_at(customer, current_user))
        if in_one_line and getattr(self.kind.data, "code", "") != VISIT:
            self.place.data, self.prepared, self.refused = None, [], []

    def validate_happened_at(self, field: MomentField) -> None:
        if field.data and field.data > clock.now():
            raise ValidationError(_("This has not happened yet: make it a task."))

    def fill(self, activity: Activity) -> Activity:
        """Copy what was typed to ``activity``."""
        self.plain_fields(activity, "kind", "summary", "contact", "deal", "place", "next_step")
        activity.happened_at = self.happened_at.data or activity.happened_at or clock.now()
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


class CorrectionForm(BaseForm):
    correction = TextAreaField(
        _l("Correction"), validators=[Required(), Length(max=10_000)], render_kw={"rows": 3}
    )
