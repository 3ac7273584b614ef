"""The plan of an import: what its columns mean, and how its rows become records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from crm.importers.fields import Field
from crm.importers.mapping import Mapping, guess, halves_in, scales_in
from crm.importers.matching import Meanings

# The halves of a person's name are filled like fields of their own.
FAMILY, GIVEN = ".family", ".given"


class Mode(StrEnum):
    """What is done with a row: by whether its record is here."""

    BOTH = "both"
    CREATE = "create"
    UPDATE = "update"


@dataclass(frozen=True)
class Plan:
    """Everything that is decided about a file before it is checked."""

    # Field → column, and field → what stands where its cell is empty.
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    # The field by which a row finds its record; "": the surest one that is filled.
    key: str = ""
    mode: Mode = Mode.BOTH
    # ``mdy`` or ``dmy``, for dates that can be read both ways.
    day_order: str | None = None
    # Records that are here keep what they say: only what is empty there is filled in.
    fills_only: bool = False
    # What values stand for, and how many the columns of amounts count at a time.
    meanings: Meanings = field(default_factory=dict)
    scales: dict[str, int] = field(default_factory=dict)
    # Options that a list does not have yet are put into it.
    makes_options: bool = False
    # Rows with problems are left out and the others written; else all or none.
    partly: bool = False

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Plan:
        """What ``stored`` gave."""
        return cls(**{**stored, "mode": Mode(stored["mode"])}) if stored else cls()

    @classmethod
    def guessed(
        cls, fields: Sequence[Field], header: Sequence[str], samples: Sequence[Sequence[str]]
    ) -> Plan:
        """What the header and the first rows suggest."""
        halves = halves_in(fields, header)
        columns = dict(guess(fields, header, samples, without=halves))
        for name, (family, given) in halves.items():
            columns |= {name + FAMILY: family, name + GIVEN: given}
        return cls(columns, scales=scales_in(fields, columns))

    @property
    def stored(self) -> dict[str, Any]:
        """The plan as JSON keeps it."""
        return asdict(self)

    def taking(self, *, partly: bool) -> Plan:
        """The same, with or without the rows that have problems."""
        return replace(self, partly=partly)

    def reads_as(self, other: Plan) -> bool:
        """Whether both say the same but for what values stand for."""
        mine, others = (replace(each, meanings={}, partly=False) for each in (self, other))
        return mine == others

    def within(self, header: Iterable[str]) -> Plan:
        """The same, without columns that the file does not have."""
        there = set(header)
        kept = {name: column for name, column in self.columns.items() if column in there}
        return replace(self, columns=kept)

    @property
    def mapping(self) -> Mapping:
        """The mapping that it describes; it was checked by who made it."""
        whole = {name: column for name, column in self.columns.items() if "." not in name}
        halves = {
            name.removesuffix(FAMILY): (column, self.columns[name.removesuffix(FAMILY) + GIVEN])
            for name, column in self.columns.items()
            if name.endswith(FAMILY) and name.removesuffix(FAMILY) + GIVEN in self.columns
        }
        return Mapping(whole, dict(self.constants), self.meanings, halves, self.scales)
