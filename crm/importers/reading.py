"""How a line of the file becomes a row: each cell is read by the parser of its field."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from crm.importers.amounts import scaled
from crm.importers.fields import Field
from crm.importers.known import Known
from crm.importers.mapping import Mapping
from crm.importers.matching import Matching
from crm.importers.plan import Mode
from crm.importers.problems import BadValue, Problem
from crm.importers.rows import Result, Row
from crm.importers.table import Line


class Reading(ABC):
    """Reads lines one by one, and keeps what is wrong with them."""

    mapping: Mapping
    known: Known
    mode: Mode
    matching: Matching
    result: Result
    _fields: list[Field]
    _key_field: str
    _line_of: dict[str, int]

    def report(self, row: Row, error: BadValue) -> None:
        """Add a problem with ``row``."""
        name = error.field or ""
        column = self.mapping.columns.get(name, name)
        self.result.problems.append(
            Problem(row.line, column, row.texts.get(name, ""), error.reason)
        )

    @abstractmethod
    def key(self, row: Row) -> str:
        """What a row is known by.

        :raises BadValue: it says something by which nothing can be found.
        """

    @property
    def needs_key(self) -> bool:
        """Whether a row without its key is a problem; without a code it is a new record."""
        return self._key_field != "code" or self.mode is Mode.UPDATE

    def _read(self, header: Sequence[str], line: Line) -> Row | None:
        if len(line.cells) != len(header):
            reason = _("has %(cells)s cells, the header has %(columns)s",
                       cells=len(line.cells), columns=len(header))  # fmt: skip
            self.result.problems.append(Problem(line.number, "", "", reason))
            return None
        row = Row(line.number, self.mapping.texts(dict(zip(header, line.cells, strict=True))), {})
        faults = [error for field in self._fields if (error := self._parse(field, row))]
        if not faults:
            try:
                row.key = self.key(row)
            except BadValue as no_key:
                faults.append(no_key)
        for error in faults:
            self.report(row, error)
        return row if not faults and self._is_first(row) else None

    def _parse(self, field: Field, row: Row) -> BadValue | None:
        row.values[field.name] = None
        try:
            if text := row.texts[field.name]:
                row.values[field.name] = self._value(field, text)
        except BadValue as error:
            return BadValue(error.reason, field.name)
        if row.values[field.name] is None and self._is_needed(field):
            return BadValue(_("is empty"), field.name)
        return None

    def _value(self, field: Field, text: str) -> Any:
        factor = self.mapping.scales.get(field.name, 1)
        return self.matching.read(field, scaled(text, factor, self.known) if factor > 1 else text)

    def _is_needed(self, field: Field) -> bool:
        """Whether a row that does not say it is bad."""
        if field.never_empty or (field.name == self._key_field and self.needs_key):
            return True
        return field.required and self.mode is not Mode.UPDATE

    def _is_first(self, row: Row) -> bool:
        first = self._line_of.setdefault(row.key, row.line)
        if first != row.line:
            error = BadValue(_("is on line %(line)s already", line=first), self._key_field)
            self.report(row, error)
        return first == row.line
