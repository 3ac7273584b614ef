"""What is typed into amounts, numbers and days becomes what was meant, or says why not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from crm import clock
from crm.amounts import NoAmount, TooLarge, read_amount
from crm.forms.base import BaseForm, strip
from crm.forms.fields import DayField, MoneyField, WholeNumberField


class AnyForm(BaseForm):
    amount = MoneyField("Amount")
    count = WholeNumberField("Count", 0, 100)
    day = DayField(
        "Day", quick=("yesterday", "today", "tomorrow", "next_week", "in_a_week", "in_a_month")
    )


def form_with(app: Flask, **typed: str) -> AnyForm:
    with app.test_request_context(method="POST"):
        form = AnyForm(formdata=MultiDict(typed), meta={"csrf": False})
        form.validate()
        return form


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("12500", "12500"), ("12,500.00", "12500.00"), ("￥12500", "12500"), ("１２，５００", "12500"),
     ("12万", "120000"), ("1.25万", "12500"), ("0.3亿", "30000000"), ("2千", "2000"),
     ("1.2w", "12000"), ("15K", "15000"), ("1.5m", "1500000"), (" 12 500 元", "12500"),
     (".5", "0.5"), ("5.", "5"), ("12'500", "12500"), ("-US$0", "0"),
     ("1 234 567.8 €", "1234567.8")],
)  # fmt: skip
def test_an_amount_is_read_as_people_write_it(app: Flask, typed: str, meant: str) -> None:
    form = form_with(app, amount=typed)
    assert form.amount.errors == []
    assert form.amount.data == Decimal(meant)


@pytest.mark.parametrize(
    "typed",
    ["about 5", "1.234", "-1", "1万2", "万", "1e5", "NaN", "1..2", "9" * 13, "1" * 5000,
     "10000亿", "0.0000001万", "12x", "½", "12,5", "1.234,56", "1,234 567"],
)  # fmt: skip
def test_an_amount_that_cannot_be_meant_is_refused_and_kept(app: Flask, typed: str) -> None:
    form = form_with(app, amount=typed)
    assert form.amount.errors
    assert form.amount.data is None
    assert form.amount._value() == typed


@pytest.mark.parametrize(
    ("written", "is_too_large"),
    [("以双方最后签字盖章的合同为准，" * 5, False), ("9" * 99, True), ("¥" + "1 " * 50, True)],
)
def test_a_remark_is_no_amount_however_long_it_is(written: str, is_too_large: bool) -> None:
    with pytest.raises(NoAmount) as raised:
        read_amount(written)
    assert isinstance(raised.value, TooLarge) is is_too_large


@given(st.decimals(min_value=0, max_value=Decimal("99999999999.99"), places=2))
def test_an_amount_that_is_shown_is_read_back_as_it_was(amount: Decimal) -> None:
    assert read_amount(f"{amount:,.2f}") == amount


@pytest.mark.parametrize(
    ("typed", "meant"), [("５０", 50), (" 7 ", 7), ("", None), (" ", None), ("12.0", 12)]
)
def test_a_number_is_read_in_any_width(app: Flask, typed: str, meant: int | None) -> None:
    assert form_with(app, count=typed).count.data == meant


@pytest.mark.parametrize("typed", ["101", "-1", "many", "1.5", "1,5", "1 2", "9" * 99])
def test_a_number_out_of_bounds_is_refused(app: Flask, typed: str) -> None:
    form = form_with(app, count=typed)
    assert form.count.errors


def test_what_is_not_sent_stays_as_it_is(app: Flask) -> None:
    with app.test_request_context(method="POST"):
        form = AnyForm(formdata=MultiDict({"count": "3"}), data={"amount": Decimal(5)},
                       meta={"csrf": False})  # fmt: skip
    assert form.amount.data == Decimal(5)


@pytest.mark.parametrize(
    ("today", "days"),
    [(datetime(2026, 1, 31, 4, tzinfo=UTC),
      ["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-07", "2026-02-28"]),
     (datetime(2026, 11, 22, 4, tzinfo=UTC),
      ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-29", "2026-12-22"]),
     (datetime(2026, 12, 7, 4, tzinfo=UTC),
      ["2026-12-06", "2026-12-07", "2026-12-08", "2026-12-14", "2027-01-07"])],
)  # fmt: skip
def test_quick_days_are_days_of_the_company(app: Flask, today: datetime, days: list[str]) -> None:
    with clock.stopped_at(today):
        form: Any = form_with(app)
        with app.test_request_context():
            offered = [day for _words, day in form.day.quick_days()]
    assert offered == [date.fromisoformat(day) for day in days]


def test_a_day_with_two_names_is_offered_by_the_first(app: Flask) -> None:
    """On a Sunday next week begins tomorrow."""
    with clock.stopped_at(datetime(2026, 11, 22, 4, tzinfo=UTC)):
        form: Any = form_with(app)
        with app.test_request_context():
            offered = [words for words, _day in form.day.quick_days()]
    assert offered == ["昨天", "今天", "明天", "一周后", "一个月后"]


def test_the_page_begins_at_the_first_field_that_is_wrong(app: Flask) -> None:
    from crm.forms.rendering import control

    form = form_with(app, amount="5", count="many", day="never")
    with app.test_request_context():
        drawn = [control(form.amount, "amount", autofocus=True), control(form.count, "count"),
                 control(form.day, "day")]  # fmt: skip
    assert ["autofocus" in text for text in drawn] == [False, True, False]


@pytest.mark.parametrize(
    ("typed", "said"),
    [(" a b ", "a b"), ("", None), ("\u3000\t", None), ("\u200b", None), ("\0 \u2060\ufeff", None),
     ("A\u202eB\u2066", "AB"), ("家\u200d", "家\u200d"), (7, 7)],
)  # fmt: skip
def test_text_that_nobody_sees_is_none(typed: Any, said: Any) -> None:
    assert strip(typed) == said
