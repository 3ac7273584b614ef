"""The part of a form that says how a task comes again."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice, SelectField

from crm.forms.fields import DayField, TickedField, WholeNumberField
from crm.models import Task, User
from crm.recurrence import LAST, MOST_EVERY, MOST_TIMES, Every, Rule
from crm.wording.recurrence import weekday_word

THIS, FOLLOWING = "this", "following"
SAME_DAY, LAST_DAY, SAME_WEEKDAY, LAST_WEEKDAY = "day", "last", "weekday", "last_weekday"


# What is asked of which of them; a sheet hides the rest (``components/forms.css``).
APPLY = {
    "interval": tuple(Every), "weekdays": (Every.WEEK,), "monthly": (Every.MONTH,),
    "until": tuple(Every), "times": tuple(Every),
}  # fmt: skip


class Reaching:
    """A mixin of a form of what comes again: whether those that follow are changed, too."""

    reach = SelectField(_l("What is changed"), default=THIS, choices=[
        SelectChoice(THIS, _l("Only this one")),
        SelectChoice(FOLLOWING, _l("This one and all that follow")),
    ])  # fmt: skip

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, **kwargs)  # type: ignore[call-arg]
        if obj is None or obj.rule is None:
            del self.reach


class Repeating(Reaching):
    """A mixin of a form with ``due_on``: by which rule it comes again, and how far that reaches."""

    due_on: DayField

    every = SelectField(_l("Comes again"), coerce=lambda value: value or None, choices=[
        SelectChoice("", _l("not at all")),
        SelectChoice(Every.DAY.value, _l("by days")),
        SelectChoice(Every.WEEK.value, _l("by weeks")),
        SelectChoice(Every.MONTH.value, _l("by months")),
        SelectChoice(Every.YEAR.value, _l("by years")),
    ])  # fmt: skip
    interval = WholeNumberField(_l("Every how many"), 1, MOST_EVERY, default=1)
    weekdays = TickedField(_l("By weeks: on"), int, range(7), weekday_word)
    monthly = SelectField(_l("By months: on"), default=SAME_DAY, choices=[
        SelectChoice(SAME_DAY, _l("the day of the month on which it is due")),
        SelectChoice(LAST_DAY, _l("the last day of the month")),
        SelectChoice(SAME_WEEKDAY, _l("the same weekday, as the third Friday")),
        SelectChoice(LAST_WEEKDAY, _l("the last such weekday of the month")),
    ])  # fmt: skip
    until = DayField(_l("Until"))
    times = WholeNumberField(_l("How many times"), 1, MOST_TIMES)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        self.before: Rule | None = obj.rule if obj is not None else None
        super().__init__(*args, **{"obj": obj, **said(self.before), **kwargs})

    def process(self, *args: Any, **kwargs: Any) -> None:
        """What does not apply is not seen: it is as if nothing had been typed there."""
        super().process(*args, **kwargs)  # type: ignore[misc]
        for name, rhythms in APPLY.items():
            if self.every.data not in rhythms:
                self[name].process(None)  # type: ignore[index]

    @property
    def reaches_on(self) -> bool:
        """Whether those that follow are changed, too, or begin to."""
        return "reach" not in self or self.reach.data == FOLLOWING  # type: ignore[operator]

    @property
    def rule(self) -> Rule | None:
        """What was typed; ``None`` where it does not come again."""
        due: date | None = self.due_on.data
        if not self.every.data or due is None:
            return None
        every = Every(self.every.data)
        ends = {"until": self.until.data, "times": self.times.data}
        rule = Rule(every, self.interval.data or 1, **ends)
        if every is Every.WEEK:
            weekdays = tuple(sorted(self.weekdays.data)) or (due.weekday(),)
            return Rule(every, rule.interval, weekdays, **ends)
        if every is Every.MONTH:
            return Rule(every, rule.interval, **self._in_month(due), **ends)
        return rule

    def _in_month(self, due: date) -> dict[str, Any]:
        """On which day: as it was, where neither that nor the day was changed; it may be put off.

        What is typed of a month is told by the day on which the task is due.
        """
        before = self.before
        is_as_before = due == self.due_on.object_data and self.monthly.data == said(before).get(
            "monthly"
        )
        if before is not None and before.every is Every.MONTH and is_as_before:
            return {"weekdays": before.weekdays, "place": before.place, "day": before.day}
        return _in_month(self.monthly.data, due)

    def validate_every(self, field: SelectField) -> None:
        if field.data and not self.due_on.data and not self.due_on.errors:
            raise ValidationError(_("What comes again needs a day on which it is due first."))

    def validate_until(self, field: DayField) -> None:
        if field.data and self.times.data:
            raise ValidationError(_("Until a day or so many times: choose one."))
        if field.data and self.due_on.data and field.data < self.due_on.data:
            raise ValidationError(_("That is before it is due first."))

    def validate_reach(self, field: SelectField) -> None:
        typed = {name: self[name].data for name in said(self.before)}  # type: ignore[index]
        if field.data == THIS and typed != said(self.before):
            raise ValidationError(_("How it comes again concerns all that follow: choose those."))

    def repeat(self, task: Task, *, by: User) -> None:
        """Have ``task`` come again as was typed, if those that follow are meant."""
        if not task.is_done and self.reaches_on and (self.rule or task.rule):
            task.repeat(self.rule, by=by, begins=task.series_on if self._keeps_days else None)

    @property
    def _keeps_days(self) -> bool:
        """Whether its days are those that they were, wherever this one was put off to.

        A weekday says by itself which they are; days and years are counted from the day typed.
        """
        was_moved = self.due_on.data != self.due_on.object_data
        return self.before == self.rule is not None and not (was_moved and not self.rule.weekdays)


def _in_month(kind: str, due: date) -> dict[str, Any]:
    if kind in (SAME_WEEKDAY, LAST_WEEKDAY):
        place = (due.day + 6) // 7
        is_last = kind == LAST_WEEKDAY or place > 4
        return {"weekdays": (due.weekday(),), "place": LAST if is_last else place}
    return {"day": LAST if kind == LAST_DAY else due.day}


def said(rule: Rule | None) -> dict[str, Any]:
    """The values of the fields that say ``rule``."""
    if rule is None:
        return {}
    monthly = LAST_DAY if rule.day == LAST else SAME_DAY
    if rule.place:
        monthly = LAST_WEEKDAY if rule.place == LAST else SAME_WEEKDAY
    return {
        "every": rule.every.value, "interval": rule.interval, "monthly": monthly,
        "weekdays": [] if rule.place else list(rule.weekdays),
        "until": rule.until, "times": rule.times,
    }  # fmt: skip
