"""What every form does: strips white space, names its record's version, explains conflicts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, FieldList, FileField, FormField, HiddenField, TextAreaField
from wtforms.fields.core import UnboundField

from crm.formatting import label
from crm.forms.messages import Messages
from crm.models import Event
from crm.models.bilingual import Bilingual
from crm.wording import word_for


class Wrong(NamedTuple):
    """One field whose value cannot be used; a list that is wrong as a whole has no name."""

    id: str
    called: str
    errors: Sequence[str]


class Conflict(NamedTuple):
    """One field that somebody else changed while the form was open."""

    field: str
    theirs: str
    yours: str


def wrong_in(field: Field) -> Iterator[Wrong]:
    """``field``, or of a list the list itself, and its fields or those of each row."""
    if not isinstance(field, FieldList):
        yield Wrong(field.id, str(field.label.text), field.errors)
        return
    if of_all := [error for error in field.errors if isinstance(error, str)]:
        # What is wrong with the rows of a form stands at them; a list within a row is named.
        yield Wrong(field.id, "" if field.name == "rows" else str(field.label.text), of_all)
    for number, row in enumerate(field, 1):
        if not isinstance(row, FormField):
            if row.errors:
                yield from wrong_in(row)
            continue
        for wrong in row.form.wrong:
            called = _("Row %(number)s, %(field)s", number=number, field=wrong.called)
            yield wrong._replace(called=called)


def is_written_in_lines(field: UnboundField) -> bool:
    """Whether its text has lines: every other text is one, in lists, subjects and mails."""
    return issubclass(field.field_class, TextAreaField)


# NUL, and Unicode's embeddings, overrides and isolates of direction.
LEFT_OUT = dict.fromkeys([0, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def one_line(value: Any) -> Any:
    """Text with a space for each line break: no title makes a line of its own in a mail."""
    if isinstance(value, str) and not isinstance(value, StrEnum):
        return " ".join(value.splitlines())
    return value


def strip(value: Any) -> Any:
    """Text without white space around it; an empty text is ``None``; a word keeps its kind.

    NUL, which no keyboard types and PostgreSQL does not take, is left out, and so is what turns the
    text around it the other way; signs that nobody sees are no text by themselves.
    """
    if isinstance(value, str) and not isinstance(value, StrEnum):
        text = value.translate(LEFT_OUT).strip()
        return text if any(map(is_seen, text)) else None
    return value


def is_seen(sign: str) -> bool:
    """Whether it is anything else than white space or, like a zero-width space, without a shape."""
    return not (sign.isspace() or unicodedata.category(sign) == "Cf")


class BaseForm(FlaskForm):
    """The base of every form."""

    # The version of the record the form was made from; empty on forms that create.
    version = HiddenField()
    # What is asked about before it is saved (``AsksAgain``).
    doubts: Sequence[str] = ()
    # Where its pickers look first, if no field says that.
    at_customer: Any = None

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: UnboundField, options: Any) -> Field:
            if not issubclass(unbound_field.field_class, FieldList | FormField):
                cleaned = [strip] if is_written_in_lines(unbound_field) else [strip, one_line]
                options["filters"] = [*cleaned, *unbound_field.kwargs.get("filters", ())]
            field = unbound_field.bind(form=form, **options)
            # Not `form`: that is what the form inside a FormField is called.
            field.parent_form = form
            return field

        def get_translations(self, form: Any) -> Messages:
            return Messages()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: list[Conflict] = []
        # The event of who changed it meanwhile, where that is known.
        self.changed: Event | None = None
        # 409 when the record was changed by somebody else meanwhile.
        self.status = 422
        # Where the page begins: at the first field that is wrong, as the form is drawn.
        self.has_focus = False

    @property
    def wrong(self) -> list[Wrong]:
        """The fields whose value cannot be used, those of its rows among them."""
        fields = [field for field in self if field.errors and not isinstance(field, HiddenField)]
        return [wrong for field in fields for wrong in wrong_in(field)]

    def may_save(self, record: Any, *, version: int | str | None = None) -> bool:
        """Whether what was typed is complete and ``record`` is still as it was shown.

        If somebody changed it meanwhile, ``conflicts`` lists both values of each field that
        differs, and the form goes on from the version it now shows: sending it again is a choice
        made with open eyes. ``status`` is what to answer with.

        :param version: of what counts the changes of ``record``; default: its own.
        """
        version = record.version if version is None else version
        complete = self.validate_on_submit()
        # What was sent: the field itself holds the record's version where none was.
        sent = (self.version.raw_data or [""])[0]
        if sent == str(version):
            return bool(complete)
        self.status = 409
        self.conflicts = self.conflicts_with(record)
        self.version.data = str(version)
        return False

    def conflicts_with(self, record: Any) -> list[Conflict]:
        """Each field whose value is another than that of ``record``."""
        return [
            Conflict(str(field.label.text), show(theirs), show(field.data))
            for field in self
            if field.name not in {"version", "csrf_token"} and hasattr(record, field.name)
            if not isinstance(field, FileField)
            if (theirs := getattr(record, field.name)) != field.data
            # The same in another order is the same.
            if not (isinstance(theirs, list) and set(theirs) == set(field.data))
            # A field may know what its reader is not told.
            if (show := getattr(field, "shown", shown))
        ]

    def plain_fields(self, record: Any, *names: str) -> None:
        """Copy the fields called ``names`` to ``record``: each named, never the whole request."""
        for name in names:
            self[name].populate_obj(record, name)


def shown(value: Any) -> str:
    """A value as the conflict list shows it."""
    if isinstance(value, Bilingual):
        return label(value)
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return word_for(value) if hasattr(value, "value") else str(value)
