"""What every list's filter does: parse leniently, narrow a Select, print itself back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from crm import paging
from crm.base import money_sum
from crm.extensions import db
from crm.filters.address import read, sent, written
from crm.filters.columns import Column
from crm.filters.custom import columns_of, conditions
from crm.filters.narrowing import Narrowing
from crm.models import Noun, Scope, User
from crm.models.searchable import is_one_of
from crm.nouns import BY_MODEL
from crm.paging import FOUND, Counter, Order, Page


@dataclass(frozen=True)
class ListFilter(Narrowing):
    """A list's state: what narrows it, order, columns and place, all of it in the address.

    What cannot be understood in the address is as if it were not there.
    """

    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()  # empty: those that are shown by default
    after: str = ""
    before: str = ""
    view: int | None = None  # the saved view that this began with
    # What was chosen of the firm's own fields: key → value (filters/custom.py).
    own: tuple[tuple[str, Any], ...] = ()

    ENDPOINT: ClassVar[str] = ""  # the list's address
    MODEL: ClassVar[Any] = None
    FINDS_BY: ClassVar[Any] = ""  # what can be typed to find a record, in words
    NONE: ClassVar[str] = ""  # the partial that says what to do where there is no record yet
    WAYS: ClassVar[str] = ""  # the partial that leads to the other pages of the same records
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    SHOWS: ClassVar[Any] = _l("Columns")  # what can be chosen of them, in words
    IN_ORDER: ClassVar[bool] = True  # they stand in the order that was chosen
    DEFAULT_SORT: ClassVar[str] = ""
    # The views that everybody has: a title, and the query string behind it.
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = ()
    LOADED: ClassVar[tuple[Any, ...]] = ()  # what a row needs whatever its columns
    # By what it can stand in groups, in words.
    GROUPINGS: ClassVar[dict[Any, Any]] = {}
    SUMMED: ClassVar[str] = ""  # of a list of amounts: the column of those in the base currency

    @classmethod
    def views(cls) -> tuple[tuple[Any, str], ...]:
        """The views that everybody has now."""
        return cls.VIEWS

    def ids(self, user: User, most: int) -> set[int]:
        """The ids of the records that the list shows to ``user``, ``most`` of them."""
        listed = self.narrow(user).with_only_columns(self.MODEL.id)
        return set(db.session.scalars(listed.limit(most)))

    # From and to the address

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """The filter that an address describes."""
        values = {
            name: value
            for name, kind in cls.kinds().items()
            if (value := read(sent(args, name), kind)) is not None
        }
        if values.get("sort", "").removeprefix("-") not in cls.sorts():
            values["sort"] = ""
        filter = cls().changed(**{**values, "columns": ()})
        columns = filter._known(values.get("columns", ()), moved=args.get("up", ""))
        return replace(filter, columns=columns)

    @classmethod
    def parse_text(cls, query: str) -> Self:
        """The filter that a query string describes: what ``text`` wrote."""
        return cls.parse(MultiDict(parse_qsl(query)))

    def _known(self, names: tuple[str, ...], moved: str) -> tuple[str, ...]:
        """The columns with these names, the title always among them; the default ones as none.

        :param moved: the one that goes a place further to the front.
        """
        known = {column.name: column for column in self.every_column()}
        default = [column.name for column in self.default_columns]
        wanted = [name for name in dict.fromkeys(names) if name in known] or list(default)
        titles = [column.name for column in self.COLUMNS if column.is_title]
        wanted = [name for name in titles if name not in wanted] + wanted
        if moved in wanted[1:]:
            place = wanted.index(moved)
            wanted.insert(place - 1, wanted.pop(place))
        return () if wanted == default else tuple(wanted)

    def args(self, **changes: Any) -> dict[str, str]:
        """The query arguments that describe this filter, with ``changes``; defaults left out."""
        changed = self.changed(**changes)
        ours = {
            field.name: value
            for field in fields(changed)
            if (value := getattr(changed, field.name)) != field.default and field.name != "own"
        }
        return {name: written(value) for name, value in (ours | dict(changed.own)).items()}

    def text(self, **changes: Any) -> str:
        """The same as a query string."""
        return urlencode(self.args(**changes), safe=",")

    @property
    def carried(self) -> dict[str, str]:
        """What its forms take along because they do not ask for it."""
        return {
            name: value
            for name, value in self.args().items()
            if name == "view" or (name in self.KEPT and name != "sort")
        }

    @classmethod
    def name(cls) -> str:
        """What the list is called in the code: ``customers``."""
        return cls.ENDPOINT.partition(".")[0]

    def url(self, endpoint: str = "", **changes: Any) -> str:
        """The list's address (or that of ``endpoint``) with this filter, changed by ``changes``."""
        return url_for(endpoint or self.ENDPOINT, **self.args(**changes))  # type: ignore[arg-type]

    @property
    def bare_url(self) -> str:
        """The list's address with nothing chosen: what its forms add to."""
        return url_for(self.ENDPOINT)

    def record_url(self, record_id: int) -> str:
        """The address of a record, from where one finds back to this list."""
        return BY_MODEL[self.MODEL].url(record_id, list=self._as_text)

    @cached_property
    def _as_text(self) -> str:
        return self.text()

    # Order

    @property
    def default_sort(self) -> str:
        """The order where none was chosen."""
        return self.DEFAULT_SORT

    @property
    def order(self) -> str:
        """The order in force: a column's name, with ``-`` before it for descending."""
        known, wanted = self.sorts(), (self.sort, self.default_sort, self.DEFAULT_SORT)
        return next(name for name in wanted if name.removeprefix("-") in known)

    @classmethod
    def sorts(cls) -> dict[str, Column]:
        """The allow-list of orders: the columns that sort, by name."""
        return {column.name: column for column in cls.every_column() if column.sort}

    def sorted_by(self, name: str) -> Self:
        """This filter sorted by ``name``, or the other way round if it is so already."""
        wanted = f"-{name}" if self.order == name else name
        return replace(self, sort="" if wanted == self.default_sort else wanted).from_start()

    def placed(self, user: User) -> Order:
        """The order in force, for paging and for finding what stands beside a record."""
        column = self.sorts()[self.order.removeprefix("-")]
        return Order.by(
            *column.sorted_for(user),
            descending=self.order.startswith("-") is not column.counts_down,
            unique=self.MODEL.id,
        )

    # Columns

    @classmethod
    def every_column(cls) -> tuple[Column, ...]:
        """The columns there are, those of the firm's own fields after ours."""
        own = columns_of(cls.MODEL) if cls.COLUMNS and cls.has_own_fields() else ()
        return (*cls.COLUMNS, *own)

    @property
    def default_columns(self) -> tuple[Column, ...]:
        """The columns where none were chosen."""
        wanted = self.asked_about
        return tuple(column for column in self.COLUMNS if column.shown or column.name in wanted)

    @property
    def asked_about(self) -> frozenset[str]:
        """The columns that the list is narrowed by the gaps or doubts of: one wants to see them."""
        chosen = (*getattr(self, "missing", ()), *getattr(self, "doubt", ()))
        return frozenset(each.value for each in chosen)

    @cached_property
    def shown(self) -> tuple[Column, ...]:
        """The columns that are shown, in their order."""
        if not self.columns:
            return self.default_columns
        known = {column.name: column for column in self.every_column()}
        return tuple(known[name] for name in self.columns if name in known)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Their titles, looked up once for all rows."""
        return {column.name: str(column.title) for column in self.shown}

    @cached_property
    def hidden(self) -> tuple[Column, ...]:
        """The other columns."""
        shown = {column.name for column in self.shown}
        return tuple(column for column in self.every_column() if column.name not in shown)

    # What it lists

    def narrow(self, user: User) -> Select[Any]:
        """What ``user`` sees of the list, narrowed, in no order."""
        raise LookupError(f"{type(self).__name__} does not say what it lists")

    @property
    def finds_few(self) -> bool:
        """Whether the index finds so few that each is asked whether it is seen."""
        return bool(self.q) and bool(self.MODEL.is_seldom(self.q))

    def seen(self, user: User) -> Select[Any]:
        """What ``user`` sees of the noun, narrowed by nothing yet."""
        model = self.MODEL
        seen: Select[Any] = model.visible_to(user) if self.finds_few else model.listed_for(user)
        return seen

    def select(self, user: User) -> Select[Any]:
        """What ``user`` sees of the list, narrowed and in order, loaded with what is shown."""
        return self.placed(user).sort(self.narrow(user)).options(*self.loaded_for(user))

    def shown_to(self, user: User) -> Page[Any]:
        """The page of the list that was asked for."""
        return Page.of(
            self.narrow(user), self.placed(user), after=self.after, before=self.before,
            options=self.loaded_for(user), counter=self.counter(user),
        )  # fmt: skip

    def in_groups(self, page: Page[Any], user: User) -> list[tuple[Any, Sequence[Any]]]:
        """The records of ``page`` by groups; ``None`` is no group, and has no heading."""
        return [(None, page.records)]

    def total_for(self, user: User) -> Decimal | None:
        """What the whole list comes to, in the base currency; ``None`` if it is not of amounts."""
        if not self.SUMMED:
            return None
        amount = getattr(self.MODEL, self.SUMMED)
        listed = self.narrow(user).with_only_columns(money_sum(amount))
        total: Decimal = db.session.execute(listed).scalar_one()
        return total

    def counter(self, user: User) -> Counter:
        """How far its records are counted."""
        if not self.q:
            return Counter(paging.COUNTED)
        return counter_of_found(self.MODEL, self.among_newest, user)

    def among_newest(self, count: int) -> list[Select[int]]:
        """The ids of the ``count`` newest of the very many that fit; none where they are few."""
        found: list[Select[int]] = self.MODEL.among_newest(self.q, count)
        return found

    def of_own_fields(self, user: User) -> list[ColumnElement[bool]]:
        """The conditions that the firm's own fields say what was chosen."""
        return conditions(self.MODEL, self.own, user) if self.own else []

    def loaded_for(self, user: User) -> tuple[Any, ...]:
        """Loading options: what is shown is loaded with the page, what is not is not."""
        return (
            *self.LOADED,
            *(option for column in self.shown for option in column.load),
            *(column.load_for(user) for column in self.shown if column.load_for),
        )


def counter_of_found(
    model: Any, among_newest: Callable[[int], Sequence[Select[int]]], user: User
) -> Counter:
    """How far what was searched for is counted.

    Of what very many hold, the newest are enough for who sees most of them.

    :param among_newest: gives the ids of so many of them.
    """
    newest = among_newest(3 * FOUND) if sees_most(user) else ()
    return Counter(FOUND, is_one_of(model, newest) if newest else None)


def sees_most(user: User) -> bool:
    """Whether what the index finds is likely to be seen; who owns little reads that instead."""
    return user.sees(Noun.CUSTOMERS) >= Scope.TEAM


def one_of(column: InstrumentedAttribute[Any], values: Sequence[Any]) -> tuple[Any, ...]:
    """The condition that ``column`` is one of ``values``; without values none."""
    return (column.in_(values),) if values else ()
