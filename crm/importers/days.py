"""Days and moments as spreadsheets write them, in English, Chinese or figures."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from crm import clock
from crm.importers.known import Known
from crm.importers.problems import BadValue

_DAYS = (
    re.compile(r"(?P<year>\d{4})(?P<by>[-/.])(?P<month>\d{1,2})(?P=by)(?P<day>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})[- ](?P<name>[A-Za-z]{3,9})\.?[- ](?P<year>\d{4})"),
    re.compile(r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})"),
)
_EITHER_ORDER = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4})")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_TIME = re.compile(
    r"[T ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?: ?(?P<half>[AP])M)?(?: ?(?P<zone>Z|UTC|[-+]\d\d:?\d\d))?$",
    re.IGNORECASE,
)


def moment(text: str, known: Known) -> datetime:
    """A day, with or without a time; a day alone is its first moment in the company's zone."""
    plain = unicodedata.normalize("NFKC", text)
    clock_time = _TIME.search(plain)
    on = _day(plain[: clock_time.start()] if clock_time else plain, known.day_order)
    if clock_time is None:
        return clock.start_of(on, known.timezone)
    return _at(on, clock_time, known.timezone)


def day(text: str, known: Known) -> date:
    """A day; of a moment, the company's day."""
    return clock.day_of(moment(text, known), known.timezone)


def past(text: str, known: Known) -> datetime:
    """A moment that is not in the future."""
    at = moment(text, known)
    if at > clock.now():
        raise BadValue(_("lies in the future"))
    return at


def _day(text: str, order: str | None) -> date:
    text = text.strip()
    for pattern in _DAYS:
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            month = _month(parts["name"]) if "name" in parts else int(parts["month"])
            return _date(int(parts["year"]), month, int(parts["day"]))
    if found := _EITHER_ORDER.fullmatch(text):
        first, _by, second, year = found.groups()
        return _date(int(year), *_month_and_day(int(first), int(second), order))
    raise BadValue(_("is not a date; write it like 2026-03-31"))


def _month_and_day(first: int, second: int, order: str | None) -> tuple[int, int]:
    if order is None and first != second and max(first, second) <= 12:
        raise BadValue(_("may be month/day or day/month: say which"))
    if order == "dmy" or (order is None and first > 12):
        return second, first
    return first, second


def _month(name: str) -> int:
    fitting = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.lower())]
    return fitting[0] if fitting else 0


def _date(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise BadValue(_("is not a day of the calendar")) from None
    if not clock.is_near(found):
        raise BadValue(_("is too far away"))
    return found


def _at(on: date, found: re.Match[str], company_zone: str) -> datetime:
    parts = found.groupdict()
    hour = int(parts["hour"])
    if half := parts["half"]:
        hour = hour % 12 + (12 if half.upper() == "P" else 0)
    try:
        of_day = time(hour, int(parts["minute"]), int(parts["second"] or 0))
    except ValueError:
        raise BadValue(_("is not a time of day")) from None
    zone = parts["zone"]
    return datetime.combine(on, of_day, tzinfo=_offset(zone) if zone else ZoneInfo(company_zone))


def _offset(zone: str) -> timezone:
    if not zone.startswith(("+", "-")):
        return UTC
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    if minutes >= 24 * 60:
        raise BadValue(_("is not a time of day"))
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
