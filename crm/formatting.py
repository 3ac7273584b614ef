"""Money, numbers, days, names and labels in the reader's language."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

from babel.dates import format_interval, format_skeleton
from babel.dates import format_time as format_time_of_day
from babel.numbers import get_currency_symbol
from flask_babel import (
    format_currency,
    format_date,
    format_decimal,
    format_time,
    format_timedelta,
    get_locale,
    ngettext,
    to_user_timezone,
)
from flask_babel import gettext as _
from markupsafe import Markup, escape

from crm import clock
from crm.base import half_up
from crm.folding import occurrence, words_of
from crm.models import Company, CustomField, CustomNoun, FieldKind, OptionList
from crm.models.bilingual import Bilingual
from crm.nouns import BY_LIST
from crm.once import once_a_request
from crm.paging import FOUND
from crm.reported_days import ReportedDays, Stretch
from crm.terms import Span, Term
from crm.wording import person_word, word_for
from crm.wording.fields import field_word

NOON_FROM, EVENING_FROM = 12, 18
TONES = ("blue", "teal", "green", "amber", "orange", "pink", "violet", "grey")


def language() -> str:
    """``zh`` or ``en``."""
    locale = get_locale()
    return locale.language if locale else "zh"


def money(amount: Decimal | None, currency: str | None = None) -> str:
    """``¥12,500.00``, in the base currency if none is given; an empty text for ``None``."""
    if amount is None:
        return ""
    return format_currency(amount, currency or Company.current().base_currency)


def both_moneys(document: Any) -> str:
    """``US$350.00 = ¥2,493.21``: what a document comes to in its currency and in the base one."""
    return in_both((document.amount, document.currency), (document.base_amount, None))


def in_both(own: tuple[Decimal, str | None], base: tuple[Decimal, str | None]) -> str:
    """The same of two amounts, each with its currency; one that is told twice is told once."""
    return " = ".join(dict.fromkeys([money(*own), money(*base)]))


def room_of(text: str) -> int:
    """How many narrow characters take as much room as ``text``: a Chinese one that of two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def symbol(currency: str) -> str:
    """``¥``: what stands at a field that takes an amount."""
    return get_currency_symbol(currency, locale=get_locale())


def price(amount: Decimal | None, currency: str | None = None) -> str:
    """What a deal is worth: ``¥12,500``, and its cents where it has some."""
    if amount is None or amount % 1:
        return money(amount, currency)
    return _whole(amount, currency or Company.current().base_currency)


def whole_money(amount: Decimal) -> str:
    """``¥12,500``: a sum in the base currency without its cents, where space is short."""
    return _whole(amount, Company.current().base_currency)


def _whole(amount: Decimal, currency: str) -> str:
    # What babel rounds itself, it rounds half to even.
    return format_currency(half_up(amount), currency, format="¤#,##0", currency_digits=False)


def number(value: Decimal | int | None) -> str:
    return "" if value is None else format_decimal(value, "#,##0.######")


def evenly(value: Decimal, places: int) -> str:
    """``7.3000`` of 7.3: with just so many decimals, as all of a column have."""
    return format_decimal(value, "#,##0." + "0" * places)


def whole(amount: Decimal) -> str:
    """``12,500``: a sum without its cents, in a table that says what it is in."""
    return number(half_up(amount))


def counted(count: int) -> str:
    """``1,000+`` of what was searched for, where more were not counted."""
    return number(count) if count <= FOUND else f"{number(FOUND)}+"


def day(value: date | datetime | None) -> str:
    """A day, of a moment the company's day."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = Company.current().day_of(value)
    return format_date(value, "medium")


def short_day(value: date) -> str:
    """``Jun 17``: a day of this year without the year, where space is short."""
    if value.year != Company.current().today().year:
        return day(value)
    return format_skeleton("MMMd", value, locale=get_locale())


def term_name(term: Term) -> str:
    """``2026``, ``Q3`` or ``Aug``: a year, or a part of one whose year is known."""
    if term.span is Span.YEAR:
        return str(term.first.year)
    return str(format_date(term.first, "QQQ" if term.span is Span.QUARTER else "LLL"))


def dated_term(term: Term) -> str:
    """``2026``, ``Q3 2026`` or ``August 2026``."""
    skeleton = {Span.YEAR: "y", Span.QUARTER: "yQQQ", Span.MONTH: "yMMMM"}[term.span]
    return format_skeleton(skeleton, term.first, locale=get_locale())


def hour(value: time) -> str:
    """``2:05 PM``: a time of the company's day."""
    return str(format_time_of_day(value, "short", locale=get_locale()))


def due(task: Any, *, short: bool = False) -> str:
    """``Jun 17, 2026, 2:05 PM``: when a task is due, with the time of an appointment.

    :param short: without this year, where space is short.
    """
    if task.due_on is None:
        return ""
    said = short_day(task.due_on) if short else day(task.due_on)
    return _("%(day)s, %(time)s", day=said, time=hour(task.due_time)) if task.due_time else said


def weekday(value: date) -> str:
    """``Wednesday, June 17``: a day as one says it."""
    return format_skeleton("MMMMEEEEd", value, locale=get_locale())


def short_weekday(value: date) -> str:
    """``Wed``: what stands above the days of a week."""
    return format_skeleton("E", value, locale=get_locale())


