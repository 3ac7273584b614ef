"""Standing still: from when on a deal does, and until when it may."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from crm import clock
from crm.extensions import db
from crm.filters.deals import DealFilter
from crm.filters.deals.stagnation import snoozed, stuck
from crm.models import Action, Company, Deal, Event, OptionList
from crm.models.deal import Missing, StageChanged
from crm.models.deal.snooze import Snooze
from crm.models.deal.snoozing import DayPassed, alarm_days
from tests.cast import Cast

TODAY = date(2026, 6, 17)
JULY = date(2026, 7, 1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def events(deal: Deal) -> list[Action]:
    return list(db.session.scalars(
        select(Event.action).where(Event.deal_id == deal.id).order_by(Event.id)))  # fmt: skip


def later(days: float) -> None:
    clock.set_to(clock.now() + timedelta(days=days))


def still(**asked: bool) -> set[str]:
    return set(db.session.scalars(select(Deal.name).where(stuck(**asked))))


@pytest.fixture
def snooze(cast: Cast) -> Snooze:
    """The pumps may stand still until July."""
    cast.pumps.snooze(JULY, reason="客户停产检修", by=cast.wang)
    db.session.commit()
    return cast.pumps.snoozes[0]


# From when on a deal stands still


@pytest.mark.parametrize(("limit", "alarm"), [(1, 2), (2, 3), (3, 5), (14, 21), (999, 1499)])
def test_an_alarm_comes_after_half_as_long_again_rounded_up(limit: int, alarm: int) -> None:
    assert alarm_days(limit) == alarm


@settings(max_examples=25)
@given(
    limit=st.integers(1, 999),
    now=st.integers(0, 2 * 365 * 1440).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
    minutes=st.integers(0, 1439),
    snoozed_for=st.none() | st.integers(-3, 3),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC", "Pacific/Auckland"]),
)
def test_the_database_and_python_agree_on_every_day(
    cast: Cast, limit: int, now: datetime, minutes: int, snoozed_for: int | None, zone: str
) -> None:
    """One deal for each day from 0 to twice the limit."""
    company, stage = Company.current(), cast.stages[1]
    before = company.timezone, stage.days_to_rot
    company.timezone, stage.days_to_rot = zone, limit
    with clock.stopped_at(now):
        today = company.today()
        until = None if snoozed_for is None else today + timedelta(days=snoozed_for)
        entered = now - timedelta(minutes=minutes)
        db.session.execute(
            insert(Deal),
            [
                {"name": str(ago), "owner_id": cast.wang.id, "pipeline_id": stage.pipeline_id,
                 "stage_id": stage.id, "stage_since": entered - timedelta(days=ago),
                 "currency": "CNY", "rate": 1, "custom": {}, "snoozed_until": until, "version": 1,
                 "created_at": now, "updated_at": now, "sort_name": str(ago)}
                for ago in range(2 * limit + 1)
            ],
        )  # fmt: skip
        mine = Deal.name.regexp_match("^[0-9]+$")
        deals = db.session.scalars(select(Deal).where(mine)).all()
        said = {
            tone: {int(deal.name) for deal in deals if deal.stagnation(now) in words}
            for tone, words in (("stuck", ("warning", "alarm")), ("alarm", ("alarm",)))
        }
        asked = {
            tone: set(map(int, db.session.scalars(select(Deal.name).where(mine, condition))))
            for tone, condition in (("stuck", stuck()), ("alarm", stuck(alarm=True)))
        }
        resting = set(db.session.scalars(select(Deal.name).where(mine, snoozed())))
        assert asked == said
        assert resting == {deal.name for deal in deals if deal.is_snoozed(now)}
        assert len(resting) in (0, len(deals))
        if not resting:
            # The days are the company's: what was entered yesterday evening is a day old.
            night = (today - company.day_of(entered)).days
            assert said["stuck"] == {
                ago
                for ago in range(2 * limit + 1)
                if (today - company.day_of(entered - timedelta(days=ago))).days >= limit
            }
            assert limit - night in said["stuck"]
    db.session.rollback()
    assert (Company.current().timezone, cast.stages[1].days_to_rot) == before


def test_a_day_begins_at_the_companys_midnight(cast: Cast) -> None:
    """The pumps came at noon in Shanghai, and may stand for 14 days."""
    clock.set_to(datetime(2026, 6, 30, 15, 59, tzinfo=UTC))  # one minute to midnight there
    assert (cast.pumps.stagnation(clock.now()), still()) == ("", set())
    later(1 / 1440)
    assert (cast.pumps.stagnation(clock.now()), still()) == (
        "warning", {"西格玛磁力泵 20 台", "电话询价", "天成压力表"}
    )  # fmt: skip


def test_a_stage_without_a_limit_lets_deals_stand(cast: Cast) -> None:
    for stage in cast.stages:
        stage.days_to_rot = 0
    later(999)
    assert (still(), cast.pumps.stagnation(clock.now())) == (set(), "")


# Until when it may


def test_a_snooze_is_a_row_with_a_reason_and_an_event(cast: Cast, snooze: Snooze) -> None:
    deal = cast.pumps
    assert (snooze.until, snooze.reason, snooze.by) == (JULY, "客户停产检修", cast.wang)
    assert (deal.snoozed_until, deal.last_snooze) == (JULY, snooze)
    event = db.session.scalars(select(Event).where(Event.action == Action.DEAL_SNOOZED)).one()
    assert event.particulars == {
        "name": deal.name, "until": "2026-07-01", "reason": "客户停产检修"
    }  # fmt: skip


def test_it_stands_still_again_the_day_after_counted_from_stage_entry(
    cast: Cast, snooze: Snooze
) -> None:
    later(14)  # the first of July: warned of today, if it were not snoozed
    assert (cast.pumps.stagnation(clock.now()), cast.pumps.days_in_stage(clock.now())) == ("", 14)
    assert cast.pumps.name not in still()
    assert snoozed_deals(cast) == [cast.pumps.name]
    later(1)
    assert cast.pumps.stagnation(clock.now()) == "warning"
    assert cast.pumps.name in still()
    assert snoozed_deals(cast) == []


def snoozed_deals(cast: Cast) -> list[str]:
    """What the list of snoozed deals shows."""
    found = db.session.scalars(DealFilter.parse_text("snoozed=1").narrow(cast.wang))
    return [deal.name for deal in found]


def test_the_same_snooze_again_changes_nothing(cast: Cast, snooze: Snooze) -> None:
    cast.pumps.snooze(JULY, reason="客户停产检修", by=cast.li)
    assert cast.pumps.snoozes == [snooze]
    assert events(cast.pumps).count(Action.DEAL_SNOOZED) == 1


def test_another_snooze_ends_the_one_before(cast: Cast, snooze: Snooze) -> None:
    later(1)
    cast.pumps.snooze(JULY + timedelta(days=9), reason="检修延期", by=cast.li)
    db.session.commit()
    assert (snooze.ended_at, snooze.ended_by_id) == (clock.now(), cast.li.id)
    assert cast.pumps.snoozed_until == JULY + timedelta(days=9)
    assert [each.ended_at is None for each in cast.pumps.snoozes] == [False, True]


def test_waking_ends_it_and_a_deal_that_is_awake_stays_so(cast: Cast, snooze: Snooze) -> None:
    cast.pumps.wake(by=cast.wang)
    cast.pumps.wake(by=cast.wang)
    db.session.commit()
    assert (cast.pumps.snoozed_until, cast.pumps.last_snooze) == (None, None)
    assert snooze.ended_at == clock.now()
    assert events(cast.pumps).count(Action.DEAL_WOKEN) == 1


def test_a_snooze_that_is_over_needs_no_waking(cast: Cast, snooze: Snooze) -> None:
    later(20)
    cast.pumps.wake(by=cast.wang)
    assert Action.DEAL_WOKEN not in events(cast.pumps)


@pytest.mark.parametrize("end", ["moved", "won", "lost", "trashed"])
def test_what_ends_a_snooze(cast: Cast, snooze: Snooze, end: str) -> None:
    deal, wang = cast.pumps, cast.wang
    later(1)
    if end == "moved":
        deal.move_to(cast.stages[2], by=wang)
    elif end == "won":
        deal.win(by=wang)
    elif end == "lost":
        deal.lose(by=wang, reason=cast.option(OptionList.LOST_REASON, "Price"))
    else:
        deal.trash(by=wang)
    db.session.commit()
    assert (snooze.ended_at, snooze.ended_by_id, deal.snoozed_until) == (
        clock.now(), wang.id, None
    )  # fmt: skip
    assert Action.DEAL_WOKEN not in events(deal)  # what ended it says so itself


def test_a_move_taken_back_ends_what_was_snoozed_since_and_resumes_what_it_ended(
    cast: Cast, snooze: Snooze
) -> None:
    deal, wang = cast.pumps, cast.wang
    later(1)
    deal.move_to(cast.stages[2], by=wang)
    deal.snooze(JULY + timedelta(days=20), reason="等图纸", by=wang)
    db.session.commit()
    deal.take_back_move(by=wang)
    db.session.commit()
    first, second = deal.snoozes
    assert (first, first.ended_at, deal.snoozed_until) == (snooze, None, JULY)
    assert second.ended_at is not None
    # Moved and taken back without one: there is none afterwards either.
    deal.wake(by=wang)
    later(1)
    deal.move_to(cast.stages[2], by=wang)
    db.session.commit()
    deal.take_back_move(by=wang)
    db.session.commit()
    assert deal.last_snooze is None


@pytest.mark.parametrize(
    ("until", "reason", "won", "refused"),
    [
        (TODAY - timedelta(days=1), "检修", False, DayPassed),
        (JULY, " ", False, Missing),
        (JULY, "检修", True, StageChanged),
    ],
)
def test_what_may_not_be_snoozed(
    cast: Cast, until: date, reason: str, won: bool, refused: type[Exception]
) -> None:
    if won:
        cast.pumps.win(by=cast.wang)
    with pytest.raises(refused):
        cast.pumps.snooze(until, reason=reason, by=cast.wang)
    assert cast.pumps.snoozes == []


def test_one_may_stand_still_for_today_alone(cast: Cast) -> None:
    cast.pumps.snooze(TODAY, reason="今天来访", by=cast.wang)
    assert cast.pumps.is_snoozed(clock.now())
    later(1)
    assert not cast.pumps.is_snoozed(clock.now())
