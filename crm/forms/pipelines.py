"""The forms of pipelines: a new one, and one with all of its stages."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FormField, SelectField
from wtforms.fields.choices import SelectChoice

from crm.extensions import db
from crm.formatting import days, label, language
from crm.forms.base import BaseForm, Conflict
from crm.forms.fields import Required, WholeNumberField, text
from crm.forms.rows import ColouredRow, RowsForm, fingerprint
from crm.forms.rows_field import RowsField
from crm.forms.stages import MOST_DAYS
from crm.models import Pipeline, Stage, User
from crm.models.option import InUse
from crm.models.pipeline import StagePlan
from crm.seed.stages import FIRST, TEMPLATES

MOST_STAGES = 300
ONE_STAGE = "one"


class Named(BaseForm):
    """A pipeline's name in both languages."""

    label_zh = text("中文", 80)
    label_en = text("English", 80)

    def validate(self, extra_validators: Any = None) -> bool:
        complete = super().validate(extra_validators)
        if any(self.labels):
            return complete
        # Not by a validator of the field: none is asked where nothing was typed.
        self.label_zh.errors = [_("Give it a name, in one language at least.")]
        return False

    @property
    def labels(self) -> tuple[str, str]:
        """The name in both languages; what is left empty is shown in the other one."""
        return self.label_zh.data or "", self.label_en.data or ""


class NewPipelineForm(Named):
    """A pipeline that begins with the stages of a template or of another pipeline."""

    begins_with = SelectField(_l("Begins with"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._others = {
            f"copy-{each.id}": each for each in db.session.scalars(Pipeline.all_of_them())
        }
        self.begins_with.choices = [
            SelectChoice(ONE_STAGE, _("One stage, to which you add")),
            *(SelectChoice(name, each.label(language())) for name, each in TEMPLATES.items()),
            *(SelectChoice(key, _("The stages of %(name)s", name=label(each)))
              for key, each in self._others.items()),
        ]  # fmt: skip

    def begin(self, *, by: User) -> Pipeline:
        """Make the pipeline."""
        zh, en = self.labels
        pipeline = Pipeline(label_zh=zh, label_en=en, stages=self._stages())
        return Pipeline.begin(pipeline, by=by)

    def _stages(self) -> list[Stage]:
        chosen = self.begins_with.data
        if chosen in TEMPLATES:
            return TEMPLATES[chosen].make_stages()
        if chosen in self._others:
            stages = self._others[chosen].stages
            return [stage.copied(position) for position, stage in enumerate(stages)]
        return [FIRST.made(0)]


class StageRow(ColouredRow):
    probability = WholeNumberField(_l("Probability"), 0, 100, validators=[Required()])
    days_to_rot = WholeNumberField(_l("Days"), 0, MOST_DAYS, validators=[Required()])

    @classmethod
    def particulars(cls, row: dict[str, Any]) -> list[str]:
        # What was typed may be no number: it is said at its field.
        chance, limit = row["probability"], row["days_to_rot"]
        return ["" if chance is None else f"{chance}%", "" if limit is None else days(limit)]


class PipelineForm(Named, RowsForm):
    """A pipeline's name, and its stages as rows."""

    MOST: ClassVar[int] = MOST_STAGES

    rows = RowsField(FormField(StageRow), max_entries=MOST_STAGES)

    @classmethod
    def of(cls, pipeline: Pipeline) -> PipelineForm:
        """The form as the pipeline is now, or, of a request that sends it, as it was typed."""
        data = {"rows": shown(pipeline), "version": version_of(pipeline)}
        return cls(obj=pipeline, data=data)

    def may_change(self, pipeline: Pipeline) -> bool:
        """Whether what was typed is complete and the pipeline still is as it was shown."""
        return self.may_save_over(
            shown(pipeline), pipeline.changes(), of=pipeline, version=version_of(pipeline)
        )

    def conflicts_with(self, record: Pipeline) -> list[Conflict]:
        return [*BaseForm.conflicts_with(self, record), *super().conflicts_with(record)]

    def change(self, pipeline: Pipeline, *, by: User) -> bool:
        """Make it what was typed; ``False``, with the reason, if deals stand in the way."""
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
        pipeline.rename(*self.labels, by=by)
        return True


def shown(pipeline: Pipeline) -> list[dict[str, Any]]:
    """The stages as the form's rows."""
    names = ("id", "label_zh", "label_en", "probability", "days_to_rot", "colour")
    return [{name: getattr(stage, name) for name in names} for stage in pipeline.stages]


def version_of(pipeline: Pipeline) -> str:
    """What changes whenever the name or one of the stages does."""
    name = {"label_zh": pipeline.label_zh, "label_en": pipeline.label_en}
    return fingerprint([name, *shown(pipeline)])
