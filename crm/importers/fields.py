"""Fields of an import, and the parsers that turn what a spreadsheet says into values.

A parser takes the cell's text, never empty, and what is known; it raises ``BadValue`` with the
reason in plain words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError
from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from crm import clock
from crm.amounts import NoAmount, TooLarge, read_amount
from crm.folding import fold
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.models import OptionList, Stage, User
from crm.models.user import is_username, normalized_email

Parser = Callable[[str, Known], Any]
Kind = TypeVar("Kind", bound=StrEnum)

# As many as the forms allow in a text without a limit of its own.
LONGEST_TEXT = 10_000

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
_YES = {"yes", "y", "true", "1", "x", "是", "有", "对", "√", "✓", "✔"}
_NO = {"no", "n", "false", "0", "-", "否", "无", "不是", "×", "✗"}
_TIME = re.compile(
    r"[T ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?: ?(?P<half>[AP])M)?(?: ?(?P<zone>Z|UTC|[-+]\d\d:?\d\d))?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Field:
    """One field that a column can fill.

    ``words`` are the names that spreadsheets usually give it, in English and Chinese.
    """

    name: str
    parse: Parser
    words: tuple[str, ...] = ()
    required: bool = False
    # With what the titles of the record's other fields begin as well: 客户电话.
    whose: tuple[str, ...] = ()
    # Whether every row says it, if any column does.
    never_empty: bool = False
    # A person's name: columns for family and given name fill it as well.
    person: bool = False
    # What its values look like, where others' columns are called the same.
    looks: re.Pattern[str] | None = None
    # What one of the firm's own fields is called, in the reader's language.
    label: str = ""


def text(column: InstrumentedAttribute[Any]) -> Parser:
    """Text that fits into ``column``."""
    return text_within(getattr(column.type, "length", None) or LONGEST_TEXT)


def text_within(longest: int) -> Parser:
    """Text of at most ``longest`` characters."""

    def parse(text: str, _known: Known) -> str:
        if len(text) > longest:
            raise BadValue(_("is longer than %(most)s characters", most=f"{longest:,}"))
        if "\0" in text:
            raise BadValue(_("contains a null character"))
        return text

    return parse


def number(text: str, known: Known) -> Decimal:
    """``12,500.00``, ``￥1.2万``: a number that is not negative."""
    amount = signed(text, known)
    if amount < 0:
        raise BadValue(_("is negative"))
    return amount


def signed(text: str, known: Known) -> Decimal:
    """A number either side of zero."""
    try:
        return read_amount(text, known.currency)
    except TooLarge as error:
        raise BadValue(_("is too large")) from error
    except NoAmount as error:
        raise BadValue(_("is not a number; write it like 12500 or 12,500.00")) from error


def money(text: str, known: Known) -> Decimal:
    """An amount with at most two decimals."""
    amount = number(text, known)
    if amount != amount.quantize(Decimal("0.01")):
        raise BadValue(_("has more than two decimals"))
    return amount


def whole(most: int) -> Parser:
    """A whole number from 0 to ``most``; ``12.0`` is one."""

    def parse(text: str, known: Known) -> int:
        value = number(text, known)
        if value != int(value):
            raise BadValue(_("is not a whole number"))
        if value > most:
            raise BadValue(_("is more than %(most)s", most=f"{most:,}"))
        return int(value)

    return parse


def percent(text: str, known: Known) -> int:
    """``40`` or ``40%``."""
    value: int = whole(100)(text.rstrip("%％ "), known)
    return value


def currency(text: str, _known: Known) -> str:
    """An ISO 4217 code; whether it has a rate is found out with the amount."""
    code = text.upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadValue(_("is not a currency; write it like CNY or USD"))
    return code


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


def url(text: str, _known: Known) -> str:
    """A web address; ``https://`` is put before a bare name."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        fits = parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    except ValueError:
        fits = False
    if not fits or re.search(r"\s", address) or len(address) > 300:
        raise BadValue(_("is not a web address; write it like https://www.example.com"))
    return address


def email(text: str, _known: Known) -> str:
    """A mail address, in lower case; whether the host exists is not asked."""
    try:
        return normalized_email(text)
    except EmailNotValidError as error:
        raise BadValue(_("is not a mail address")) from error


def username(text: str, _known: Known) -> str:
    """The name to sign in with, in lower case."""
    name = text.lower()
    if not is_username(name):
        raise BadValue(_("is not a user name: letters a–z, digits, dots, hyphens, underscores"))
    return name


def word(kind: type[Kind], words: dict[Kind, tuple[str, ...]]) -> Parser:
    """A member of ``kind``, by its value or one of its words in either language."""
    meanings = {fold(text): member for member in kind for text in (member.value, *words[member])}

    def parse(text: str, _known: Known) -> Kind:
        try:
            return meanings[fold(text)]
        except KeyError:
            raise BadValue(
                _("is none of: %(known)s", known=", ".join(member.value for member in kind))
            ) from None

    return parse


def code(letter: str) -> Parser:
    """The id in a code of ours, such as ``C-000123``."""

    def parse(text: str, _known: Known) -> int:
        found = re.fullmatch(rf"{letter}-?(\d{{1,9}})", text.upper(), re.ASCII)
        if found is None:
            raise BadValue(_("is no code; it is written like %(example)s",
                             example=f"{letter}-000123"))  # fmt: skip
        return int(found[1])

    return parse


def code_field(letter: str) -> Field:
    """The field that says which record of ours a row is about."""
    looks = re.compile(rf"{letter}-\d{{6,9}}")
    return Field("code", code(letter), words=("编号", "编码"), looks=looks)


def yes_or_no(text: str, _known: Known) -> bool:
    """``yes``, ``是``, ``1``, ``√``; ``no``, ``否``, ``0``."""
    word = unicodedata.normalize("NFKC", text).casefold()
    if word not in _YES | _NO:
        raise BadValue(_("is neither yes nor no"))
    return word in _YES


def choice(which: OptionList) -> Parser:
    """An option of the list ``which``, by its label in either language."""
    return lambda text, known: known.options.find(which, text)


def user(text: str, known: Known) -> User:
    """A user, by external id, name, user name or mail address."""
    return known.user(text)


def customer(text: str, known: Known) -> int:
    """The id of a customer, by external id or name."""
    return known.customer(text)


def stage(text: str, known: Known) -> Stage:
    """A stage, by its label in either language."""
    return known.stage(text)


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
    if not 1900 <= year <= 2200:
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
