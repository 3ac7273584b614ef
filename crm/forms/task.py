"""The task's form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length

from crm.forms.base import BaseForm
from crm.forms.fields import DayField, Required
from crm.forms.for_whom import ForWhom
from crm.forms.inline import InPlace, each
from crm.forms.picker import PickerField
from crm.models import Task


class TaskForm(ForWhom, InPlace, BaseForm):
    IN_PLACE = each(
        "title", "due_on", "urgent", "important", "assignee", "customer", "deal", "note"
    )

    title = StringField(_l("What needs to be done"), validators=[Required(), Length(max=200)])
    due_on = DayField(
        _l("Due"), quick=("today", "tomorrow", "next_week", "in_a_week", "in_a_month")
    )
    urgent = BooleanField(_l("Urgent"))
    important = BooleanField(_l("Important"))
    assignee = PickerField(_l("Assigned to"), "user", validators=[Required()])
    customer = PickerField(_l("Customer"), "customer")
    deal = PickerField(_l("Deal"), "deal", within="customer")
    note = TextAreaField(_l("Note"), validators=[Length(max=10_000)])

    def fill(self, task: Task) -> Task:
        """Copy what was typed to ``task``."""
        self.plain_fields(
            task, "title", "due_on", "urgent", "important", "assignee", "customer", "deal", "note"
        )
        return task


class PostponementForm(BaseForm):
    due_on = DayField(_l("Due"), validators=[Required()])
