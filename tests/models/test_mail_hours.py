"""Quiet hours and the hour of the digest: in the reader's zone, over midnight, on any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import MailHours, User

START = datetime(2026, 1, 1, tzinfo=UTC)
SHANGHAI, BERLIN, NEW_YORK = "Asia/Shanghai", "Europe/Berlin", "America/New_York"


def hours(
    zone: str, begin: str = "", end: str = "", *, weekends: bool = False, digest: str = "08:00"
) -> MailHours:
    """Those of somebody in ``zone``."""
    return MailHours(
        user=User(name="王芳", timezone=zone), digest_at=time.fromisoformat(digest),
        quiet_from=time.fromisoformat(begin) if begin else None,
        quiet_to=time.fromisoformat(end) if end else None, quiet_weekends=weekends,
    )  # fmt: skip


def at(text: str, zone: str) -> datetime:
    """``2026-06-17 22:30`` there, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "begin", "end", "weekends", "now", "opens"),
    [
        # Over midnight: before it, after it, at both ends, and by day.
        (SHANGHAI, "21:00", "08:00", False, "2026-06-17 22:30", "2026-06-18 08:00"),
        (SHANGHAI, "21:00", "08:00", False, "2026-06-18 02:00", "2026-06-18 08:00"),
        (SHANGHAI, "21:00", "08:00", False, "2026-06-17 21:00", "2026-06-18 08:00"),
        (SHANGHAI, "21:00", "08:00", False, "2026-06-18 08:00", "2026-06-18 08:00"),
        (SHANGHAI, "21:00", "08:00", False, "2026-06-17 12:00", "2026-06-17 12:00"),
        # Within a day.
        (SHANGHAI, "12:00", "14:00", False, "2026-06-17 13:15", "2026-06-17 14:00"),
        # Over the end of the year.
        (SHANGHAI, "21:00", "08:00", False, "2026-12-31 23:59", "2027-01-01 08:00"),
        # A Friday's night ends in a quiet Saturday, and Sunday's in a night.
        (SHANGHAI, "21:00", "08:00", True, "2026-06-19 22:00", "2026-06-22 08:00"),
        (SHANGHAI, "", "", True, "2026-06-20 10:00", "2026-06-22 00:00"),
        (SHANGHAI, "", "", False, "2026-06-20 10:00", "2026-06-20 10:00"),
        # Berlin's clocks go forward: the night is an hour shorter, and 2:30 is not there.
        (BERLIN, "22:00", "07:00", False, "2026-03-28 23:00", "2026-03-29 07:00"),
        (BERLIN, "22:00", "02:30", False, "2026-03-28 23:00", "2026-03-29 03:30"),
        # They go back: the night is an hour longer.
        (BERLIN, "22:00", "07:00", False, "2026-10-24 23:00", "2026-10-25 07:00"),
        (NEW_YORK, "22:00", "07:00", False, "2026-10-31 23:00", "2026-11-01 07:00"),
    ],
)  # fmt: skip
def test_a_mail_waits_until_the_quiet_hours_end(
    context: None, zone: str, begin: str, end: str, weekends: bool, now: str, opens: str
) -> None:
    quiet = hours(zone, begin, end, weekends=weekends)
    assert quiet.open_from(at(now, zone)) == at(opens, zone)


def test_in_the_hour_that_the_clocks_repeat_quiet_hours_end_once_more(context: None) -> None:
    quiet = hours(BERLIN, "22:00", "02:30")
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 2:10 for the second time
    assert quiet.open_from(second) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(
    moment=st.integers(0, 2 * 365 * 24 * 60).map(lambda each: START + timedelta(minutes=each)),
    begin=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    end=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    weekends=st.booleans(), zone=st.sampled_from((SHANGHAI, BERLIN, NEW_YORK)),
)  # fmt: skip
def test_whenever_it_is_quiet_it_ends_and_what_ended_is_open(
    moment: datetime, begin: time, end: time, weekends: bool, zone: str
) -> None:
    quiet = hours(zone, weekends=weekends)
    quiet.quiet_from, quiet.quiet_to = begin, end
    now = moment
    opens = quiet.open_from(now)
    assert now <= opens <= now + timedelta(days=4)
    assert quiet.open_from(opens) == opens


@pytest.mark.parametrize(
    ("zone", "now", "came"),
    [
        (SHANGHAI, "2026-06-17 08:00", "2026-06-17 08:00"),
        (SHANGHAI, "2026-06-17 07:59", "2026-06-16 08:00"),
        (SHANGHAI, "2027-01-01 07:59", "2026-12-31 08:00"),
        (BERLIN, "2026-03-29 09:00", "2026-03-29 08:00"),
        (BERLIN, "2026-10-25 07:00", "2026-10-24 08:00"),
    ],
)
def test_the_hour_of_the_digest_is_the_readers(
    context: None, zone: str, now: str, came: str
) -> None:
    assert hours(zone).last_digest(at(now, zone)) == at(came, zone)


def test_a_digest_is_taken_once_a_day_also_where_the_clocks_repeat_its_hour(context: None) -> None:
    mine = hours(BERLIN, digest="02:30")
    first = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)  # 2:40, and an hour later once more
    assert mine.take_digest(first) is not None
    assert mine.digested_on == date(2026, 10, 25)
    assert mine.take_digest(first + timedelta(hours=1)) is None
    assert mine.take_digest(first + timedelta(hours=26)) is not None
