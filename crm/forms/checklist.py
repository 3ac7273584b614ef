"""The rows of a stage's checklist."""

from __future__ import annotations

from typing import Any

from crm.forms.rows import RowForm
from crm.models import ChecklistItem, Stage
from crm.models.pipeline import ChecklistPlan


class ChecklistRow(RowForm):
    """Something to be done before a deal leaves the stage."""

    def plan(self, known: dict[str, ChecklistItem]) -> ChecklistPlan:
        """What the row says of one of the items ``known``, by their ids, or of a new one."""
        return ChecklistPlan(*self.labels, known.get(self.id.data or ""))


def rows_of(stage: Stage) -> list[dict[str, Any]]:
    """What the checklist demands now, as the form's rows."""
    names = ("id", "label_zh", "label_en")
    return [{name: getattr(item, name) for name in names} for item in stage.to_tick]
