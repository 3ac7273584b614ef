"""Whatever deals go through, reports say of their way what a plain replay says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm import clock
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.deals.history import ENDS, Move
from crm.filters.facets import Person
from crm.filters.reports import DealReportFilter
from crm.models import Deal, Option, OptionList, Pipeline, Stage, User
from crm.queries.reports import ALL
from crm.queries.reports.report import Table
from tests.cast import Cast
from tests.reports import lives
from tests.reports.lives import Diary
from tests.reports.lives import retired as counted_as

BEGIN = datetime(2026, 1, 20, 15, 30, tzinfo=UTC)  # half an hour before midnight in Shanghai
AFTER = BEGIN + timedelta(days=1000)
BEYOND = 99  # the fifth stage: nobody goes there
PERIODS = [(date(2026, 1, 1), date(2029, 12, 31)), (date(2026, 1, 21), date(2026, 3, 15)),
           (date(2026, 3, 16), date(2026, 6, 30))]  # fmt: skip


@pytest.fixture
def stages(cast: Cast) -> Iterator[list[Stage]]:
    """Four stages that ask for nothing, and two of another pipeline."""
    other = Pipeline(label_zh="经销", label_en="Dealers", position=1)
    other.stages = [Stage(label_zh=str(at), label_en=str(at), position=at, probability=20)
                    for at in range(2)]  # fmt: skip
    db.session.add(other)
    db.session.commit()
    ours = [*cast.stages[:4], *other.stages]
    for stage in ours:
        stage.required = []
    db.session.commit()
    yield ours
    db.session.rollback()


def live(life: Any, stages: list[Stage], owner: User, reason: Option) -> Diary:
    """Live it by the verbs, and write it down."""
    begin, amount, days, deeds = life
    now = BEGIN + timedelta(days=days)
    deal = Deal(name="一单", owner=owner)
    deal.set_amount(amount, "CNY")
    diary = Diary(amount)
    with clock.stopped_at(now):
        Deal.open(deal, stages[begin], by=owner)
        db.session.flush()
    diary.begin(begin, now)
    for deed, number, gap in deeds:
        now += gap
        with clock.stopped_at(now):
            do(deed, number, deal, diary, stages, owner, reason)
            db.session.flush()
    return diary


def do(
    deed: str, number: int, deal: Deal, diary: Diary, stages: list[Stage], owner: User,
    reason: Option,
) -> None:  # fmt: skip
    now = clock.now()
    if deed == "move" and not diary.ended:
        stage = stages[number]
        go = deal.move_to if stage.pipeline_id == deal.pipeline_id else deal.reroute
        go(stage, by=owner)
        diary.move(number, now)
    elif deed == "take back" and diary.may_take_back(now):
        deal.take_back_move(by=owner)
        diary.take_back()
    elif deed == "win" and not diary.ended and diary.amount is not None:
        deal.win(by=owner)
        diary.close("won", now)
    elif deed == "lose" and not diary.ended:
        deal.lose(by=owner, reason=reason)
        diary.close("lost", now)
    elif deed == "reopen" and diary.ended:
        deal.reopen(by=owner)
        diary.reopen(now)


def table(report: str, days: tuple[date, date], cast: Cast) -> Table:
    owner = (Person(cast.sun.id),)
    filter = DealReportFilter(report=report, period=Days.between(*days), owner=owner)
    return ALL[report].of(filter, cast.admin)


def number_of(end: int | str, stages: list[Stage]) -> int:
    return ENDS[end] if isinstance(end, str) else stages[end].id


def tenth(days: Any) -> Decimal | None:
    return None if days is None else round(Decimal(days), 6)


def in_days(length: timedelta) -> Decimal:
    return Decimal(length // timedelta(seconds=1)) / 86_400


NOW = timedelta(0)
# Back, and forward into the stage that is retired: there it stands, and its stay goes on.
AROUND = (2, None, 0, [("move", 0, NOW), ("move", 3, NOW)])

# Out of the stage that is retired, and in the same moment into the one it goes into.
THROUGH = (0, None, 0, [("move", 3, NOW), ("move", 0, timedelta(minutes=10)), ("move", 2, NOW)])


@example(lives=[AROUND], retires=True)
@example(lives=[THROUGH], retires=True)
@given(lives=lives.lives, retires=st.booleans())
@settings(max_examples=40)
def test_reports_of_the_way_say_what_a_replay_says(
    cast: Cast, stages: list[Stage], lives: list[Any], retires: bool
) -> None:
    reason = cast.option(OptionList.LOST_REASON, "Price")
    try:
        diaries = [live(life, stages, cast.sun, reason) for life in lives]
        if retires:
            with clock.stopped_at(AFTER):
                stages[3].retire(stages[2], by=cast.admin)
            diaries = [counted_as(diary) for diary in diaries]
        for days in PERIODS:
            check_moves(diaries, days, stages, cast)
            check_stays(diaries, days, stages, cast)
            check_funnel(diaries, days, stages, cast)
    finally:
        db.session.rollback()


def check_moves(
    diaries: list[Diary], days: tuple[date, date], stages: list[Stage], cast: Cast
) -> None:
    expected = {
        Move.between(*(number_of(end, stages) for end in ends)): (
            deals, moves, value, tenth(median(map(in_days, stood))) if stood else None
        )
        for ends, (deals, moves, value, stood) in lives.moves(diaries, *days).items()
    }  # fmt: skip
    found = {
        row.key: (*(figure.value for figure in row.figures[:3]), tenth(row.figures[3].value))
        for row in table("movement", days, cast).rows
    }
    assert found == expected


def check_stays(
    diaries: list[Diary], days: tuple[date, date], stages: list[Stage], cast: Cast
) -> None:
    numbers = {str(stage.id): number for number, stage in enumerate(stages)}
    for row in table("stays", days, cast).rows:
        if row.key not in numbers:
            assert row.figures[0].value == 0
            continue
        stood = list(map(in_days, lives.stood(diaries, numbers[row.key], *days)))
        assert row.figures[0].value == len(stood)
        assert tenth(row.figures[1].value) == (tenth(median(stood)) if stood else None)


def check_funnel(
    diaries: list[Diary], days: tuple[date, date], stages: list[Stage], cast: Cast
) -> None:
    cohort = list(lives.began_here(diaries, *days))
    numbers = {str(stage.id): number for number, stage in enumerate(stages)}
    for row in table("funnel", days, cast).rows:
        if row.key == "won":
            there = [diary for diary in cohort if diary.ended == "won"]
        else:
            number = numbers.get(row.key, BEYOND)
            there = [diary for diary in cohort if lives.reached(diary, number)]
            still = [diary for diary in cohort if diary.here == number and not diary.ended]
            assert row.figures[3].value == len(still)
        assert row.figures[0].value == len(there)
        assert row.figures[1].value == sum((diary.amount or Decimal(0) for diary in there),
                                           Decimal(0))  # fmt: skip
