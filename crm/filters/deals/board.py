"""The filter of the board: what narrows it, how its cards stand, and what is on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Self

from flask import has_app_context
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from crm.filters.columns import Column
from crm.filters.deals import DealFilter
from crm.filters.facets import Facet
from crm.models import Pipeline, Stage

# What of the list's columns can stand on a card, those first that have their own place on it.
PLACED = ("name", "customer", "amount", "stage_since", "task", "owner")
ON_CARDS = ("expected", "chance", "weighted", "product", "next_step", "contact", "source", "tags",
            "code", "created")  # fmt: skip
# By what the cards of a column can stand in order.
SORTS = {"stage_since", "amount", "expected", "name", "last_contact"}


def _columns() -> tuple[Column, ...]:
    """The columns of the list as a card has them, and one that only cards have."""
    known = {column.name: column for column in DealFilter.COLUMNS}
    known["task"] = Column("task", _l("Next task"), lambda deal: None)
    # Read for all cards together (queries/beside.py): a card is drawn of one deal, too.
    known["last_contact"] = replace(known["last_contact"], load_for=None)
    return tuple(
        replace(
            known[name],
            shown=name in PLACED,
            sort=known[name].sort if name in SORTS else (),
        )
        for name in (*PLACED, "last_contact", *ON_CARDS)
    )


class Lanes(StrEnum):
    """By what the cards of the board stand in lanes."""

    OWNER = "owner"


@dataclass(frozen=True)
class BoardFilter(DealFilter):
    """What narrows the board: its columns are the stages, and its deals are open.

    What the columns of a list are to it the parts of a card are to the board.
    """

    pipeline: int | None = None  # none: the main one
    lanes: Lanes | None = None
    folded: tuple[int, ...] = ()  # the stages of which only the name is shown

    KEPT: ClassVar[tuple[str, ...]] = ("sort", "columns", "pipeline", "lanes", "folded")
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = tuple(
        (title, query) for title, query in DealFilter.VIEWS if "status" not in query
    )
    ENDPOINT: ClassVar[str] = "board.show"
    DEFAULT_SORT: ClassVar[str] = "stage_since"
    SHOWS: ClassVar[Any] = _l("Cards")
    IN_ORDER: ClassVar[bool] = False
    COLUMNS: ClassVar[tuple[Column, ...]] = _columns()
    FACETS: ClassVar[tuple[Facet, ...]] = tuple(
        facet
        for facet in DealFilter.FACETS
        if facet.name not in {"status", "stage", "closed", "pipeline", "reason"}
    )

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """As any list's; of a pipeline that went out of use the board is the main one's."""
        filter = super().parse(args)
        if filter.pipeline is None or not has_app_context():
            return filter
        is_here = Pipeline.wanted(filter.pipeline).id == filter.pipeline
        return filter if is_here else replace(filter, pipeline=None)

    @property
    def carried(self) -> dict[str, str]:
        """As of any list, but for what the form above the board asks for itself."""
        asked = {"pipeline", "lanes"}
        return {name: value for name, value in super().carried.items() if name not in asked}

    def shows(self, name: str) -> bool:
        """Whether a card has this part, or the board is in the order of it."""
        return name in self.parts or self.order.removeprefix("-") == name

    @cached_property
    def parts(self) -> frozenset[str]:
        """The names of what stands on a card."""
        return frozenset(column.name for column in self.shown)

    @cached_property
    def lines(self) -> tuple[Column, ...]:
        """What stands on a card in a line of its own."""
        return tuple(column for column in self.shown if column.name not in PLACED)

    def as_list(self, **changes: Any) -> str:
        """The address of the list with what narrows the board."""
        bare = {"sort": "", "columns": (), "lanes": None, "folded": (), "view": None}
        return self.from_start(**bare, **changes).url("deals.index")

    def folding(self, stage: Stage) -> Self:
        """This board with the column of a stage folded, or unfolded if it is."""
        others = tuple(each for each in self.folded if each != stage.id)
        folded = others if stage.id in self.folded else (*self.folded, stage.id)
        return self.from_start(folded=folded)
