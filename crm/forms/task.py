"""The task's form."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from crm.forms.base import BaseForm
from crm.forms.fields import (
    ClockField,
    DayField,
    NumberChoiceField,
    Required,
    TickedField,
    text,
)
from crm.forms.for_whom import ForWhom
from crm.forms.inline import InPlace, each
from crm.forms.picker import PeopleField, PickerField
from crm.forms.repeating import FOLLOWING, Reaching, Repeating
from crm.models import Task, User
from crm.models.task.reminding import OFFERED
from crm.wording.times import before_word, length_word

# Minutes that an appointment may last.
LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240, 480)


class Delegating:
    """A mixin of a form with ``assignee``: whoever gets the task may be told something with it."""

    assignee: PickerField

    comment = text(
        _l("What to say to them"), 300, description=_l("Stands in their notification and mail")
    )

    def validate_comment(self, field: StringField) -> None:
        if field.data and self.assignee.data is self.assignee.object_data:
            raise ValidationError(_("Choose who gets it: it is said to nobody else."))


class AssigneeForm(Delegating, Reaching, BaseForm):
    """Who is to do a task now, and whether those that follow, too."""

    assignee = PickerField(_l("Assigned to"), "user", validators=[Required()])

    def give(self, task: Task, *, by: User) -> None:
        """Give ``task`` to whom it was said."""
        task.assign_to(self.assignee.data, by=by, comment=self.comment.data)
        if "reach" in self and self.reach.data == FOLLOWING:
            task.repeat(task.rule, by=by, begins=task.series_on)


class TaskForm(Delegating, Repeating, ForWhom, InPlace, BaseForm):
    IN_PLACE = {
        **each("title", "urgent", "important", "participants", "customer", "deal", "note"),
        "due_on": ("due_on", "due_time", "minutes"), "remind_before": ("remind_before",),
    }  # fmt: skip

    title = StringField(_l("What needs to be done"), validators=[Required(), Length(max=200)])
    due_on = DayField(
        _l("Due"), quick=("today", "tomorrow", "next_week", "in_a_week", "in_a_month")
    )
    due_time = ClockField(_l("At"), description=_l("Of an appointment, by the company's clock"))
    minutes = NumberChoiceField(_l("How long"), LENGTHS, length_word)
    urgent = BooleanField(_l("Urgent"))
    important = BooleanField(_l("Important"))
    assignee = PickerField(_l("Assigned to"), "user", validators=[Required()])
    participants = PeopleField(_l("Who takes part"))
    remind_before = TickedField(_l("Remind"), int, OFFERED, before_word)
    customer = PickerField(_l("Customer"), "customer")
    deal = PickerField(_l("Deal"), "deal", within="customer")
    note = TextAreaField(_l("Note"), validators=[Length(max=10_000)])

    def __init__(self, *args: Any, obj: Task | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        if obj is None:  # a new one has its note
            del self.comment

    def validate_due_time(self, field: ClockField) -> None:
        if field.data and not self.due_on.data:
            raise ValidationError(_("Choose the day, too."))

    def validate_minutes(self, field: NumberChoiceField) -> None:
        if field.data and not self.due_time.data:
            raise ValidationError(_("Only what has a time can have a length."))

    def fill(self, task: Task) -> Task:
        """Copy what was typed to ``task``."""
        self.plain_fields(
            task, "title", "due_on", "due_time", "minutes", "urgent", "important", "assignee",
            "participants", "customer", "deal", "note",
        )  # fmt: skip
        task.remind(self.remind_before.data)
        return task


class PostponementForm(BaseForm):
    due_on = DayField(_l("Due"), validators=[Required()])
