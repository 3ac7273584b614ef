"""The form of one field of the firm's own; what it offers to choose from are its rows."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, StringField, ValidationError
from wtforms.validators import Length

from crm.formatting import custom_words
from crm.forms.base import BaseForm, Conflict
from crm.forms.fields import WordField, text
from crm.forms.options import OptionRowsForm, rows_of
from crm.importers.custom import parser
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.models import CustomField, CustomNoun, FieldKind, User
from crm.models.option import COLOURS, InUse, OptionPlan

CHOOSING = (FieldKind.CHOICE, FieldKind.CHOICES)


class CustomFieldForm(OptionRowsForm):
    label_zh = text("中文", 80)
    label_en = text("English", 80)
    kind = WordField(_l("Kind"), FieldKind)
    required = BooleanField(_l("Must be filled in"))
    active = BooleanField(_l("In use"), default=True)
    section_zh = text(_l("Section (中文)"), 80)
    section_en = text(_l("Section (English)"), 80)
    help_zh = text(_l("Help (中文)"), 300)
    help_en = text(_l("Help (English)"), 300)
    preset = StringField(_l("New records begin with"), validators=[Length(max=300)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.chooses and not self.rows.entries:
            for colour in COLOURS[:2]:
                self.rows.append_entry({"active": True, "colour": colour})

    @classmethod
    def of(cls, field: CustomField) -> CustomFieldForm:
        """The form as the field is now, or, of a request that sends it, as it was typed."""
        preset = custom_words(field, field.value_of(field.default))
        form = cls(obj=field, data={"rows": shown(field), "preset": preset})
        form.now = shown(field)
        return form

    @property
    def chooses(self) -> bool:
        """Whether there is something to choose from."""
        return self.kind.data in CHOOSING

    def validate_label_zh(self, field: StringField) -> None:
        if not (field.data or self.label_en.data):
            raise ValidationError(_("Give it a name, in one language at least."))

    def validate_rows(self, field: FieldList) -> None:
        if self.chooses:
            super().validate_rows(field)

    def conflicts_with(self, record: Any) -> list[Conflict]:
        return [*BaseForm.conflicts_with(self, record), *super().conflicts_with(record)]

    def add(self, noun: CustomNoun, *, by: User) -> bool:
        """Add the field to ``noun``; ``False`` with errors if that cannot be done."""
        field = self._fill(CustomField(noun=noun))
        field.active = True  # of a new one it is not asked
        CustomField.add(field, self._plans(field), by=by)
        return self._preset(field)

    def change(self, field: CustomField, *, by: User) -> bool:
        """Make ``field`` what was typed; ``False`` with errors if that cannot be done."""
        if field.kind != self.kind.data and field.has_values:
            self.kind.errors = [
                _("Records say something here already, so the kind stays. Take this field out "
                  "of use, and add another.")
            ]  # fmt: skip
            return False
        before = field.said()
        self._fill(field)
        try:
            field.arrange(self._plans(field))
        except InUse as error:
            self.explain(error)
            return False
        if not self._preset(field):
            return False
        field.note_changes(before, by=by)
        return True

    def _fill(self, field: CustomField) -> CustomField:
        for name in ("label_zh", "label_en", "section_zh", "section_en", "help_zh", "help_en"):
            setattr(field, name, self[name].data or "")
        field.kind, field.required, field.active = (
            self.kind.data, self.required.data, self.active.data,
        )  # fmt: skip
        return field

    def _plans(self, field: CustomField) -> list[OptionPlan]:
        return self.plans(field.choices) if self.chooses else []

    def _preset(self, field: CustomField) -> bool:
        """Let new records begin with what was typed, if it can be read."""
        written = self.preset.data
        try:
            field.default = field.stored(parser(field)(written, Known())) if written else None
        except BadValue as error:
            self.preset.errors = [f"“{written}” {error.reason}"]
            return False
        return True


def shown(field: CustomField) -> list[dict[str, Any]]:
    """The choices as the form's rows."""
    return rows_of(field.choices)
