"""Slots: which comes next, by whatever clock, on days that are longer or shorter than others."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.schedules import Daily, Every, Schedule

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HAVANA, HONOLULU, APIA = map(ZoneInfo, ("America/Havana", "Pacific/Honolulu", "Pacific/Apia"))
SEVEN, HALF_PAST_TWO, FIVE_PAST = Daily(time(7, 0)), Daily(time(2, 30)), Daily(time(0, 5))
TEN_MINUTES = Every(minutes=10)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-06-17 04:00", "2026-06-17 04:10"),
        ("2026-06-17 04:09:59", "2026-06-17 04:10"),
        ("2026-06-17 04:10", "2026-06-17 04:20"),
        ("2026-12-31 23:55", "2027-01-01 00:00"),
        ("2026-03-29 00:59", "2026-03-29 01:00"),  # clocks go forward in Berlin, not here
    ],
)
def test_every_ten_minutes_means_on_the_clock(moment: str, expected: str) -> None:
    assert TEN_MINUTES.after(utc(moment), BERLIN) == utc(expected)


@pytest.mark.parametrize("minutes", [0, 7, 1441, -5])
def test_what_does_not_fit_into_a_day_is_no_schedule(minutes: int) -> None:
    with pytest.raises(ValueError, match="whole number"):
        Every(minutes=minutes)


@pytest.mark.parametrize(
    ("daily", "zone", "moment", "expected"),
    [
        (SEVEN, SHANGHAI, "2026-06-16 22:59", "2026-06-16 23:00"),
        (SEVEN, SHANGHAI, "2026-06-16 23:00", "2026-06-17 23:00"),
        (SEVEN, BERLIN, "2026-12-31 06:00", "2027-01-01 06:00"),
        # On the day before clocks go forward, on that day, and after it.
        (SEVEN, BERLIN, "2026-03-28 05:00", "2026-03-28 06:00"),
        (SEVEN, BERLIN, "2026-03-28 06:00", "2026-03-29 05:00"),
        # 2:30 is left out on March 29: it is 3:30 then, two and a half hours after midnight.
        (HALF_PAST_TWO, BERLIN, "2026-03-28 02:00", "2026-03-29 01:30"),
        (HALF_PAST_TWO, BERLIN, "2026-03-29 01:00", "2026-03-29 01:30"),
        (HALF_PAST_TWO, BERLIN, "2026-03-29 01:30", "2026-03-30 00:30"),
        # 2:30 comes twice on October 25: it is the first one.
        (HALF_PAST_TWO, BERLIN, "2026-10-24 12:00", "2026-10-25 00:30"),
        (HALF_PAST_TWO, BERLIN, "2026-10-25 00:30", "2026-10-26 01:30"),
        (HALF_PAST_TWO, BERLIN, "2026-10-25 01:30", "2026-10-26 01:30"),
        # In Havana midnight itself is left out, and comes twice.
        (FIVE_PAST, HAVANA, "2026-03-08 04:00", "2026-03-08 05:05"),
        (FIVE_PAST, HAVANA, "2026-03-08 05:05", "2026-03-09 04:05"),
        (FIVE_PAST, HAVANA, "2026-11-01 04:05", "2026-11-02 05:05"),
        (FIVE_PAST, HAVANA, "2026-11-01 05:05", "2026-11-02 05:05"),
        # Samoa had no December 30 in 2011.
        (SEVEN, APIA, "2011-12-29 17:00", "2011-12-30 17:00"),
        (SEVEN, APIA, "2011-12-30 17:00", "2011-12-31 17:00"),
    ],
)
def test_daily_is_a_time_of_the_companys_clock(
    daily: Daily, zone: ZoneInfo, moment: str, expected: str
) -> None:
    assert daily.after(utc(moment), zone) == utc(expected)


@pytest.mark.parametrize("daily", [SEVEN, HALF_PAST_TWO, FIVE_PAST, Daily(time(23, 59))])
@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, HAVANA])
def test_a_year_has_a_slot_on_each_day_and_no_day_has_two(daily: Daily, zone: ZoneInfo) -> None:
    moment, days = datetime(2026, 1, 1, tzinfo=zone), []
    while (moment := daily.after(moment, zone)) < datetime(2027, 1, 1, tzinfo=zone):
        days.append(moment.astimezone(zone).date())
    assert len(days) == len(set(days)) == 365


@pytest.mark.parametrize(
    ("schedule", "zone", "slot", "now", "following", "missed"),
    [
        (TEN_MINUTES, SHANGHAI, "2026-06-17 04:10", "2026-06-17 04:10:02", "2026-06-17 04:20", 0),
        (TEN_MINUTES, SHANGHAI, "2026-06-17 04:10", "2026-06-17 05:03", "2026-06-17 05:10", 5),
        (SEVEN, SHANGHAI, "2026-06-16 23:00", "2026-06-16 23:00:02", "2026-06-17 23:00", 0),
        (SEVEN, SHANGHAI, "2026-06-16 23:00", "2026-06-17 22:59", "2026-06-17 23:00", 0),
        (SEVEN, SHANGHAI, "2026-06-16 23:00", "2026-06-24 09:00", "2026-06-24 23:00", 7),
        # Away over the day on which clocks go forward, and while they go back.
        (SEVEN, BERLIN, "2026-03-28 06:00", "2026-03-30 06:00", "2026-03-31 05:00", 2),
        (HALF_PAST_TWO, BERLIN, "2026-10-25 00:30", "2026-10-25 01:45", "2026-10-26 01:30", 0),
        # The clock of the machine was put back: what was run is not run again.
        (SEVEN, SHANGHAI, "2026-06-16 23:00", "2026-06-16 22:30", "2026-06-17 23:00", 0),
        (TEN_MINUTES, SHANGHAI, "2026-06-17 04:10", "2026-06-17 03:00", "2026-06-17 04:20", 0),
    ],
)
def test_what_was_missed_is_made_up_for_by_one_run(
    schedule: Schedule, zone: ZoneInfo, slot: str, now: str, following: str, missed: int
) -> None:
    assert schedule.following(utc(slot), utc(now), zone) == utc(following)
    assert schedule.missed(utc(slot), utc(now), zone) == missed


@pytest.mark.parametrize(
    ("then", "zone", "slot", "now", "moved"),
    [
        # Noon of the 17th in Shanghai, early morning in Berlin: the 17th is done, the 18th next.
        (SHANGHAI, BERLIN, "2026-06-17 23:00", "2026-06-17 04:00", "2026-06-18 05:00"),
        # Night in Berlin, when seven is over in Shanghai: the 18th is due at once.
        (BERLIN, SHANGHAI, "2026-06-18 05:00", "2026-06-18 00:00", "2026-06-17 23:00"),
        (BERLIN, HONOLULU, "2026-06-18 05:00", "2026-06-17 12:00", "2026-06-18 17:00"),
        (BERLIN, BERLIN, "2026-03-29 05:00", "2026-03-28 12:00", "2026-03-29 05:00"),
    ],
)
def test_a_company_that_moves_has_no_day_twice_and_none_left_out(
    then: ZoneInfo, zone: ZoneInfo, slot: str, now: str, moved: str
) -> None:
    assert SEVEN.moved(utc(slot), utc(now), (then, zone)) == utc(moved)


def test_a_schedule_that_changes_has_its_day_once_as_well() -> None:
    slot, now = utc("2026-06-16 23:00"), utc("2026-06-16 20:00")
    later = Daily(time(8, 0)).moved(slot, now, (SHANGHAI, SHANGHAI))
    assert later == slot + timedelta(hours=1)
    assert Every(minutes=5).moved(slot, now, (SHANGHAI, SHANGHAI)) == now + timedelta(minutes=5)
