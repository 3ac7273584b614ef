"""Steps as rows: who decides each, how many of them, and what happens if nobody does."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, ValidationError

from crm.extensions import db
from crm.flow_words import SEVERAL, all_teams, facts_of
from crm.forms.fields import RecordField, WholeNumberField, WordField, text
from crm.forms.flows.conditions import MOST_CONDITIONS, ConditionRow, check, shown, written
from crm.forms.picker import PickerField
from crm.forms.rows import BareRow, RowForm
from crm.forms.rows_field import RowsField
from crm.models import Role, User, UserRole
from crm.models.approval import ApprovalStep, ApproverKind, Mode, OwnRule

MOST_PEOPLE = 20
MOST_LEVELS = 9
MOST_HOURS = 999
ONE_NAME = _l("In one language at least")


class PersonRow(BareRow):
    """One of the people who are named."""

    person = PickerField(_l("Person"), "user")


class StepRow(RowForm):
    label_zh = text(_l("Name in Chinese"), 80, description=ONE_NAME)
    label_en = text(_l("Name in English"), 80)
    approver = WordField(_l("Who decides"), ApproverKind, default=ApproverKind.MANAGER)
    level = WholeNumberField(_l("How far up"), 1, MOST_LEVELS)
    team = RecordField(_l("Team"), empty=_l("The claimant's"))
    role = WordField(_l("Role"), Role, default=Role.FINANCE)
    people = RowsField(FormField(PersonRow), label=_l("People"), max_entries=MOST_PEOPLE)
    mode = WordField(_l("How many must agree"), Mode, default=Mode.ANY)
    own = WordField(_l("If it is the claimant"), OwnRule, default=OwnRule.UP)
    remind_hours = WholeNumberField(_l("Remind after (hours)"), 1, MOST_HOURS, default=24)
    escalate_hours = WholeNumberField(_l("Up to the superior after (hours)"), 1, MOST_HOURS)
    conditions = RowsField(
        FormField(ConditionRow), label=_l("Conditions"), max_entries=MOST_CONDITIONS
    )

    # Of the documents.
    kind = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team.offer(all_teams())
        if not self.people.entries:
            self.people.append_entry()  # to be written in at once

    @property
    def named(self) -> list[User]:
        """The people who are named, each once."""
        chosen = [row.form.person.data for row in self.people]
        return list(dict.fromkeys(person for person in chosen if person))

    def validate_role(self, field: WordField) -> None:
        if self.approver.data is not ApproverKind.ROLE:
            return
        holders = User.active().join(UserRole).where(UserRole.role == field.data)
        if db.session.scalar(holders.limit(1)) is None:
            raise ValidationError(_("Nobody who works here has this role."))

    def validate_team(self, field: RecordField) -> None:
        chosen = field.data if self.approver.data is ApproverKind.TEAM_HEAD else None
        if chosen is not None and not (chosen.head and chosen.head.is_active):
            raise ValidationError(_("Nobody heads this team."))

    def validate_people(self, field: FieldList) -> None:
        if self.approver.data is ApproverKind.NAMED and not self.named:
            raise ValidationError(_("Name one person at least."))

    def validate_conditions(self, field: FieldList) -> None:
        check(field, facts_of(self.kind))

    def validate_remind_hours(self, field: WholeNumberField) -> None:
        last = self.escalate_hours.data
        if field.data and last and field.data >= last:
            raise ValidationError(_("By then it has gone up already."))

    def drafted(self) -> ApprovalStep | None:
        """The step as it was typed, as far as it can be read; of what its kind does not ask
        nothing is kept."""
        kind = self.approver.data
        if not isinstance(kind, ApproverKind):
            return None
        zh, en = self.labels
        by_level = kind in {ApproverKind.NTH_MANAGER, ApproverKind.TEAM_HEAD}
        team = self.team.data if kind is ApproverKind.TEAM_HEAD else None
        return ApprovalStep(
            label_zh=zh, label_en=en, conditions=written(self.conditions), approver=kind,
            level=(self.level.data or 1) if by_level and team is None else 1,
            team_id=team.id if team else None,
            role=self.role.data if kind is ApproverKind.ROLE else None,
            user_ids=[user.id for user in self.named] if kind is ApproverKind.NAMED else [],
            mode=(self.mode.data or Mode.ANY) if kind in SEVERAL else Mode.ANY,
            own=self.own.data or OwnRule.UP,
            remind_hours=self.remind_hours.data, escalate_hours=self.escalate_hours.data,
        )  # fmt: skip


def row_of(step: ApprovalStep) -> dict[str, Any]:
    """A step as the form's row."""
    names = ("id", "label_zh", "label_en", "approver", "level", "mode", "own", "remind_hours",
             "escalate_hours")  # fmt: skip
    people = {user.id: user for user in db.session.scalars(
        User.active().where(User.id.in_(step.user_ids))
    )}  # fmt: skip
    return {name: getattr(step, name) for name in names} | {
        "team": next((team for team in all_teams() if team.id == step.team_id), None),
        "role": step.role or Role.FINANCE,
        "people": [{"person": people[id]} for id in step.user_ids if id in people],
        "conditions": shown(step.conditions),
    }
