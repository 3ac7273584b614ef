"""How pressing tasks are: urgent or not, important or not."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, case

from crm.models import Task


class Quadrant(StrEnum):
    """Urgent or not, important or not; what is both comes first."""

    BOTH = "both"
    IMPORTANT = "important"
    URGENT = "urgent"
    NEITHER = "neither"

    @classmethod
    def of(cls, task: Task) -> Quadrant:
        """The one that ``task`` stands in."""
        flags = task.urgent, task.important
        return next(each for each in cls if (each.is_urgent, each.is_important) == flags)

    @property
    def is_urgent(self) -> bool:
        return self in (Quadrant.BOTH, Quadrant.URGENT)

    @property
    def is_important(self) -> bool:
        return self in (Quadrant.BOTH, Quadrant.IMPORTANT)

    @property
    def condition(self) -> ColumnElement[bool]:
        """The condition that a task is just so."""
        return and_(Task.urgent.is_(self.is_urgent), Task.important.is_(self.is_important))

    @property
    def words(self) -> str:
        """What it is called in the reader's language."""
        return str(QUADRANTS[self])

    @property
    def tone(self) -> str:
        """Its colour."""
        return TONES[self]


QUADRANTS = {
    Quadrant.BOTH: _l("Urgent and important"),
    Quadrant.IMPORTANT: _l("Important, not urgent"),
    Quadrant.URGENT: _l("Urgent, not important"),
    Quadrant.NEITHER: _l("Neither"),
}
TONES = {
    Quadrant.BOTH: "red", Quadrant.IMPORTANT: "amber", Quadrant.URGENT: "blue",
    Quadrant.NEITHER: "grey",
}  # fmt: skip
# On its day, what is urgent comes first, then what is important.
LIGHTNESS = case((Task.urgent, 0), else_=2) + case((Task.important, 0), else_=1)
