"""Forms that are a list of rows: added, moved and taken away by buttons, saved all together.

A button named ``arrange`` sends everything typed so far and gets it back in its new order; nothing
is saved, and no JavaScript is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, HiddenField, ValidationError
from wtforms.fields.choices import SelectChoice, SelectField

from crm.base import digest_of
from crm.extensions import db
from crm.forms.base import BaseForm, Conflict
from crm.forms.fields import text
from crm.models import Event
from crm.models.option import COLOURS
from crm.wording import COLOUR_WORDS

MOST_ROWS = 40


class BareRow(BaseForm):
    """One row; ``id`` is empty where it is new."""

    class Meta(BaseForm.Meta):
        csrf = False

    version = None
    id = HiddenField()

    @classmethod
    def called(cls, row: dict[str, Any]) -> str:
        """By what name people know the row."""
        raise NotImplementedError

    @classmethod
    def said(cls, row: dict[str, Any]) -> str:
        """The row in words, for whoever compares it with another."""
        raise NotImplementedError


class RowForm(BareRow):
    """A row with a name in each language."""

    label_zh = text("中文", 80)
    label_en = text("English", 80)

    @property
    def labels(self) -> tuple[str, str]:
        """The names in both languages; what is left empty is shown in the other one."""
        return self.label_zh.data or "", self.label_en.data or ""

    @classmethod
    def called(cls, row: dict[str, Any]) -> str:
        """Both names, or the one there is."""
        return " / ".join(name for name in (row["label_zh"], row["label_en"]) if name)

    @classmethod
    def said(cls, row: dict[str, Any]) -> str:
        colour = COLOUR_WORDS.get(row.get("colour", ""), "")
        parts = (cls.called(row), *cls.particulars(row), colour)
        return " · ".join(str(part) for part in parts if part)

    @classmethod
    def particulars(cls, row: dict[str, Any]) -> list[str]:
        """What the row says beside names and colour."""
        return []


class ColouredRow(RowForm):
    """One row with a colour of its own."""

    colour = SelectField(
        _l("Colour"), choices=[SelectChoice(colour, COLOUR_WORDS[colour]) for colour in COLOURS]
    )


class RowsForm(BaseForm):
    """A list of rows and the version of the whole list."""

    MOST: ClassVar[int] = MOST_ROWS
    MAY_BE_EMPTY: ClassVar[bool] = False

    rows: FieldList

    # The rows as they are now.
    now: Sequence[dict[str, Any]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if request.method == "POST":
            kwargs["formdata"] = self.sent(request.form)
        super().__init__(*args, **kwargs)

    @classmethod
    def sent(cls, typed: MultiDict[str, str]) -> MultiDict[str, str]:
        """What was typed, arranged as a button asked."""
        return arranged(typed, most=cls.MOST)

    def may_save_over(
        self, now: Sequence[dict[str, Any]], changes: Select[Event], *, of: Any = None,
        version: str = "",
    ) -> bool:  # fmt: skip
        """Whether what was typed is complete and the rows still are as they were shown.

        :param changes: the events that changed them, newest first: the last one says who it was.
        :param of: the record that has the rows, where the form sets more of it.
        :param version: of record and rows; default: of the rows.
        """
        self.now = now
        saves = self.may_save(of, version=version or fingerprint(now))
        if self.status == 409:
            self.changed = db.session.scalars(changes.limit(1)).first()
        return saves

    def conflicts_with(self, record: Any) -> list[Conflict]:
        """Row by row, and their order; a row that only one side has stands against nothing."""
        theirs = {str(row["id"]): row for row in self.now}
        yours = {row.form.id.data or row.name: row.form.data for row in self.rows}
        return [
            Conflict(self.row.called(theirs.get(key) or yours[key]), before, after)
            for key in {**theirs, **yours}
            if (before := self._said(theirs.get(key))) != (after := self._said(yours.get(key)))
        ] + self._orders(theirs, [key for key in yours if key in theirs])

    def _orders(self, theirs: dict[str, dict[str, Any]], yours: list[str]) -> list[Conflict]:
        before = [key for key in theirs if key in yours]
        if before == yours:
            return []
        orders = (
            " → ".join(self.row.called(theirs[key]) for key in order) for order in (before, yours)
        )
        return [Conflict(_("Their order"), *orders)]

    def _said(self, row: dict[str, Any] | None) -> str:
        return "—" if row is None else self.row.said(row)

    @property
    def row(self) -> type[BareRow]:
        """The form of each row."""
        row: type[BareRow] = self.rows.unbound_field.args[0]
        return row

    @property
    def is_arranging(self) -> bool:
        """Whether rows are being moved, and nothing is to be saved yet."""
        return bool(request.form.get("arrange"))

    @property
    def is_adding(self) -> bool:
        """Whether the last row is a new one, to be filled in."""
        return request.form.get("arrange") == "add"

    @property
    def has_room(self) -> bool:
        """Whether one more can be added."""
        return len(self.rows) < self.MOST

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        valid = super().validate(*args, **kwargs)
        if len(_numbers_in(request.form)) <= self.MOST:
            return bool(valid)
        too_many = _("At most %(num)d rows are kept: the others are left out.", num=self.MOST)
        self.rows.errors = [*self.rows.errors, too_many]
        return False

    def validate_rows(self, field: FieldList) -> None:
        if not all(any(row.form.labels) for row in field):
            raise ValidationError(_("Give each a name, in one language at least."))
        names = [label for row in field for label in row.form.labels[:1] if label]
        if len(names) != len(set(names)):
            raise ValidationError(_("Two are called the same."))
        if not (field.entries or self.MAY_BE_EMPTY):
            raise ValidationError(_("Leave at least one."))


def fingerprint(rows: Sequence[dict[str, Any]]) -> str:
    """What changes whenever one of the rows does: the version of a list that has none itself."""
    return digest_of(repr(rows))[:16]


def arranged(typed: MultiDict[str, str], *, most: int = MOST_ROWS) -> MultiDict[str, str]:
    """What was typed, its rows in the order that the button asked for."""
    verb, _colon, place = typed.get("arrange", "").partition(":")
    colour = COLOURS[len(_numbers_in(typed)) % len(COLOURS)]
    new = {"id": "", "active": "1", "colour": colour} if verb == "add" and not place else None
    return rearranged(typed, "rows", verb, place, most=most, new=new)


def rearranged(
    typed: MultiDict[str, str], rows: str, verb: str, place: str, *, most: int,
    new: dict[str, str] | None = None,
) -> MultiDict[str, str]:  # fmt: skip
    """What was typed, the list called ``rows`` with one row moved, taken away or added.

    :param place: the number of the row that ``verb`` is about, if it is about one.
    :param new: what a new row begins with; without it none is added.
    """
    numbers = _numbers_in(typed, rows)
    if place in map(str, numbers):
        index = numbers.index(int(place))
        number = numbers.pop(index)
        if verb in {"up", "down"}:
            numbers.insert(max(0, index + (1 if verb == "down" else -1)), number)
    places = {number: index for index, number in enumerate(numbers)}
    result: MultiDict[str, str] = MultiDict()
    for name, values in typed.lists():
        part, _dash, field = name.removeprefix(f"{rows}-").partition("-")
        if not name.startswith(f"{rows}-") or (not field and not part.isdecimal()):
            result.setlist(name, values)
        elif (row := _number_in(name, rows)) is not None and row in places:
            result.setlist(f"{rows}-{places[row]}-{field}", values)
    if new is not None and len(numbers) < most:
        for field, value in new.items():
            result.add(f"{rows}-{len(numbers)}-{field}", value)
    return result


def _numbers_in(typed: MultiDict[str, str], rows: str = "rows") -> list[int]:
    """The numbers of the rows that were sent, each once and in order."""
    return sorted({number for name in typed if (number := _number_in(name, rows)) is not None})


def _number_in(name: str, rows: str) -> int | None:
    """``3`` of ``rows-3-label_zh``; nothing of other names."""
    part, _dash, field = name.removeprefix(f"{rows}-").partition("-")
    is_one = name.startswith(f"{rows}-") and field and len(part) < 5 and part.isdecimal()
    return int(part) if is_one else None