def reported_days(days: ReportedDays) -> str:
    """``Wednesday, June 17, 2026``, ``Jun 15 – 21, 2026`` or ``June 2026``."""
    if days.stretch is Stretch.MONTH:
        return format_skeleton("yMMMM", days.first, locale=get_locale())
    if days.stretch is Stretch.DAY:
        return str(format_date(days.first, "full"))
    said = format_interval(days.first, days.last, "yMMMd", locale=get_locale())
    return said.replace("\u2009", " ")  # of a title the browser makes thin spaces plain ones


def tenths(value: Decimal) -> str:
    """``3.5``, ``4``: with a tenth where there is one."""
    # A page of many reps says the same few numbers over a thousand times.
    return once_a_request(
        f"tenths {get_locale()} {value}",
        lambda: format_decimal(half_up(value, "0.1"), "#,##0.#"),
    )


def greeting(name: str) -> str:
    """``Good morning, Wang.``, by the reader's clock."""
    hour = to_user_timezone(clock.now()).hour
    if hour < NOON_FROM:
        return _("Good morning, %(name)s.", name=name)
    if hour < EVENING_FROM:
        return _("Good afternoon, %(name)s.", name=name)
    return _("Good evening, %(name)s.", name=name)


def moment(value: datetime | None) -> str:
    """Day and time in the user's zone."""
    return "" if value is None else f"{format_date(value, 'medium')} {format_time(value, 'short')}"


def clock_time(value: datetime) -> str:
    """``14:05``, in the user's zone."""
    return format_time(value, "short")


def day_heading(value: date) -> str:
    """``Today``, ``Yesterday``, ``Wed, Jun 17``: what stands above the events of a day."""
    today = to_user_timezone(clock.now()).date()
    if value == today:
        return _("Today")
    if value == today - timedelta(days=1):
        return _("Yesterday")
    skeleton = "MMMEd" if value.year == today.year else "yMMMEd"
    return format_skeleton(skeleton, value, locale=get_locale())


def percent(value: Decimal) -> str:
    """``1.2%``; what rounds to nothing is ``< 0.1%``."""
    if 0 < value < Decimal("0.1"):
        return "< 0.1%"
    return f"{format_decimal(half_up(value, '0.1'), '#,##0.#')}%"


def ago(value: datetime | None) -> str:
    """``3 days ago``; within the last minute ``just now``."""
    if value is None:
        return ""
    since = clock.now() - value
    if timedelta(0) <= since < timedelta(minutes=1):
        return _("just now")
    return format_timedelta(-since, add_direction=True)


def days(count: int) -> str:
    return ngettext("%(num)d day", "%(num)d days", count)


def label(thing: Bilingual | None) -> str:
    """What the firm calls it, in the reader's language."""
    return "" if thing is None else thing.label(language())


def demand_word(name: str) -> str:
    """What a field of a deal that a stage demands is called: ours, or one of the firm's own."""
    own = next((each for each in CustomField.known(CustomNoun.DEAL) if each.key == name), None)
    return label(own) if own else field_word("deal", name)


def custom_words(field: CustomField, value: Any) -> str:
    """What a field of the firm's own says, in the reader's language; nothing if it is empty.

    :param value: as ``record.custom_value`` gives it.
    """
    if value is None or value == []:
        return ""
    match field.kind:
        case FieldKind.NUMBER:
            return number(value)
        case FieldKind.MONEY:
            return money(value)
        case FieldKind.DAY:
            return day(value)
        case FieldKind.YES_NO:
            return _("yes") if value else _("no")
        case FieldKind.CHOICE:
            return label(value)
        case FieldKind.CHOICES:
            return _(", ").join(label(choice) for choice in value)
        case FieldKind.PERSON:
            return person_word(value)
    return str(value)


def weblink(address: str) -> str:
    """A link that can only lead to the web, whatever was written (no ``javascript:``)."""
    return address if address.startswith(("https://", "http://")) else f"https://{address}"


def choices(records: Iterable[Any]) -> list[tuple[int, str]]:
    """Records as the choices of a filter: id and name."""
    return [
        (record.id, label(record) if isinstance(record, Bilingual) else str(record))
        for record in records
    ]


def lines(text: str | None) -> Markup:
    """Text that people wrote, escaped, with its line breaks."""
    return Markup("<br>").join(escape(line) for line in (text or "").splitlines())


def marked(text: str, q: str) -> Markup:
    """``text``, escaped, with what was searched for in ``<mark>``."""
    spots = sorted(spot for word in words_of(q) if (spot := occurrence(text, word)))
    done, at = Markup(), 0
    for first, last in spots:
        if last > at:
            first = max(first, at)
            done += escape(text[at:first]) + Markup("<mark>{}</mark>").format(text[first:last])
            at = last
    return done + escape(text[at:])


def initial(name: str) -> str:
    """What stands in a person's avatar: 王芳 → 芳, Donn Cantrell → D."""
    name = name.partition(" (")[0].strip() or "?"
    return name[-1] if "\u3400" <= name[-1] <= "\u9fff" else name[0].upper()


def tone(name: str) -> str:
    """One of the palette's colours, always the same for one name."""
    return TONES[zlib.crc32(name.encode()) % len(TONES)]


def option_list_word(name: str) -> str:
    """What a list of options is called: ``source`` → Sources."""
    return word_for(OptionList(name))


def listed_url(list: str, id: int) -> str:
    """The address of the record with this ``id`` in ``list``: ``customers``."""
    return BY_LIST[list].url(id)


def filesize(size: int) -> str:
    """``1.4 MB``."""
    if size < 1_000_000:
        return f"{number(max(1, round(size / 1000)))} kB"
    return f"{number(round(Decimal(size) / 1_000_000, 1))} MB"
