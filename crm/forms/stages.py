"""The form of one stage: what it tells those who sell, and what it demands of their deals."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FormField,
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from crm.formatting import demand_word
from crm.forms.base import BaseForm, Conflict
from crm.forms.checklist import ChecklistRow, rows_of
from crm.forms.fields import RecordField, Required, StageField, WholeNumberField
from crm.forms.rows import RowsForm, fingerprint
from crm.forms.rows_field import RowsField
from crm.models import CustomField, CustomNoun, Pipeline, Stage, User
from crm.models.pipeline import StageRequirement

MOST_DAYS = 999


class DemandsField(SelectMultipleField):
    """Fields of a deal, ours and the firm's own, that must be filled."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        own = CustomField.in_use(CustomNoun.DEAL)
        names = [*(each.value for each in StageRequirement), *(field.key for field in own)]
        choices = [SelectChoice(name, demand_word(name)) for name in names]
        super().__init__(label, choices=choices, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.choices}:
            raise ValidationError(_("This cannot be chosen."))

    @classmethod
    def shown(cls, names: list[str]) -> str:
        """Them in words, for whoever compares."""
        return ", ".join(map(demand_word, names)) or "—"


class StageForm(RowsForm):
    """What is set of a stage on a page of its own; its rows are the checklist."""

    MAY_BE_EMPTY: ClassVar[bool] = True

    guidance_zh = TextAreaField(_l("Guidance (中文)"), validators=[Length(max=2_000)])
    guidance_en = TextAreaField(_l("Guidance (English)"), validators=[Length(max=2_000)],
                                render_kw={"lang": "en"})  # fmt: skip
    days_to_rot = WholeNumberField(_l("Days"), 0, MOST_DAYS, validators=[Required()])
    locks_owner = BooleanField(_l("Deals stay with their owner"))
    required = DemandsField(_l("Needed to enter"))
    required_to_leave = DemandsField(_l("Needed to leave"))
    rows = RowsField(FormField(ChecklistRow), max_entries=RowsForm.MOST)

    @classmethod
    def of(cls, stage: Stage) -> StageForm:
        """The form as the stage is now, or, of a request that sends it, as it was typed."""
        return cls(obj=stage, data={"rows": rows_of(stage), "version": version_of(stage)})

    def may_change(self, stage: Stage) -> bool:
        """Whether what was typed is complete and the stage still is as it was shown."""
        return self.may_save_over(
            rows_of(stage), stage.changes(), of=stage, version=version_of(stage)
        )

    def conflicts_with(self, record: Stage) -> list[Conflict]:
        return [*BaseForm.conflicts_with(self, record), *super().conflicts_with(record)]

    def change(self, stage: Stage, *, by: User) -> None:
        """Make ``stage`` what was typed."""
        before = stage.said()
        stage.guidance_zh = self.guidance_zh.data or ""
        stage.guidance_en = self.guidance_en.data or ""
        self.plain_fields(stage, "days_to_rot", "locks_owner", "required", "required_to_leave")
        stage.arrange_checklist([
            row.form.plan({str(item.id): item for item in stage.to_tick}) for row in self.rows
        ])  # fmt: skip
        stage.note_changes(before, by=by)

    @property
    def demands(self) -> list[tuple[str, str, bool, bool]]:
        """Each field of a deal: its name, its words, whether it is needed to enter, to leave."""
        return [
            (each.value, each.label, each.value in (self.required.data or ()),
             each.value in (self.required_to_leave.data or ()))
            for each in self.required.choices
        ]  # fmt: skip


class StageRetirementForm(BaseForm):
    """Into which stage of the same pipeline the deals go."""

    into = RecordField(_l("Its deals go to"))

    def __init__(self, stage: Stage, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        others = [other for other in stage.pipeline.stages if other is not stage]
        if not self.is_submitted():
            # Where they came from, else where they go next.
            before = [other for other in others if other.position < stage.position]
            self.into.chosen = str((before or others or [stage])[-1 if before else 0].id)
        self.into.offer(others)


class PipelineRetirementForm(BaseForm):
    """Into which stage of another pipeline the deals go; without open deals nothing is asked."""

    into = StageField(_l("Its deals go to"), elsewhere=True)

    def __init__(self, pipeline: Pipeline, *, moves: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.into.empty = None if moves else ""
        self.into.offer(Stage.in_all_use().where(Stage.pipeline_id != pipeline.id))


def version_of(stage: Stage) -> str:
    """What changes whenever something does that the stage's page sets."""
    return fingerprint([dict(stage.said()), *rows_of(stage)])
