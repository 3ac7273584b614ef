"""Fields that choose among words and numbers of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice, SelectField, SelectMultipleField


class NumberChoiceField(SelectField):
    """A choice among numbers, or none; what the record has is offered, too.

    :param said: what a number is called.
    """

    data: Any

    def __init__(
        self, label: str, offered: Iterable[int], said: Callable[[int], str], *, empty: str = "—",
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, coerce=lambda value: int(value) if value else None, **kwargs)
        self.offered, self.said, self.empty = tuple(offered), said, empty

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        before = (self.object_data,) if self.object_data else ()
        self.choices = [SelectChoice("", self.empty)] + [
            SelectChoice(number, self.said(number)) for number in sorted({*self.offered, *before})
        ]

    def shown(self, number: int | None) -> str:
        """``number`` as the list of conflicts says it."""
        return self.empty if number is None else self.said(number)


class TickedField(SelectMultipleField):
    """Several of a few, as boxes to tick; its data is a list.

    Its control sends an empty text too: without it nothing at all would tell of no tick.

    :param said: what one is called.
    """

    data: Any

    def __init__(
        self, label: str, kind: type, offered: Iterable[Any], said: Callable[[Any], str],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, coerce=kind, **kwargs)
        self.offered, self.said = tuple(offered), said

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        self.data = self.data or []
        before = [each for each in self.object_data or () if each not in self.offered]
        self.choices = [SelectChoice(each, self.said(each)) for each in (*self.offered, *before)]

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([value for value in valuelist if value])

    def pre_validate(self, form: Any) -> None:
        if not set(self.data) <= {choice.value for choice in self.choices}:
            raise ValidationError(_("This cannot be chosen."))

    def shown(self, chosen: list[Any]) -> str:
        """``chosen`` as the list of conflicts says it."""
        return ", ".join(map(self.said, chosen)) or "—"
