"""What narrows a list, as its page shows it: all the ways there are, and those in force."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, get_origin, get_type_hints

from flask_babel import gettext as _

from crm.filters import custom
from crm.filters.address import read, written
from crm.filters.facets import Choices, Facet


class Chip(NamedTuple):
    """One thing that narrows a list, in words, and the filter without it."""

    words: str
    without: Narrowing


class Panel(NamedTuple):
    """One way to narrow a list, as its form shows it."""

    name: str
    title: str
    value: Any
    choices: Choices
    chosen: tuple[str, ...]
    many: bool
    asks_for: str

    def words_for(self, text: str) -> str:
        """``Owner: 王芳``; of a switch only what it is."""
        return text if text == self.title else _("%(name)s: %(value)s", name=self.title, value=text)


class Narrowing:
    """The part of a list's filter that narrows it."""

    FACETS: ClassVar[tuple[Facet, ...]] = ()

    MODEL: ClassVar[Any] = None

    # What stays when everything that narrows it is taken off.
    KEPT: ClassVar[tuple[str, ...]] = ("sort", "columns")

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Any]]
        sort: str
        columns: tuple[str, ...]
        own: tuple[tuple[str, Any], ...]

    @classmethod
    def kinds(cls) -> dict[str, Any]:
        """Whatever can stand in the address, and as what: the firm's own fields too."""
        here: Any = cls
        return _kinds(here) | (custom.kinds(cls.MODEL.CUSTOM_NOUN) if cls.has_own_fields() else {})

    @classmethod
    def has_own_fields(cls) -> bool:
        """Whether the firm can add fields to what it lists."""
        return hasattr(cls.MODEL, "CUSTOM_NOUN")

    def changed(self, **changes: Any) -> Self:
        """This filter with ``changes``, among them values of the firm's own fields."""
        own = dict(changes.pop("own", self.own))
        own |= {name: changes.pop(name) for name in list(changes) if name.startswith("custom_")}
        chosen = sorted((name, value) for name, value in own.items() if value)
        return replace(self, own=tuple(chosen), **changes)

    def from_start(self, **changes: Any) -> Self:
        """This filter with ``changes``, at its first page."""
        return self.changed(**{"after": "", "before": "", **changes})

    @cached_property
    def cleared(self) -> Self:
        """This filter with nothing that narrows it: order, columns and the like stay."""
        return replace(
            self, **{**self._defaults, **{each: getattr(self, each) for each in self.KEPT}}
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but order, columns and page was chosen."""
        return self.from_start(view=None) != self.cleared

    @cached_property
    def panels(self) -> list[Panel]:
        """Every way to narrow it, with what can be chosen and what is."""
        own = custom.facets_of(self.MODEL) if self.has_own_fields() else ()
        return [self._panel(facet) for facet in (*self.FACETS, *own)]

    def _panel(self, facet: Facet) -> Panel:
        value = self._value(facet.name)
        values = value if isinstance(value, tuple) else (value,) if value else ()
        chosen = tuple(written(each) for each in values)
        many = isinstance(value, tuple | bool)
        choices = facet.choices(chosen)
        return Panel(facet.name, str(facet.title), value, choices, chosen, many, facet.asks_for)

    def _value(self, name: str) -> Any:
        """What was chosen of the facet ``name``."""
        if name in self._defaults:
            return getattr(self, name)
        return dict(self.own).get(name, self._default(name))

    def _default(self, name: str) -> Any:
        """What it is where nothing was chosen."""
        if name in self._defaults:
            return self._defaults[name]
        return () if get_origin(self.kinds()[name]) is tuple else None

    @cached_property
    def chips(self) -> list[Chip]:
        """What narrows it, one by one."""
        return [
            Chip(panel.words_for(text), self._without(panel.name, value))
            for panel in self.panels
            if panel.value != self._default(panel.name)
            for value, text in panel.choices
            if value in panel.chosen
        ]

    @property
    def _defaults(self) -> dict[str, Any]:
        return {field.name: field.default for field in fields(self)}

    def with_range(self, name: str, wanted: str) -> Self:
        """This filter with days that have a name, or with days or amounts from one to another."""
        return self.from_start(**{name: read([wanted], self.kinds()[name])})

    def _without(self, name: str, text: str) -> Self:
        value = self._value(name)
        if isinstance(value, tuple):
            rest = tuple(each for each in value if str(each) != text)
            return self.from_start(**{name: rest})
        return self.from_start(**{name: self._default(name)})


@cache
def _kinds(filter: type[Narrowing]) -> dict[str, Any]:
    """The fields of a filter of ours, by name; reading their hints takes as long as a query."""
    hints = get_type_hints(filter)
    return {field.name: hints[field.name] for field in fields(filter) if field.name != "own"}
