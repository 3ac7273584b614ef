"""The filter of the four quadrants of tasks: narrowed as their list, in the order of their days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from werkzeug.datastructures import MultiDict

from crm.filters.columns import Column
from crm.filters.facets import Facet
from crm.filters.tasks import TaskFilter
from crm.filters.tasks.priority import LIGHTNESS, Quadrant
from crm.models import Task, User
from crm.paging import Order


@dataclass(frozen=True)
class QuadrantFilter(TaskFilter):
    ENDPOINT: ClassVar[str] = "task_quadrants.index"
    KEPT: ClassVar[tuple[str, ...]] = ()
    DEFAULT_SORT: ClassVar[str] = ""
    GROUPINGS: ClassVar[dict[Any, Any]] = {}
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    LOADED: ClassVar[tuple[Any, ...]] = Task.for_changes()
    FACETS: ClassVar[tuple[Facet, ...]] = tuple(
        facet for facet in TaskFilter.FACETS if facet.name != "quadrant"
    )

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """As the list's; what stands in which quadrant narrows nothing."""
        return replace(super().parse(args), quadrant=(), by=None)

    def placed(self, user: User) -> Order:
        return Order.by(Task.due_on, Task.due_time, LIGHTNESS, unique=Task.id)

    def as_list(self, quadrant: Quadrant) -> str:
        """The address of the list of what stands in one of them."""
        return self.from_start(view=None, quadrant=(quadrant,)).url("tasks.index")
