"""Days in a filter: what each name means, and ranges, in the firm's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask, g
from werkzeug.datastructures import MultiDict

from crm import clock
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from tests.cast import Cast


@pytest.mark.parametrize(
    ("today", "name", "first", "last"),
    [
        (date(2026, 6, 17), "overdue", None, date(2026, 6, 16)),
        (date(2026, 6, 17), "by_today", None, date(2026, 6, 17)),
        (date(2026, 6, 17), "this_week", date(2026, 6, 15), date(2026, 6, 21)),
        (date(2026, 12, 31), "this_month", date(2026, 12, 1), date(2026, 12, 31)),
        (date(2026, 12, 31), "next_month", date(2027, 1, 1), date(2027, 1, 31)),
        (date(2026, 1, 5), "last_month", date(2025, 12, 1), date(2025, 12, 31)),
        (date(2026, 11, 30), "this_quarter", date(2026, 10, 1), date(2026, 12, 31)),
        (date(2026, 3, 1), "this_quarter", date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_a_name_means_the_days_around_today(
    cast: Cast, today: date, name: str, first: date | None, last: date | None
) -> None:
    clock.set_to(datetime(today.year, today.month, today.day, 4, tzinfo=UTC))
    assert (Days(name).first, Days(name).last) == (first, last)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ({"expected": "this_month"}, "this_month"),
        ({"expected": "this_month", "expected_from": "", "expected_to": ""}, "this_month"),
        ({"expected": "this_month", "expected_to": "2026-06-30"}, "..2026-06-30"),
        ({"expected_from": "2026-06-30", "expected_to": "2026-06-01"}, "2026-06-01..2026-06-30"),
        ({"expected": "sometime"}, None),
        ({"expected_from": "1-1-1", "expected_to": "9999-99-99"}, None),
        ({"expected": ".."}, None),
    ],
)
def test_a_form_asks_by_a_name_or_by_two_days(typed: dict[str, str], understood: str) -> None:
    assert DealFilter.parse(MultiDict(typed)).expected == understood


def test_a_moment_belongs_to_its_day_in_the_firms_time_zone(cast: Cast) -> None:
    midnight = clock.start_of(date(2026, 6, 1), "Asia/Shanghai")
    for deal, moment in ((cast.pumps, midnight), (cast.vague, midnight - timedelta(seconds=1))):
        deal.win(by=cast.wang, at=moment, historic=True)
    db.session.flush()
    filter = DealFilter(closed=Days("2026-06-01..2026-06-01"))
    assert list(db.session.scalars(filter.select(cast.wang))) == [cast.pumps]


def test_days_are_a_chip_and_taken_off_by_it(app: Flask, cast: Cast) -> None:
    with app.test_request_context():
        g._login_user = cast.wang  # what can be chosen depends on who looks
        for written, said in (
            ("this_month", "Expected close: This month"),
            ("2026-06-01..", "Expected close: from Jun 1, 2026"),
            ("..2026-06-30", "Expected close: until Jun 30, 2026"),
            ("2026-06-01..2026-06-30", "Expected close: Jun 1, 2026 to Jun 30, 2026"),
        ):
            (chip,) = DealFilter(expected=Days(written)).chips
            assert chip.words == said
            assert chip.without == DealFilter()
