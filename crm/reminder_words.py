"""Reminder rules in words: for what reason one makes a task, and for whom."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from crm.formatting import days, label
from crm.models import CustomNoun, ReminderKind, ReminderRule, ReminderTaker
from crm.models.reminder_rule.dates import DatedField, field_of
from crm.nouns import noun_word
from crm.wording import person_word, word_for
from crm.wording.fields import field_word

# What each kind is for: under its name, where one is chosen.
KINDS_SAID: dict[ReminderKind, str] = {
    ReminderKind.SILENCE: _l("Nobody was in touch with a customer for so many days."),
    ReminderKind.ACTIVITY: _l("So many days after a visit, a call or whatever was noted."),
    ReminderKind.DATE: _l("So many days before a renewal, an inspection or a birthday."),
    ReminderKind.FIRST_CONTACT: _l("A customer is new and is to be called within so many hours."),
}


def reason_words(rule: ReminderRule) -> str:
    """``3 days after: Visit``: for what reason ``rule`` makes a task."""
    match rule.kind:
        case ReminderKind.SILENCE:
            return _("No contact: %(grades)s", grades=_by_grade(rule))
        case ReminderKind.ACTIVITY:
            kind = label(rule.activity_kind)
            return _("%(days)s after: %(what)s", days=days(rule.days or 0), what=kind)
        case ReminderKind.DATE:
            return _before(rule)
    return ngettext(
        "First contact with a new customer within %(num)d hour",
        "First contact with a new customer within %(num)d hours",
        rule.hours or 0,
    )


def taker_words(rule: ReminderRule) -> str:
    """``Manager``, ``王芳``: who is to do what ``rule`` makes."""
    match rule.taker:
        case ReminderTaker.ROLE:
            return word_for(rule.taker_role) if rule.taker_role else "—"
        case ReminderTaker.PERSON:
            return person_word(rule.taker_person) if rule.taker_person else "—"
    return word_for(rule.taker)


def date_word(key: str) -> str:
    """``Contact: Birthday``: what a date that rules count to is called, by its key."""
    field = field_of(key)
    return dated_word(field) if field is not None else key


def dated_word(field: DatedField) -> str:
    """The same, of the field."""
    noun = CustomNoun(field.model.__tablename__)
    name = label(field.custom) if field.custom is not None else field_word(noun, field.name)
    return _("%(noun)s: %(field)s", noun=noun_word(noun), field=name)


def _before(rule: ReminderRule) -> str:
    field = date_word(rule.date_field or "")
    when = _("%(days)s before", days=days(rule.days)) if rule.days else _("On the day")
    if rule.yearly:
        return _("%(when)s: %(what)s, every year", when=when, what=field)
    return _("%(when)s: %(what)s", when=when, what=field)


def _by_grade(rule: ReminderRule) -> str:
    ordered = sorted(rule.grades, key=lambda each: each.grade.position if each.grade else 2**30)
    said = (
        _("%(grade)s %(days)s",
          grade=label(each.grade) if each.grade else _("Without a grade"), days=days(each.days))
        for each in ordered
    )  # fmt: skip
    return _(", ").join(said)
