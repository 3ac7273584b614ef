"""The quadrants of tasks: how many stand in each, and the first of them by their days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, union_all

from crm.extensions import db
from crm.filters.tasks.priority import Quadrant
from crm.filters.tasks.quadrants import QuadrantFilter
from crm.models import Task, User

# More are looked through in the list.
TASKS_PER_QUADRANT = 30


@dataclass(frozen=True)
class Field:
    """One quadrant."""

    quadrant: Quadrant
    count: int
    tasks: Sequence[Task]

    @property
    def has_more(self) -> bool:
        return self.count > len(self.tasks)


def fields(
    filter: QuadrantFilter, user: User, wanted: Iterable[Quadrant] = tuple(Quadrant)
) -> list[Field]:
    """The quadrants ``wanted``: two queries, however many tasks."""
    wanted = list(wanted)
    counts, tasks = _counts(filter, user), _first(filter, user, wanted)
    return [
        Field(each, counts.get(each, 0), [task for task in tasks if Quadrant.of(task) is each])
        for each in wanted
    ]


def _counts(filter: QuadrantFilter, user: User) -> dict[Quadrant, int]:
    flags = filter.narrow(user).with_only_columns(Task.urgent, Task.important).subquery()
    counted = select(flags.c.urgent, flags.c.important, func.count()).group_by(
        flags.c.urgent, flags.c.important
    )
    found = {(urgent, important): count for urgent, important, count in db.session.execute(counted)}
    return {each: found.get((each.is_urgent, each.is_important), 0) for each in Quadrant}


def _first(filter: QuadrantFilter, user: User, wanted: list[Quadrant]) -> Sequence[Task]:
    order, seen = filter.placed(user), filter.narrow(user).with_only_columns(Task.id)
    ids = [
        select(order.sort(seen.where(each.condition)).limit(TASKS_PER_QUADRANT).subquery().c.id)
        for each in wanted
    ]
    first = select(Task).where(Task.id.in_(union_all(*ids)))
    return db.session.scalars(order.sort(first).options(*filter.loaded_for(user))).all()
