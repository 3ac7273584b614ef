"""Numbers, dates and words as spreadsheets write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm import clock
from crm.extensions import db
from crm.folding import fold_label
from crm.importers import amounts, days, fields
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.importers.users import roles
from crm.models import Customer, Option, OptionList, Role
from tests.cast import Cast


@pytest.fixture
def known() -> Iterator[Known]:
    """The cast's company: yuan, Shanghai."""
    return Known()


@pytest.mark.parametrize(
    ("written", "amount"),
    [("500", "500"), ("500.0", "500"), ("12,500.00", "12500"), ("1,234,567.89", "1234567.89"),
     ("￥1.2万", "12000"), ("¥12,500元", "12500"), ("0.35亿", "35000000"), ("１２．５", "12.5"),
     ("12k", "12000"), ("5千", "5000"), ("3W", "30000"), ("CN¥12 500.5", "12500.5"),
     ("0", "0"), ("-0.00", "0"), ("999999999999.99", "999999999999.99")],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(known: Known, written: str, amount: str) -> None:
    assert amounts.money(written, known) == Decimal(amount)


@pytest.mark.parametrize(
    ("written", "reason"),
    [("abc", "is not a number"), ("12,5", "is not a number"), ("1.234,56", "is not a number"),
     ("US$500", "is not a number"), ("$500", "is not a number"), ("1e5", "is not a number"),
     ("NaN", "is not a number"), ("1 2", "is not a number"),
     ("12.345", "has more than two decimals"),
     ("-3", "is negative"), ("1000000000000", "is too large"), ("9" * 400, "is too large")],
)  # fmt: skip
def test_what_is_no_amount_is_refused(known: Known, written: str, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        amounts.money(written, known)


def test_whole_numbers_may_be_written_with_a_zero_behind_the_point(known: Known) -> None:
    assert amounts.whole(20_000)("13938.0", known) == 13938
    with pytest.raises(BadValue, match="is not a whole number"):
        amounts.whole(20_000)("13938.5", known)
    with pytest.raises(BadValue, match="is more than 20,000"):
        amounts.whole(20_000)("20001", known)


def test_a_chance_may_have_its_percent_sign(known: Known) -> None:
    assert [amounts.percent(text, known) for text in ("40", "40%", "40 ％")] == [40, 40, 40]
    with pytest.raises(BadValue, match="is more than 100"):
        amounts.percent("140%", known)


@pytest.mark.parametrize(
    "written",
    ["2017-05-06", "2017/5/6", "2017.05.06", "20170506", "2017年5月6日", "２０１７-05-06",
     "6.5.2017", "6 May 2017", "06-May-2017", "May 6, 2017", "Sept 6, 2017"],
)  # fmt: skip
def test_days_are_read_in_many_ways(known: Known, written: str) -> None:
    month = 9 if "Sept" in written else 5
    assert days.day(written, known) == date(2017, month, 6)


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [("3/4/2026", "mdy", date(2026, 3, 4)), ("3/4/2026", "dmy", date(2026, 4, 3)),
     ("13/4/2026", None, date(2026, 4, 13)), ("4/13/2026", None, date(2026, 4, 13)),
     ("4/4/2026", None, date(2026, 4, 4)), ("3-4-2026", "dmy", date(2026, 4, 3)),
     ("2026-03-04", "dmy", date(2026, 3, 4)), ("3.4.2026", "mdy", date(2026, 4, 3))],
)  # fmt: skip
def test_the_order_of_month_and_day_is_asked_only_where_it_matters(
    written: str, order: str | None, day: date
) -> None:
    assert days.day(written, Known(order)) == day


@pytest.mark.parametrize(
    ("written", "reason"),
    [("3/4/2026", "may be month/day or day/month"), ("2017-02-30", "not a day of the calendar"),
     ("13/13/2026", "not a day of the calendar"), ("soon", "is not a date"), ("5", "is not a date"),
     ("3/4/26", "is not a date"), ("May 2017", "is not a date"), ("0217-05-06", "is too far away"),
     ("6 Foo 2017", "not a day of the calendar"), ("2017-05-06 25:00", "is not a time of day"),
     ("2017-05-06T10:00+99:00", "is not a time of day")],
)  # fmt: skip
def test_what_is_no_day_is_refused(known: Known, written: str, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        days.moment(written, known)


@pytest.mark.parametrize(
    ("written", "at"),
    [("2017-05-06", datetime(2017, 5, 5, 16, tzinfo=UTC)),
     ("2017-05-06 09:30", datetime(2017, 5, 6, 1, 30, tzinfo=UTC)),
     ("2017-05-06T09:30:15.25Z", datetime(2017, 5, 6, 9, 30, 15, tzinfo=UTC)),
     ("2017-05-06 09:30 +02:00", datetime(2017, 5, 6, 7, 30, tzinfo=UTC)),
     ("5/26/2017 12:05 AM", datetime(2017, 5, 25, 16, 5, tzinfo=UTC)),
     ("5/26/2017 9:05 PM", datetime(2017, 5, 26, 13, 5, tzinfo=UTC))],
)  # fmt: skip
def test_a_day_is_the_companys_day_and_a_time_is_kept(
    known: Known, written: str, at: datetime
) -> None:
    assert days.moment(written, known) == at


def test_what_has_happened_is_not_in_the_future(known: Known) -> None:
    assert days.past("2026-06-17", known) < clock.now()
    with pytest.raises(BadValue, match="lies in the future"):
        days.past("2026-06-18", known)


def test_options_are_known_by_both_labels_and_their_code(known: Known, cast: Cast) -> None:
    region = fields.choice(OptionList.REGION)
    assert region("华东", known) == region("east china", known)
    assert fields.choice(OptionList.GRADE)("A", known).label_en == "A Key customer"
    with pytest.raises(BadValue, match="is none of: East China, North China"):
        region("Mars", known)


def test_a_user_is_known_by_name_user_name_and_mail_address(known: Known, cast: Cast) -> None:
    for called in ("王芳", "wang", "WANG@example.com"):
        assert fields.user(called, known) == cast.wang
    with pytest.raises(BadValue, match="is no user"):
        fields.user("nobody", known)


@pytest.mark.parametrize(
    ("written", "address"),
    [("https://a.example/x", "https://a.example/x"), ("www.a.example", "https://www.a.example")],
)
def test_a_web_address_may_lack_its_scheme(known: Known, written: str, address: str) -> None:
    assert fields.url(written, known) == address


@pytest.mark.parametrize(
    "written",
    ["javascript://a.example/%0aalert(1)", "not an address", "ftp://a.example", "https://[x"],
)
def test_what_is_no_web_address_is_refused(known: Known, written: str) -> None:
    with pytest.raises(BadValue, match="is not a web address"):
        fields.url(written, known)


def test_text_must_fit_and_be_text(known: Known) -> None:
    name = fields.text(Customer.name)
    assert name("x" * 200, known) == "x" * 200
    with pytest.raises(BadValue, match="is longer than 200 characters"):
        name("x" * 201, known)
    with pytest.raises(BadValue, match="null character"):
        name("a\0b", known)


def test_roles_are_read_in_both_languages(known: Known) -> None:
    assert roles("销售、主管", known) == {Role.REP, Role.MANAGER}
    assert roles("Finance; reader", known) == {Role.FINANCE, Role.READER}
    with pytest.raises(BadValue, match="is none of: rep, manager"):
        roles("boss", known)


def test_options_that_a_sign_tells_apart_are_not_one(known: Known, cast: Cast) -> None:
    for position, label in enumerate(("A+", "A-", "R&D", "RD")):
        db.session.add(
            Option(list=OptionList.GRADE, label_zh=label, label_en="", position=9 + position)
        )
    db.session.flush()
    grade = fields.choice(OptionList.GRADE)
    written = {"A": "a", "A+": "A+", "Ａ－": "A-", "a +": "A+", "r&d": "R&D", "RD": "RD"}
    for text, label in written.items():
        option = grade(text, known)
        assert (option.code or option.label_zh) == label
    for text in ("R-D", "B+"):
        with pytest.raises(BadValue, match="is none of"):
            grade(text, known)


@pytest.mark.parametrize(
    ("label", "same", "other"),
    [("A+", "ａ ＋", "A"), ("C#", "c#", "C"), ("10-50", "10–50", "1050"), ("<50", "＜50", ">50"),
     ("华东（上海）", "华东(上海)", "华东"), ("ISO 9001", "iso-9001", "ISO 9002"),
     ("-", "-", "--")],
)  # fmt: skip
def test_labels_are_folded_but_for_their_signs(label: str, same: str, other: str) -> None:
    assert fold_label(label) == fold_label(same) != fold_label(other)
