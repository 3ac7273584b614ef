"""The forms of reminder rules: what one is, and how it is switched on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice, SelectField
from wtforms.validators import Length

from crm.extensions import db
from crm.filters.columns import words
from crm.formatting import language
from crm.forms.base import BaseForm, Conflict, shown
from crm.forms.doubts import AsksAgain
from crm.forms.fields import OptionField, Required, TickedField, WholeNumberField, WordField
from crm.forms.picker import PickerField
from crm.models import (
    Noun,
    Option,
    OptionList,
    ReminderKind,
    ReminderRule,
    ReminderTaker,
    Role,
    User,
)
from crm.models.reminder_rule import MOST_BEFORE, MOST_DAYS, MOST_DUE_IN, MOST_HOURS
from crm.models.reminder_rule.dates import fields_offered
from crm.models.reminder_rule.texts import PLACEHOLDERS, unknown_in
from crm.models.task.reminding import OFFERED
from crm.reminder_words import date_word, dated_word
from crm.wording import WORDS
from crm.wording.times import before_word

UNGRADED = "days_0"
# So many tasks at once are asked about.
MANY = 100
_ROLES = (Role.REP, Role.MANAGER, Role.FINANCE, Role.ADMINISTRATOR)


class ReminderRuleForm(BaseForm):
    """What rules of each kind say; made by ``rule_form``."""

    # What of a rule its own kind alone says.
    OWN: tuple[str, ...] = ()

    name = StringField(_l("Name"), validators=[Required(), Length(max=200)])
    title = StringField(
        _l("What needs to be done"), validators=[Required(), Length(max=200)],
        description=_l("In braces: {customer}, {name}, {owner}, {date}, {days}."),
    )  # fmt: skip
    note = TextAreaField(_l("Note"), validators=[Length(max=10_000)], render_kw={"rows": 2})
    urgent = BooleanField(_l("Urgent"))
    important = BooleanField(_l("Important"))
    due_in: Any = WholeNumberField(_l("Due in so many days"), 0, MOST_DUE_IN, default=0)
    remind_before = TickedField(_l("Remind"), int, OFFERED, before_word)
    taker = WordField(_l("Who does it"), ReminderTaker)
    taker_role = SelectField(
        _l("Role"), coerce=lambda value: Role(value) if value else None,
        choices=[SelectChoice("", "—"),
                 *(SelectChoice(role.value, WORDS[Role][role]) for role in _ROLES)],
        description=_l("Of the owner's team, or of the nearest above it; by turns."),
    )  # fmt: skip
    taker_person = PickerField(_l("Person"), "user")

    # Days by grade, of silence alone.
    grades: dict[str, Option | None] = {}

    def validate_title(self, field: StringField) -> None:
        self._know(field)

    def validate_note(self, field: TextAreaField) -> None:
        self._know(field)

    def validate_taker_role(self, field: SelectField) -> None:
        if self.taker.data is ReminderTaker.ROLE and field.data is None:
            raise ValidationError(_("Please choose one."))

    def validate_taker_person(self, field: PickerField) -> None:
        if self.taker.data is not ReminderTaker.PERSON:
            return
        if field.data is None:
            raise ValidationError(_("Please choose one."))
        if not field.data.changes(Noun.TASKS):
            raise ValidationError(_("This person only reads: tasks would not be done."))

    def conflicts_with(self, record: ReminderRule) -> list[Conflict]:
        days = record.days_by_grade
        by_grade = (
            Conflict(str(self[name].label.text), shown(theirs), shown(self[name].data))
            for name, grade in self.grades.items()
            if (theirs := days.get(grade)) != self[name].data
        )
        return [*super().conflicts_with(record), *by_grade]

    @property
    def days_by_grade(self) -> list[Any]:
        """The fields that ask for the days of each grade."""
        return [self[name] for name in self.grades]

    def fill(self, rule: ReminderRule) -> dict[str, list[str]]:
        """Copy what was typed to ``rule``: what of it another table keeps, as a history says it."""
        self.plain_fields(rule, "name", "title", "note", "urgent", "important", "taker", *self.OWN)
        rule.remind_before = sorted(self.remind_before.data)
        is_role, is_person = (rule.taker is kind for kind in (ReminderTaker.ROLE,
                                                             ReminderTaker.PERSON))  # fmt: skip
        rule.taker_role = self.taker_role.data if is_role else None
        rule.taker_person = self.taker_person.data if is_person else None
        if not self.grades:
            return {}
        given = {grade: self[name].data for name, grade in self.grades.items()}
        return rule.set_grades({grade: many for grade, many in given.items() if many})

    def _know(self, field: StringField | TextAreaField) -> None:
        if unknown := unknown_in(field.data or ""):
            names = PLACEHOLDERS.values() if language() == "zh" else PLACEHOLDERS
            raise ValidationError(
                _("{%(word)s} names nothing here. These do: %(words)s", word=unknown[0],
                  words=_(", ").join(f"{{{each}}}" for each in names))
            )  # fmt: skip


class SilenceForm(ReminderRuleForm):
    OWN = ("due_in",)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        if not super().validate(*args, **kwargs):
            return False
        fields = self.days_by_grade
        if not any(field.data for field in fields):
            fields[0].errors = [_("After how many days? One grade needs some at least.")]
            return False
        return True


class AfterActivityForm(ReminderRuleForm):
    OWN = ("days", "activity_kind", "due_in")

    days = WholeNumberField(_l("So many days after"), 0, MOST_DAYS, validators=[Required()])
    activity_kind = OptionField(_l("Activity"), OptionList.ACTIVITY_KIND, empty=None)


class BeforeDateForm(ReminderRuleForm):
    OWN = ("days", "date_field", "yearly", "due_in")

    days = WholeNumberField(
        _l("So many days before"), 0, MOST_BEFORE, validators=[Required()],
        description=_l("0: on the day itself"),
    )  # fmt: skip
    date_field = SelectField(_l("Date"), validators=[Required()])
    yearly = BooleanField(_l("Comes again every year"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {field.key: dated_word(field) for field in fields_offered()}
        if before := self.date_field.object_data:  # one that is out of use stays
            offered.setdefault(before, date_word(before))
        self.date_field.choices = [SelectChoice(*each) for each in offered.items()]


class FirstContactForm(ReminderRuleForm):
    OWN = ("hours",)

    due_in = None
    hours = WholeNumberField(
        _l("Within so many hours"), 1, MOST_HOURS, validators=[Required()],
        description=_l("Counted from when the customer is entered, by night as by day."),
    )  # fmt: skip


_FORMS: dict[ReminderKind, type[ReminderRuleForm]] = {
    ReminderKind.ACTIVITY: AfterActivityForm,
    ReminderKind.DATE: BeforeDateForm,
    ReminderKind.FIRST_CONTACT: FirstContactForm,
}


def rule_form(kind: ReminderKind, rule: ReminderRule | None = None) -> ReminderRuleForm:
    """The form of a rule of this kind, as ``rule`` is now or as a new one begins."""
    form = _FORMS.get(kind) or _silence_form(rule)
    return form(obj=rule)


def _silence_form(rule: ReminderRule | None) -> type[ReminderRuleForm]:
    """With a field for each grade: after how many days."""
    days = rule.days_by_grade if rule is not None else {}
    offered: Sequence[Option] = db.session.scalars(Option.of(OptionList.GRADE)).all()
    kept = [grade for grade in days if grade is not None and grade not in offered]
    grades: dict[str, Option | None] = {f"days_{each.id}": each for each in [*offered, *kept]}
    grades[UNGRADED] = None
    fields = {
        name: WholeNumberField(words(grade) if grade else _("Without a grade"), 1, MOST_DAYS,
                               default=days.get(grade))
        for name, grade in grades.items()
    }  # fmt: skip
    return type("ThisSilenceForm", (SilenceForm,), {**fields, "grades": grades})


class SwitchOnForm(AsksAgain, BaseForm):
    """From when on a rule counts; many tasks at once are asked about."""

    # How many tasks that makes at once, if all counts; told by whoever makes the form.
    due: Callable[[bool], int]

    also_due = SelectField(
        _l("What counts"), coerce=lambda value: value == "1" or value is True,
        choices=[SelectChoice("", _l("Only what is due from now on")),
                 SelectChoice("1", _l("Also what is due already"))],
        description=_l("What was a cause once is none again, however often it is switched."),
    )  # fmt: skip

    def shows(self, rule: ReminderRule) -> bool:
        """Whether ``rule`` is still as its page showed it, with what it would make."""
        return bool(self.version.data == str(rule.version))

    def doubted(self) -> Sequence[str]:
        many = self.due(bool(self.also_due.data))
        if many <= MANY:
            return []
        return [ngettext("%(num)d task is made at once.", "%(num)d tasks are made at once.", many)]

    def switch_on(self, rule: ReminderRule, *, by: User) -> None:
        """Switch ``rule`` on as it was chosen."""
        rule.switch_on(by=by, also_due=bool(self.also_due.data))
