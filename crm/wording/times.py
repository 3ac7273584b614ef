"""Lengths of time in words: how long something lasts, and how long before it one is reminded."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

HOUR, DAY, WEEK = 60, 24 * 60, 7 * 24 * 60


def length_word(minutes: int) -> str:
    """``1 h 30 min``: how long something lasts."""
    hours, rest = divmod(minutes, HOUR)
    parts = [_("%(num)d h", num=hours)] if hours else []
    return " ".join([*parts, _("%(num)d min", num=rest)] if rest else parts)


def before_word(minutes: int) -> str:
    """``2 days before``, ``at the time``: when one is reminded of something."""
    if not minutes:
        return _("at the time")
    if minutes % WEEK == 0:
        return ngettext("%(num)d week before", "%(num)d weeks before", minutes // WEEK)
    if minutes % DAY == 0:
        return ngettext("%(num)d day before", "%(num)d days before", minutes // DAY)
    return _("%(time)s before", time=length_word(minutes))
