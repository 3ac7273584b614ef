"""The records of another list, as what narrows a list."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from crm.filters.base import ListFilter


class OfList(str):
    """The records of another list, as the address of that list tells them apart.

    :raises ValueError: nothing narrows that list.
    """

    LONGEST: ClassVar[int] = 2000
    LISTED: ClassVar[type[ListFilter]]

    def __new__(cls, written: str) -> Self:
        listed = cls.LISTED.parse_text(written).from_start(sort="", columns=(), view=None)
        if listed == cls.LISTED():
            raise ValueError(written)
        return cls.of(listed)

    @classmethod
    def of(cls, listed: ListFilter) -> Self:
        """Those that ``listed`` lists."""
        return super().__new__(cls, listed.text())

    @property
    def filter(self) -> Any:
        """The filter of that list."""
        return self.LISTED.parse_text(self)

    def words(self) -> str:
        """What they are narrowed by, in the reader's language."""
        return " · ".join(chip.words for chip in self.filter.chips)
