"""What a list's filter prints into an address it reads again from there; nonsense is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict

from crm.filters.base import ListFilter
from crm.filters.deals import DealFilter
from crm.filters.lists import LISTS

KINDS = list(LISTS.values())
# The others stand otherwise than in columns: tasks in quadrants.
TABLES = [kind for kind in KINDS if kind.COLUMNS]
VALUES = some.one_of(
    some.text(max_size=30),
    some.sampled_from(
        [
            "1",
            "3,5",
            "me",
            "me,7",
            "0",
            "-1",
            "9" * 30,
            "open",
            "won",
            "1,x,,2",
            "this_month",
            "2026-06-01..",
            "..2026-05-01",
            "2026-07-01..2026-06-01",
            "..",
            "1..2",
        ]
    ),
)  # fmt: skip


@some.composite
def addresses(
    draw: Any, kinds: list[type[ListFilter]] = KINDS
) -> tuple[type[ListFilter], MultiDict[str, str]]:
    """A list, and arguments of which some are its own."""
    kind = draw(some.sampled_from(kinds))
    names = [*kind.__dataclass_fields__, "up", "unknown"]
    known = [column.name for column in kind.COLUMNS] or ["title"]
    columns = some.lists(some.sampled_from(known)).map(",".join)
    pairs = [
        (name, draw(columns if name in {"columns", "up", "sort"} else VALUES))
        for name in draw(some.lists(some.sampled_from(names), max_size=8))
    ]
    return kind, MultiDict(pairs)


@given(addresses())
def test_what_a_filter_prints_it_reads_again(address: tuple[type[ListFilter], Any]) -> None:
    kind, args = address
    filter = kind.parse(args)
    assert kind.parse(MultiDict(filter.args())) == filter
    assert kind.parse_text(filter.text()) == filter


@given(addresses(TABLES))
def test_every_choice_of_columns_has_the_title_and_none_twice(
    address: tuple[type[ListFilter], Any],
) -> None:
    kind, args = address
    shown = kind.parse(args).shown
    assert [column for column in shown if column.is_title]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("kind", TABLES)
def test_a_list_has_one_title_and_no_name_twice(kind: type[ListFilter]) -> None:
    names = [column.name for column in kind.COLUMNS]
    assert len(names) == len(set(names))
    assert len([column for column in kind.COLUMNS if column.is_title and column.shown]) == 1
    assert {facet.name for facet in kind.FACETS} <= set(kind.__dataclass_fields__)


def test_columns_are_moved_to_the_front_one_by_one() -> None:
    filter = DealFilter.parse(MultiDict({"columns": "name,owner,amount", "up": "amount"}))
    assert filter.columns == ("name", "amount", "owner")
    assert DealFilter.parse(MultiDict({"columns": "name,owner", "up": "name"})).columns == (
        "name", "owner",
    )  # fmt: skip


def test_the_default_is_left_out_of_the_address(app: Flask) -> None:
    default = ",".join(column.name for column in DealFilter.COLUMNS if column.shown)
    with app.test_request_context():
        assert DealFilter.parse(MultiDict({"columns": default, "status": "open"})).url() == "/deals"


def test_a_filter_of_old_times_is_understood(app: Flask) -> None:
    """Several values may also come one by one, as a form without JavaScript sends them."""
    args = MultiDict([("owner", "3"), ("owner", "me"), ("stage", "1,2"), ("stuck", "1")])
    with app.test_request_context():
        assert DealFilter.parse(args).url() == "/deals?stage=1,2&owner=3,me&stuck=1"
