"""Forms that are a list of rows: added, moved and taken away by buttons, saved all together.

A button named ``arrange`` sends everything typed so far and gets it back in its new order; nothing
is saved, and no JavaScript is needed.
"""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, HiddenField, ValidationError
from wtforms.fields.choices import SelectChoice, SelectField

from crm.forms.base import BaseForm
from crm.forms.fields import text
from crm.models.approval import digest_of
from crm.models.option import COLOURS
from crm.wording import COLOUR_WORDS

MOST_ROWS = 40


class RowForm(BaseForm):
    """One row; ``id`` is empty where it is new."""

    class Meta(BaseForm.Meta):
        csrf = False

    version = None
    id = HiddenField()
    label_zh = text("中文", 80)
    label_en = text("English", 80)
    colour = SelectField(
        _l("Colour"), choices=[SelectChoice(colour, COLOUR_WORDS[colour]) for colour in COLOURS]
    )

    @property
    def labels(self) -> tuple[str, str]:
        """The names in both languages; what is left empty is shown in the other one."""
        return self.label_zh.data or "", self.label_en.data or ""


class RowsForm(BaseForm):
    """A list of rows and the version of the whole list."""

    rows: FieldList

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if request.method == "POST":
            kwargs["formdata"] = arranged(request.form)
        super().__init__(*args, **kwargs)

    @property
    def is_arranging(self) -> bool:
        """Whether rows are being moved, and nothing is to be saved yet."""
        return bool(request.form.get("arrange"))

    def validate_rows(self, field: FieldList) -> None:
        if not all(any(row.form.labels) for row in field):
            raise ValidationError(_("Give each a name, in one language at least."))
        names = [label for row in field for label in row.form.labels[:1] if label]
        if len(names) != len(set(names)):
            raise ValidationError(_("Two are called the same."))
        if not field.entries:
            raise ValidationError(_("Leave at least one."))


def fingerprint(rows: list[dict[str, Any]]) -> str:
    """What changes whenever one of the rows does: the version of a list that has none itself."""
    return digest_of(repr(rows))[:16]


def arranged(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was typed, its rows in the order that the button asked for."""
    verb, _colon, place = typed.get("arrange", "").partition(":")
    numbers = sorted({int(part) for name in typed if (part := _number_in(name)).isdecimal()})
    if place in map(str, numbers):
        index = numbers.index(int(place))
        number = numbers.pop(index)
        if verb in {"up", "down"}:
            numbers.insert(max(0, index + (1 if verb == "down" else -1)), number)
    new = {number: index for index, number in enumerate(numbers)}
    result: MultiDict[str, str] = MultiDict()
    for name, values in typed.lists():
        part = _number_in(name)
        if not name.startswith("rows-"):
            result.setlist(name, values)
        elif part.isdecimal() and int(part) in new:
            field = name.split("-", 2)[2]
            result.setlist(f"rows-{new[int(part)]}-{field}", values)
    if verb == "add" and len(numbers) < MOST_ROWS:
        result.add(f"rows-{len(numbers)}-id", "")
        result.add(f"rows-{len(numbers)}-active", "1")
        result.add(f"rows-{len(numbers)}-colour", COLOURS[len(numbers) % len(COLOURS)])
    return result


def _number_in(name: str) -> str:
    """``3`` of ``rows-3-label_zh``; nothing of other names."""
    parts = name.split("-", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "rows" and len(parts[1]) < 4 else ""
