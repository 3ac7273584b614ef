"""The filter of the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crm.filters.columns import Column
from crm.filters.deals import DealFilter
from crm.filters.facets import Facet


@dataclass(frozen=True)
class BoardFilter(DealFilter):
    """What narrows the board: its columns are the stages, and its deals are open."""

    ENDPOINT: ClassVar[str] = "board.show"
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    FACETS: ClassVar[tuple[Facet, ...]] = tuple(
        facet
        for facet in DealFilter.FACETS
        if facet.name not in {"status", "stage", "closed", "pipeline", "reason"}
    )
