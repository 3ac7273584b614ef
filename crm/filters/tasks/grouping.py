"""By what the list of tasks stands in groups: when they are due, or what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import ColumnElement, Select, case, func, select

from crm.extensions import db
from crm.models import Company, Customer, Deal, Task
from crm.paging import Key


class Grouping(StrEnum):
    DUE = "due"
    CUSTOMER = "customer"
    DEAL = "deal"


GROUPINGS = {
    Grouping.DUE: _l("By day"),
    Grouping.CUSTOMER: _l("By customer"),
    Grouping.DEAL: _l("By deal"),
}
# What tasks are grouped by that are about a record.
ABOUT: dict[Grouping, tuple[type[Customer | Deal], Any]] = {
    Grouping.CUSTOMER: (Customer, Task.customer_id), Grouping.DEAL: (Deal, Task.deal_id),
}  # fmt: skip
PAST, TODAY, TOMORROW, THIS_WEEK, NEXT_WEEK, LATER, UNDATED = range(7)
SPANS = {
    TODAY: _l("Today"), TOMORROW: _l("Tomorrow"), THIS_WEEK: _l("This week"),
    NEXT_WEEK: lazy_pgettext("days", "Next week"), LATER: _l("Later"), UNDATED: _l("Without a day"),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Tasks under one heading.

    :param key: tells it from the others.
    :param count: how many stand in it on all pages.
    :param record: what they are about.
    """

    key: int
    words: str
    count: int
    record: Any = None


Part = tuple[Group | None, Sequence[Any]]


def ends() -> list[tuple[int, date]]:
    """Each span of days that ends, by its last day: before today, and up to next Sunday."""
    today = Company.current().today()
    sunday = today + timedelta(days=6 - today.weekday())
    day, week = timedelta(days=1), timedelta(days=7)
    return [(PAST, today - day), (TODAY, today), (TOMORROW, today + day), (THIS_WEEK, sunday),
            (NEXT_WEEK, sunday + week)]  # fmt: skip


def span_of(day: date | None) -> int:
    """In which span ``day`` is."""
    if day is None:
        return UNDATED
    return next((span for span, last in ends() if day <= last), LATER)


def keys(by: Grouping) -> tuple[Key, ...]:
    """What a list in groups is sorted by before all else: by name, what is about nothing last."""
    if by is Grouping.DUE:
        return (Key(_key(by)),)
    model, column = ABOUT[by]
    name = select(model.sort_name).where(model.id == column).scalar_subquery()
    return (Key(case((column.is_(None), 1), else_=0)), Key(func.coalesce(name, "")), Key(_key(by)))


def parts(by: Grouping, tasks: Sequence[Task], listed: Select[Any], *, done: bool) -> list[Part]:
    """``tasks``, a page of ``listed``, each group under its heading with its count of all.

    :param done: they are done, so that no day is overdue.
    """
    found: dict[int, list[Task]] = {}
    for task in tasks:
        found.setdefault(_key_of(by, task), []).append(task)
    counts = _counts(by, listed, list(found))
    return [
        (_group(by, key, counts.get(key, len(its)), its[0], done), its)
        for key, its in found.items()
    ]


def _counts(by: Grouping, listed: Select[Any], found: list[int]) -> dict[int, int]:
    key = _key(by)
    counted = listed.with_only_columns(key.label("key"), Task.id).where(key.in_(found)).subquery()
    rows = db.session.execute(select(counted.c.key, func.count()).group_by(counted.c.key))
    return dict(rows.all())


def _key(by: Grouping) -> ColumnElement[int]:
    """The SQL of a group's key."""
    if by is not Grouping.DUE:
        return func.coalesce(ABOUT[by][1], 0)
    spans = ((Task.due_on <= last, span) for span, last in ends())
    return case((Task.due_on.is_(None), UNDATED), *spans, else_=LATER)


def _key_of(by: Grouping, task: Task) -> int:
    """The key of the group that ``task`` stands in."""
    if by is Grouping.DUE:
        return span_of(task.due_on)
    return (task.customer_id if by is Grouping.CUSTOMER else task.deal_id) or 0


def _group(by: Grouping, key: int, count: int, task: Task, done: bool) -> Group:
    if by is Grouping.DUE:
        return Group(key, _span_words(key, done), count)
    record = task.customer if by is Grouping.CUSTOMER else task.deal
    none = _("About no customer") if by is Grouping.CUSTOMER else _("About no deal")
    return Group(key, str(record) if record else none, count, record)


def _span_words(span: int, done: bool) -> str:
    if span == PAST:
        return _("Earlier") if done else _("Overdue")
    return str(SPANS[span])
