"""What every list's filter does: parse leniently, narrow a Select, print itself back."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import UnionType
from typing import Any, ClassVar, Self, get_args, get_type_hints

from flask import url_for
from sqlalchemy import ColumnElement, Select
from werkzeug.datastructures import MultiDict

from crm.models import User
from crm.paging import LAST_PAGE, Page

LONGEST = 200


@dataclass(frozen=True)
class ListFilter:
    """A list's filter. What cannot be understood in the address is as if it were not there."""

    q: str = ""
    sort: str = ""
    page: int = 1

    # The allow-list of orders: name → the columns, the last one unique.
    SORTS: ClassVar[dict[str, tuple[ColumnElement[Any] | Any, ...]]] = {}
    DEFAULT_SORT: ClassVar[str] = ""
    OPTIONS: ClassVar[tuple[Any, ...]] = ()

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """The filter that an address describes."""
        kinds = get_type_hints(cls)
        values = {
            field.name: value
            for field in fields(cls)
            if (written := args.get(field.name, "").replace("\0", "").strip()[:LONGEST])
            and (value := _read(written, kinds[field.name])) is not None
        }
        return cls(**values)

    def args(self, **changes: Any) -> dict[str, str]:
        """The query arguments that describe this filter, with ``changes``; defaults left out."""
        changed = replace(self, **changes)
        return {
            field.name: "1" if value is True else str(value)
            for field in fields(changed)
            if (value := getattr(changed, field.name)) != field.default
        }

    def url(self, endpoint: str, **changes: Any) -> str:
        """The address of ``endpoint`` with this filter, changed by ``changes``."""
        return url_for(endpoint, **self.args(**changes))  # type: ignore[arg-type]

    def sorted_by(self, name: str) -> dict[str, str]:
        """The query arguments that sort by ``name``, or the other way round if it is so already."""
        wanted = f"-{name}" if self.order == name else name
        return self.args(sort=wanted, page=1)

    @property
    def order(self) -> str:
        """The order in force: a name of ``SORTS``, with ``-`` before it for descending."""
        return self.sort if self.sort.removeprefix("-") in self.SORTS else self.DEFAULT_SORT

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but order and page was chosen."""
        return bool(self.args(sort="", page=1))

    def select(self, user: User) -> Select[Any]:
        """What ``user`` sees of the list, narrowed and in order."""
        chosen = self.narrow(user)
        columns = self.SORTS[self.order.removeprefix("-")]
        descending = self.order.startswith("-")
        return chosen.order_by(*(column.desc() if descending else column for column in columns))

    def narrow(self, user: User) -> Select[Any]:
        """What ``user`` sees of the list, narrowed."""
        raise LookupError(f"{type(self).__name__} does not say what it lists")

    def shown_to(self, user: User) -> Page[Any]:
        """The page of the list that was asked for."""
        return Page.of(self.select(user), min(self.page, LAST_PAGE), options=self.OPTIONS)


def _read(written: str, kind: Any) -> Any:
    """``written`` as ``kind``, or ``None``."""
    if isinstance(kind, UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    try:
        if kind is bool:
            return written == "1"
        if kind is int:
            number = int(written)
            return number if 0 < number < 2**31 else None
        if issubclass(kind, StrEnum):
            return kind(written)
        return kind(written)
    except ValueError:
        return None
