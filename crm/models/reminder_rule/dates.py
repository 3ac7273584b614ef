"""The dates that a reminder rule can count to: our own, and those that the firm added."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_

from crm.models import Contact, Customer, CustomField, CustomNoun, Deal, FieldKind

MODELS: dict[CustomNoun, Any] = {model.CUSTOM_NOUN: model for model in (Customer, Contact, Deal)}
_OWN = ("contact.birthday", "deal.expected_close")
# 29 February is kept on the 28th where there is none.
_LEAP_DAY = "02-29"


class DatedField(NamedTuple):
    """A date of records: one of our own, by name, or one of the firm's."""

    model: Any
    name: str
    custom: CustomField | None = None

    @property
    def key(self) -> str:
        """How a rule names it: ``contact.birthday``, ``customer.custom_17``."""
        return f"{self.model.__tablename__}.{self.name}"

    @property
    def is_offered(self) -> bool:
        """Whether records say a date in it now: one of the firm's can go out of use, and while
        none of them says anything it can become another kind of field."""
        return self.custom is None or (self.custom.active and self.custom.kind is FieldKind.DAY)

    @property
    def text(self) -> ColumnElement[str]:
        """The date as ISO 8601 writes it: both databases compare that alike."""
        if self.custom is None:
            return cast(getattr(self.model, self.name), String)
        kept: ColumnElement[str] = self.model.custom[str(self.custom.id)].as_string()
        return kept


def fields_offered() -> Iterator[DatedField]:
    """Every date that a rule can count to now, by noun."""
    for noun, model in MODELS.items():
        for key in _OWN:
            kind, name = key.split(".")
            if kind == noun:
                yield DatedField(model, name)
        own = (DatedField(model, field.key, field) for field in CustomField.in_use(noun))
        yield from (field for field in own if field.is_offered)


def field_of(key: str) -> DatedField | None:
    """The date with this ``key``, one that is out of use too; ``None`` if it is gone."""
    noun, _dot, name = key.partition(".")
    model = MODELS[CustomNoun(noun)]
    if key in _OWN:
        return DatedField(model, name)
    known = CustomField.known(CustomNoun(noun))
    field = next((each for each in known if each.key == name), None)
    return DatedField(model, name, field) if field is not None else None


def falls_within(
    text: ColumnElement[str], first: date, last: date, *, yearly: bool, today: date
) -> ColumnElement[bool]:
    """The condition that a date falls on one of these days.

    :param text: the date, as ``DatedField.text``.
    :param yearly: it comes again every year; the date itself counts only while it lies ahead.
        Between ``first`` and ``last`` is less than a year.
    """
    if not yearly:
        return text.between(first.isoformat(), last.isoformat())
    in_year, begin, end = func.substr(text, 6, 5), *_bounds(first, last)
    inside = (
        in_year.between(begin, end)
        if first.year == last.year
        else or_(in_year >= begin, in_year <= end)
    )
    begun = or_(text < first.isoformat(), text > today.isoformat())
    return and_(inside, text <= last.isoformat(), begun)


def cause_of(field: DatedField, first: date, last: date, *, yearly: bool) -> ColumnElement[str]:
    """What makes one of these days a cause: the date, and when it comes again the year.

    The date itself is one cause, whether or not the rule says by then that it comes again.
    """
    date_of_it = literal(f"{field.key} ") + field.text
    if not yearly:
        return date_of_it
    begin, _end = _bounds(first, last)
    is_itself = field.text >= first.isoformat()
    in_first = func.substr(field.text, 6, 5) >= begin
    year = case(
        (is_itself, literal("")), (in_first, literal(f" {first.year}")),
        else_=literal(f" {last.year}"),
    )  # fmt: skip
    return date_of_it + year


def day_meant(cause: str) -> date:
    """The day that a cause of ``cause_of`` is about; a leap day on the 28th where there is none."""
    _key, written, *year = cause.split(" ")
    if not year:
        return date.fromisoformat(written)
    if written.endswith(_LEAP_DAY) and not isleap(int(year[0])):
        return date(int(year[0]), 2, 28)
    return date.fromisoformat(f"{year[0]}{written[4:]}")


def _bounds(first: date, last: date) -> tuple[str, str]:
    """The first and the last day within their years: the last day of a short February has two."""
    end = f"{last:%m-%d}"
    is_short = end == "02-28" and not isleap(last.year)
    return f"{first:%m-%d}", _LEAP_DAY if is_short else end
