"""Rules of what comes again: their days, how they are written, and their words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from time import process_time

import pytest
from dateutil.rrule import rrulestr
from flask import g
from flask_babel import refresh

from crm.recurrence import Rule
from crm.wording.recurrence import rule_word


def days(text: str, begins: date, count: int) -> list[str]:
    """The first days of the rule after ``begins``."""
    found, day = [], begins
    while len(found) < count and (following := Rule.parse(text).after(day, begins=begins)):
        found.append(f"{following:%y-%m-%d}")
        day = following
    return found


@pytest.mark.parametrize(
    ("text", "begins", "expected"),
    [
        ("FREQ=DAILY", date(2026, 12, 30), ["26-12-31", "27-01-01"]),
        # Over both nights in which Berlin changes its clocks.
        ("FREQ=DAILY", date(2026, 3, 28), ["26-03-29", "26-03-30"]),
        ("FREQ=DAILY", date(2026, 10, 24), ["26-10-25", "26-10-26"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", date(2026, 12, 18),
         ["26-12-28", "27-01-01", "27-01-11"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 1, 31), ["26-03-31", "26-05-31", "26-07-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", date(2028, 1, 31), ["28-02-29", "28-03-31"]),
        ("FREQ=MONTHLY;BYDAY=3FR", date(2026, 6, 19), ["26-07-17", "26-08-21"]),
        ("FREQ=MONTHLY;BYDAY=-1MO", date(2026, 11, 30), ["26-12-28", "27-01-25"]),
        ("FREQ=YEARLY", date(2028, 2, 29), ["32-02-29", "36-02-29"]),
        ("FREQ=DAILY;UNTIL=20260619", date(2026, 6, 17), ["26-06-18", "26-06-19"]),
        ("FREQ=DAILY;COUNT=3", date(2026, 6, 17), ["26-06-18", "26-06-19"]),
    ],
)  # fmt: skip
def test_a_rule_gives_its_days(text: str, begins: date, expected: list[str]) -> None:
    found = days(text, begins, len(expected) + (1 if "UNTIL" in text or "COUNT" in text else 0))
    assert found == expected
    assert str(Rule.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9", "FREQ=WEEKLY;BYDAY=XX", "RRULE:FREQ=DAILY"]
)
def test_what_cannot_be_told_here_is_no_rule(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        Rule.parse(text)


def test_times_are_counted_from_the_day_one_asks_about() -> None:
    rule, begins = Rule.parse("FREQ=DAILY;COUNT=5"), date(2026, 6, 17)
    assert rule.left_from(begins, begins=begins).times == 5
    assert rule.left_from(date(2026, 6, 20), begins=begins).times == 2


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("FREQ=DAILY", "every day", "每1天"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20261231",
         "every 2 weeks on Monday and Friday, until Dec 31, 2026",
         "每2周的星期一和星期五，至2026年12月31日"),
        ("FREQ=MONTHLY;BYMONTHDAY=31",
         "every month on day 31 (left out where there is no such day)",
         "每1个月的31日（没有这一天的跳过）"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day", "每1个月的最后一天"),
        ("FREQ=MONTHLY;BYDAY=3FR;COUNT=6", "every month on the third Friday, 6 times",
         "每1个月的第三个星期五，共6次"),
        ("FREQ=YEARLY", "every year on Feb 29 (left out where there is no such day)",
         "每1年的2月29日（没有这一天的跳过）"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_both_languages(
    context: None, text: str, english: str, chinese: str
) -> None:
    begins = date(2028, 2, 29)
    assert rule_word(Rule.parse(text), begins) == english
    g.language = "zh"
    refresh()
    assert rule_word(Rule.parse(text), begins) == chinese


def test_its_days_in_between_are_those_that_follow_one_another() -> None:
    begins, last = date(2024, 1, 31), date(2026, 3, 1)
    for text in ("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
                 "FREQ=YEARLY", "FREQ=DAILY;COUNT=9"):  # fmt: skip
        rule, found, day = Rule.parse(text), [], date(2024, 2, 1)
        while (following := rule.after(day, begins=begins)) and following <= last:
            found.append(day := following)
        assert rule.between(date(2024, 2, 1), last, begins=begins) == found


def test_no_day_comes_that_a_form_would_refuse() -> None:
    begins = date(2190, 2, 28)
    assert days("FREQ=YEARLY;INTERVAL=6", begins, 9) == ["96-02-28"]


LONG_AGO = [
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=7", "FREQ=WEEKLY;BYDAY=WE", "FREQ=DAILY;UNTIL=20260701",
    "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,WE,SU", "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=-1", "FREQ=MONTHLY;INTERVAL=11;BYDAY=1WE",
    "FREQ=MONTHLY;BYDAY=-1WE", "FREQ=YEARLY;INTERVAL=3", "FREQ=DAILY;COUNT=999",
]  # fmt: skip


@pytest.mark.parametrize("text", LONG_AGO)
def test_what_began_long_ago_has_the_days_that_the_standard_counts(text: str) -> None:
    begins, end = date(2024, 1, 31), date(2028, 12, 31)  # from a Wednesday on
    first, last = (datetime.combine(each, time.min) for each in (begins, end + timedelta(days=1)))
    standard = [each.date() for each in rrulestr(text, dtstart=first).between(first, last)]
    for ahead in range(0, 900, 13):
        day = begins + timedelta(days=ahead)
        later = [each for each in standard if each > day]
        rule = Rule.parse(text)
        assert rule.after(day, begins=begins) == (later[0] if later else None)
        assert rule.between(day, end, begins=begins) == later


@pytest.mark.parametrize(
    "text", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=MONTHLY;BYDAY=3FR"]
)
def test_what_began_long_ago_takes_no_longer_than_what_begins_now(text: str) -> None:
    rule, begun = Rule.parse(text), process_time()
    for _each in range(200):
        rule.between(date(2026, 6, 1), date(2026, 7, 5), begins=date(1900, 1, 1))
    assert process_time() - begun < 1  # seconds; from its first day on it would take 10 to 40
