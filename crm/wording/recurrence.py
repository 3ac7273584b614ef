"""Rules of what comes again in words: "every 2 weeks on Monday and Friday, until Dec 31, 2026"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from babel.dates import format_skeleton, get_day_names
from babel.lists import format_list
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _

from crm.recurrence import LAST, Every, Rule

EVERY: dict[Every, Callable[[int], str]] = {
    Every.DAY: lambda num: ngettext("every day", "every %(num)d days", num),
    Every.WEEK: lambda num: ngettext("every week", "every %(num)d weeks", num),
    Every.MONTH: lambda num: ngettext("every month", "every %(num)d months", num),
    Every.YEAR: lambda num: ngettext("every year", "every %(num)d years", num),
}
PLACE_WORDS: dict[int, Callable[[str], str]] = {
    1: lambda day: _("the first %(day)s", day=day),
    2: lambda day: _("the second %(day)s", day=day),
    3: lambda day: _("the third %(day)s", day=day),
    4: lambda day: _("the fourth %(day)s", day=day),
    LAST: lambda day: _("the last %(day)s", day=day),
}


def weekday_word(weekday: int) -> str:
    """``Monday`` of 0."""
    return str(get_day_names("wide", locale=get_locale())[weekday])


def rule_word(rule: Rule, begins: date | None = None) -> str:
    """The rule in the reader's language.

    :param begins: its first day, which says on which day of a year it comes.
    """
    said = EVERY[rule.every](rule.interval)
    if on := _on(rule, begins):
        said = _("%(every)s on %(days)s", every=said, days=on)
    if (begins and rule.leaves_out(begins)) or (begins is None and (rule.day or 0) > 28):
        said = _("%(rule)s (left out where there is no such day)", rule=said)
    if rule.until:
        return _("%(rule)s, until %(day)s", rule=said, day=format_date(rule.until, "medium"))
    if rule.times:
        times = ngettext("once", "%(num)d times", rule.times)
        return _("%(rule)s, %(times)s", rule=said, times=times)
    return said


def _on(rule: Rule, begins: date | None) -> str:
    """On which days, where the rule says that."""
    if rule.every is Every.YEAR:
        return str(format_skeleton("MMMd", begins, locale=get_locale())) if begins else ""
    if rule.day == LAST:
        return _("the last day")
    if rule.day:
        return _("day %(day)d", day=rule.day)
    names = [weekday_word(day) for day in rule.weekdays]
    if rule.place:
        return PLACE_WORDS[rule.place](names[0])
    return str(format_list(names, locale=get_locale()))
