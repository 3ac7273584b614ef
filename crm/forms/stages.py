"""The form of a pipeline's stages."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField

from crm.formatting import days
from crm.forms.fields import Required, WholeNumberField
from crm.forms.rows import MOST_ROWS, RowForm, RowsForm, fingerprint
from crm.models import Pipeline, User
from crm.models.option import InUse
from crm.models.pipeline import StagePlan

MOST_DAYS = 999


class StageRow(RowForm):
    probability = WholeNumberField(_l("Probability"), 0, 100, validators=[Required()])
    days_to_rot = WholeNumberField(_l("Days"), 0, MOST_DAYS, validators=[Required()])

    @classmethod
    def particulars(cls, row: dict[str, Any]) -> list[str]:
        # What was typed may be no number: it is said at its field.
        chance, limit = row["probability"], row["days_to_rot"]
        return ["" if chance is None else f"{chance}%", "" if limit is None else days(limit)]


class StagesForm(RowsForm):
    rows = FieldList(FormField(StageRow), max_entries=MOST_ROWS)

    @classmethod
    def of(cls, pipeline: Pipeline) -> StagesForm:
        """The form as the stages are now."""
        rows = shown(pipeline)
        return cls(data={"rows": rows, "version": fingerprint(rows)})

    def arrange(self, pipeline: Pipeline, *, by: User) -> bool:
        """Make the stages what was typed; ``False``, with the reason, if deals stand in the way."""
        stages = {str(stage.id): stage for stage in pipeline.stages}
        plans = [
            StagePlan(
                row.labels[0], row.labels[1], row.probability.data, row.days_to_rot.data,
                row.colour.data, stage=stages.get(row.id.data or ""),
            )
            for row in (entry.form for entry in self.rows)
        ]  # fmt: skip
        try:
            pipeline.arrange(plans, by=by)
        except InUse as error:
            self.rows.errors = [_(
                "“%(name)s” cannot go: deals stand there, or stood there once, and their history "
                "would be lost. Nothing was saved.", name=error.what,
            )]  # fmt: skip
            return False
        return True


def shown(pipeline: Pipeline) -> list[dict[str, Any]]:
    """The stages as the form's rows."""
    names = ("id", "label_zh", "label_en", "probability", "days_to_rot", "colour")
    return [{name: getattr(stage, name) for name in names} for stage in pipeline.stages]
