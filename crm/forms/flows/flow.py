"""The form of one approval flow: its name, for what it is taken, and its steps as rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField, ValidationError

from crm.flow_words import Fact, differences, facts_of, lines_of
from crm.forms.base import Conflict
from crm.forms.fields import text
from crm.forms.flows.conditions import MOST_CONDITIONS, ConditionRow, check, shown, written
from crm.forms.flows.steps import MOST_PEOPLE, ONE_NAME, StepRow, row_of
from crm.forms.pipelines import Named
from crm.forms.rows import RowsForm, fingerprint, rearranged
from crm.forms.rows_field import RowsField
from crm.models import User
from crm.models.approval import ApprovalFlow, ApprovalStep, ApproverKind

MOST_STEPS = 12
# What a button names that changes a list within the form: ``up:rows-2-people-1``.
WITHIN = re.compile(
    r"(up|down|remove|add):(conditions|rows-\d{1,3}-(?:conditions|people))(?:-(\d{1,3}))?"
)


class FlowForm(Named, RowsForm):
    MOST: ClassVar[int] = MOST_STEPS

    label_zh = text(_l("Name in Chinese"), 80, description=ONE_NAME)
    label_en = text(_l("Name in English"), 80)
    conditions = RowsField(
        FormField(ConditionRow), label=_l("Conditions"), max_entries=MOST_CONDITIONS
    )
    rows = RowsField(FormField(StepRow), label=_l("Steps"), max_entries=MOST_STEPS)

    kind: str
    is_fallback = False

    @classmethod
    def new(cls, kind: str) -> FlowForm:
        """An empty one for documents of ``kind``, with a first step."""
        form = cls(data={"rows": [{"approver": ApproverKind.MANAGER}]})
        form.kind = kind
        return form

    @classmethod
    def of(cls, flow: ApprovalFlow) -> FlowForm:
        """The form as the flow is now, or, of a request that sends it, as it was typed."""
        data: dict[str, Any] = {"version": version_of(flow)}
        # Rows are told apart by their place alone: what was sent stands for itself.
        if request.method != "POST":
            current = flow.current
            data |= {
                "label_zh": flow.label_zh, "label_en": flow.label_en,
                "conditions": shown(current.conditions), "rows": list(map(row_of, current.steps)),
            }  # fmt: skip
        form = cls(data=data)
        form.kind, form.is_fallback = flow.kind, flow.is_fallback
        return form

    @classmethod
    def sent(cls, typed: MultiDict[str, str]) -> MultiDict[str, str]:
        return super().sent(_arranged_within(typed))

    @property
    def offered(self) -> Mapping[str, Fact]:
        """What a new condition can compare."""
        return {name: fact for name, fact in facts_of(self.kind).items() if fact.in_use}

    @property
    def drafted(self) -> tuple[list[dict[str, Any]], list[ApprovalStep]]:
        """Conditions and steps as they were typed, as far as they can be read."""
        steps = [row.form.drafted() for row in self.rows]
        return written(self.conditions), [step for step in steps if step]

    def validate_conditions(self, field: FieldList) -> None:
        if self.is_fallback and field.entries:
            raise ValidationError(_("This flow takes everything that no other takes."))
        if not self.is_fallback and not field.entries:
            raise ValidationError(_("Say for what it is taken: with no condition, no flow after it "
                                    "would ever be."))  # fmt: skip
        check(field, facts_of(self.kind))

    def validate(self, extra_validators: Any = None) -> bool:
        for row in self.rows:
            row.form.kind = self.kind
        return super().validate(extra_validators)

    def check_rules(self) -> None:
        """Mark what is wrong in conditions and steps; a flow that is tried needs no name yet."""
        self.validate()
        for field in (self.label_zh, self.label_en):
            field.errors = []

    def may_change(self, flow: ApprovalFlow) -> bool:
        """Whether what was typed is complete and the flow still is as it was shown."""
        return self.may_save(flow, version=version_of(flow))

    def conflicts_with(self, record: ApprovalFlow) -> list[Conflict]:
        """Line by line, as versions are compared."""
        current = record.current
        theirs = {_("Name"): record.both.replace("\n", " / ")}
        yours = {_("Name"): " / ".join(dict.fromkeys(filter(None, self.labels)))}
        theirs |= lines_of(current.conditions, current.steps)
        yours |= lines_of(*self.drafted)
        return [Conflict(*each) for each in differences(theirs, yours)]

    def save(self, flow: ApprovalFlow, *, by: User) -> None:
        """Make ``flow`` what was typed: a new version where conditions or steps are others."""
        conditions, steps = self.drafted
        flow.rename(*self.labels, by=by)
        if not flow.versions or _written(flow.current.conditions, flow.current.steps) != _written(
            conditions, steps
        ):
            flow.revise(steps, conditions, by=by)

    def begin(self, *, by: User) -> ApprovalFlow:
        """Make a flow of what was typed."""
        conditions, steps = self.drafted
        flow = ApprovalFlow.begin(self.kind, *self.labels)
        flow.revise(steps, conditions, by=by)
        return flow


def version_of(flow: ApprovalFlow) -> str:
    """What changes whenever the name, a condition or a step does."""
    return fingerprint([{"name": flow.both, "version": flow.current.number}])


def _written(conditions: list[dict[str, Any]], steps: list[ApprovalStep]) -> list[Any]:
    names = [name for name in ApprovalStep.__table__.columns.keys()  # noqa: SIM118  # no dict
             if name not in {"id", "version_id", "position"}]  # fmt: skip
    return [conditions, *([getattr(step, name) for name in names] for step in steps)]


def _arranged_within(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was typed, with one list within it (conditions, people) as the button asked."""
    asked = WITHIN.fullmatch(typed.get("arrange", ""))
    if asked is None:
        return typed
    verb, name, place = asked.groups()
    new: dict[str, str] | None = None
    if verb == "add":
        fact = typed.get(f"{name}-new", "")
        new = {"person": ""} if name.endswith("people") else {"fact": fact}
        if new.get("fact") == "":
            new = None
    most = MOST_PEOPLE if name.endswith("people") else MOST_CONDITIONS
    return rearranged(typed, name, verb, place or "", most=most, new=new)
