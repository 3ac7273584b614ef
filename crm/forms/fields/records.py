"""Fields that choose among records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from wtforms import ValidationError
from wtforms.fields.choices import Choice, SelectFieldBase
from wtforms.widgets import Select

from crm.extensions import db
from crm.filters.columns import words
from crm.models import Option, OptionList


def _rows_of(records: sa.Select[Any] | Sequence[Any]) -> list[Any]:
    """What is offered, read from the database where it was not yet."""
    return list(db.session.scalars(records) if isinstance(records, sa.Select) else records)


class RecordField(SelectFieldBase):
    """A choice among records; its data is the record itself, or ``None``.

    The form offers the records after it is made: ``form.owner.offer(active_users())``.
    """

    widget = Select()
    data: Any

    def __init__(self, label: str, *, empty: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.empty = empty
        self.records: dict[str, Any] = {}
        self.chosen = ""

    def offer(self, records: sa.Select[Any] | Sequence[Any]) -> None:
        """Set what can be chosen; what is chosen already stays, though it may be out of use."""
        rows = _rows_of(records)
        if self.object_data is not None and self.object_data not in rows:
            rows = [*rows, self.object_data]
        self.records = {str(row.id): row for row in rows}
        if self.data is None:
            self.data = self.records.get(self.chosen)

    def process_data(self, value: Any) -> None:
        self.data = value
        self.chosen = str(value.id) if value is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.chosen, self.data = valuelist[0], None

    def iter_choices(self) -> Iterator[Choice]:
        if self.empty is not None:
            yield Choice(value="", label=self.empty, selected=not self.chosen, render_kw={})
        for key, row in self.records.items():
            text = words(row)
            yield Choice(value=key, label=text, selected=key == self.chosen, render_kw={})

    def pre_validate(self, form: Any) -> None:
        if self.chosen and self.data is None:
            raise ValidationError(_("This cannot be chosen."))
        if not self.chosen and self.empty is None:
            raise ValidationError(_("Please choose one."))


class OptionField(RecordField):
    """A choice among the options of one list."""

    def __init__(
        self, label: str, which: OptionList, *, empty: str | None = "—", **kwargs: Any
    ) -> None:
        super().__init__(label, empty=empty, **kwargs)
        self.which = which

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        self.offer(Option.in_use(self.which))

    def iter_choices(self) -> Iterator[Choice]:
        """An option that the product itself refers to says its stable word: styles know it."""
        for choice in super().iter_choices():
            row = self.records.get(choice.value)
            yield choice._replace(render_kw={"data-code": row.code} if row and row.code else {})


class StageField(RecordField):
    """A choice among stages; those of several pipelines say of which they are.

    :param elsewhere: they always do: none of them is of the pipeline that one comes from.
    """

    def __init__(self, label: str, *, elsewhere: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.elsewhere = elsewhere

    def iter_choices(self) -> Iterator[Choice]:
        stages = self.records
        several = self.elsewhere or len({stage.pipeline_id for stage in stages.values()}) > 1
        for choice in super().iter_choices():
            stage = stages.get(choice.value) if several else None
            way = f"{words(stage.pipeline)} · {choice.label}" if stage else choice.label
            yield choice._replace(label=way)


class RecordsField(RecordField):
    """Several among records, as boxes to tick; its data is a list.

    Its control sends an empty text too: without it nothing at all would tell of no tick.
    """

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())
        self.ticked = {str(record.id) for record in self.data}

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.ticked, self.data = set(filter(None, valuelist)), None

    def offer(self, records: sa.Select[Any] | Sequence[Any]) -> None:
        """Set what can be ticked; what is ticked already stays, though it may be out of use."""
        rows = _rows_of(records)
        before = [row for row in self.object_data or () if row not in rows]
        self.records = {str(row.id): row for row in (*rows, *before)}
        if self.data is None:
            self.data = [row for key, row in self.records.items() if key in self.ticked]

    def iter_choices(self) -> Iterator[Choice]:
        for key, row in self.records.items():
            yield Choice(value=key, label=words(row), selected=key in self.ticked, render_kw={})

    def pre_validate(self, form: Any) -> None:
        if not self.ticked <= self.records.keys():
            raise ValidationError(_("This cannot be chosen."))
