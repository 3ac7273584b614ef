"""The picker: a field that holds a record, found by what is typed."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import Optional

from crm.filters.columns import words
from crm.filters.pickers import found
from crm.forms.base import strip
from crm.forms.rows_field import RowsField
from crm.policies import sees


class PickerField(StringField):
    """A customer, contact, deal or user, by code, by name, or by a part that fits only one.

    In the browser a list opens under it (``behaviours/picker.js``), and what is taken from the
    list comes with its id. Without JavaScript the typed text is looked up just the same; if it
    fits several, the form comes back with them as ``candidates`` to choose from. What is chosen
    already stays, though who edits the form may not see it. The data is the record.

    :param noun: ``customer``, ``contact``, ``deal`` or ``user``.
    :param within: the field of the same form whose customer narrows this one.
    :param hides: whether it keeps the name of what who edits the form may not see.
    """

    data: Any
    # The form around it; none inside a list, whose pickers look everywhere.
    parent_form: Any = None

    def __init__(
        self, label: str, noun: str, *, within: str = "", hides: bool = False, **kwargs: Any
    ) -> None:  # fmt: skip
        kwargs.setdefault("validators", [Optional()])
        super().__init__(label, **kwargs)
        self.noun = noun
        self.within = within
        self.hides = hides
        self.candidates: list[Any] = []

    @property
    def key_name(self) -> str:
        """What the id of the chosen record is sent as."""
        return f"{self.name}_id"

    @property
    def key(self) -> str:
        """The id of the chosen record, or an empty text."""
        is_known = self.data is not None and not self._is_withheld(self.data)
        return str(self.data.id) if is_known else ""

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        # The list's choice, or after it that among the candidates.
        sent = formdata.getlist(self.key_name) if formdata else []
        self._sent_key = next((key for key in reversed(sent) if key), "")
        super().process(formdata, *args, **kwargs)

    def _value(self) -> str:
        if self.data is not None:
            return self._name(self.data)
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        written, before = strip(valuelist[0]), self.object_data
        self.data = None
        if written is None:
            return
        is_as_before = before is not None and written == self._name(before)
        if is_as_before and self._sent_key in ("", str(before.id)):
            self.data = before
        # No name is so long, and a search for it would be refused.
        elif len(written) > 300:
            raise ValueError(_("Nothing by that name. Type a part of the name, or the code."))
        else:
            self.data = self._look_up(written)

    def shown(self, record: Any) -> str:
        """``record`` as the list of conflicts names it to who edits the form."""
        return "—" if record is None else self._name(record)

    def _name(self, record: Any) -> str:
        return _("(one that you do not see)") if self._is_withheld(record) else words(record)

    def _is_withheld(self, record: Any) -> bool:
        return self.hides and record is self.object_data and not sees(record)

    def _look_up(self, written: str) -> Any:
        form = self.parent_form
        around = form[self.within].data if self.within else getattr(form, "at_customer", None)
        rows = found(self.noun, written, current_user, key=self._sent_key, at=around)
        if not rows:
            raise ValueError(_("Nothing by that name. Type a part of the name, or the code."))
        if len(rows) > 1:
            self.candidates = rows
            raise ValueError(_("Several match. Choose one of them, or type more of the name."))
        return rows[0]


class PeopleField(RowsField):
    """Several colleagues, a picker for each and two more; its data is a list of them.

    What is emptied goes; no JavaScript is needed.
    """

    SPARE = 2

    def __init__(self, label: str, *, most: int = 20, **kwargs: Any) -> None:
        super().__init__(PickerField(label, "user"), label, max_entries=most, **kwargs)

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        if not formdata:
            for _number in range(min(self.SPARE, self.max_entries - len(self.entries))):
                self.append_entry()

    @property
    def data(self) -> list[Any]:
        """Who was chosen, each once."""
        return list(dict.fromkeys(entry.data for entry in self.entries if entry.data is not None))

    def populate_obj(self, obj: Any, name: str) -> None:
        if set(getattr(obj, name)) != set(self.data):
            setattr(obj, name, self.data)

    def shown(self, people: list[Any]) -> str:
        """Their names, as the list of conflicts says them."""
        return ", ".join(map(words, people)) or "—"
