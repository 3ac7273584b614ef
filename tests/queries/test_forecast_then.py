"""What was forecast on any day of the past is what a replay of all that was done to the deals says.

The replay knows nothing of expectations: it is a list of who did what when, played in plain Python.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from crm.filters.reports import DealReportFilter
from crm.models import Deal, OptionList, Pipeline
from crm.models.deal import AmountStands, Missing, StageChanged
from crm.models.pipeline import StagePlan
from crm.queries.reports import ALL
from tests.cast import Cast
from tests.databases import Databases

BEGIN = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)  # half past nine in Shanghai
FIRST_DAY = date(2026, 1, 5)
CHANCES = [10, 30, 50, 70, 90]

days = st.none() | st.integers(-20, 200).map(lambda n: FIRST_DAY + timedelta(days=n))
cents = st.none() | st.integers(0, 10**8).map(lambda n: Decimal(n) / 100)
deeds = st.one_of(
    st.tuples(st.just("price"), cents),
    st.tuples(st.just("chance"), st.none() | st.integers(0, 100)),
    st.tuples(st.just("expect"), days),
    st.tuples(st.just("move"), st.integers(0, 4)),
    st.tuples(st.just("stage chance"), st.tuples(st.integers(0, 4), st.integers(0, 100))),
    *(st.tuples(st.just(verb), st.none()) for verb in ("win", "lose", "reopen", "trash")),
)
steps = st.lists(
    st.tuples(st.integers(1, 200), st.integers(0, 2), deeds), min_size=10, max_size=20
)  # hours since the step before, which deal, what was done


@dataclass(frozen=True)
class State:
    """A deal as the replay knows it."""

    stage: int = 0
    amount: Decimal | None = None
    chance: int | None = None
    day: date | None = None
    is_open: bool = True
    is_trashed: bool = False


def replayed(state: State, verb: str, value: Any) -> State:
    """What the deal is after a deed."""
    match verb:
        case "price":
            return replace(state, amount=value)
        case "chance":
            return replace(state, chance=value)
        case "expect":
            return replace(state, day=value)
        case "move":
            return replace(state, stage=value)
        case "win" | "lose":
            return replace(state, is_open=False)
        case "reopen":
            return replace(state, is_open=True)
        case "trash":
            return replace(state, is_trashed=not state.is_trashed)
    return state


def do(cast: Cast, deal: Deal, verb: str, value: Any) -> None:
    """The same deed, done by the model's verbs."""
    by = cast.wang
    acts: dict[str, Callable[[], Any]] = {
        "price": lambda: deal.set_amount(value, "CNY"),
        "chance": lambda: setattr(deal, "probability", value),
        "expect": lambda: deal.expect_close_on(value, by=by),
        "move": lambda: deal.move_to(cast.stages[value], by=by),
        "win": lambda: deal.win(by=by),
        "lose": lambda: deal.lose(by=by, reason=cast.option(OptionList.LOST_REASON, "Price")),
        "reopen": lambda: deal.reopen(by=by),
        "trash": lambda: (deal.restore if deal.is_trashed else deal.trash)(by=by),
        "stage chance": lambda: arrange(cast, *value),
    }
    acts[verb]()
    deal.note_changes(by=by)


def arrange(cast: Cast, place: int, chance: int) -> None:
    """From now on the stage's chance is another one."""
    pipeline = Pipeline.main()
    plans = [
        StagePlan(
            stage.label_zh, stage.label_en, chance if at == place else stage.probability,
            stage.days_to_rot, stage.colour, stage=stage,
        )
        for at, stage in enumerate(pipeline.stages)
    ]  # fmt: skip
    pipeline.arrange(plans, by=cast.admin)


def played(cast: Cast, lived: list[Any]) -> list[tuple[datetime, dict[int, State], list[int]]]:
    """What was true after each step: the deals, and the chances of the stages."""
    for stage, chance in zip(cast.stages, CHANCES, strict=True):
        stage.probability, stage.required = chance, []
    for other in db.session.scalars(select(Deal)).all():
        other.trash(by=cast.li)
    begun: dict[int, State] = {}
    with clock.stopped_at(BEGIN):
        for n in range(3):
            state = State(amount=Decimal(1000 + n), day=FIRST_DAY + timedelta(days=90 + 20 * n))
            made = Deal(name=f"机会 {n}", owner=cast.wang, customer=cast.sigma,
                        expected_close=state.day)  # fmt: skip
            made.set_amount(state.amount, "CNY")
            Deal.open(made, cast.stages[0], by=cast.wang)
            db.session.flush()
            begun[made.id] = state
        db.session.commit()
    now, states, chances, ids = BEGIN, dict(begun), list(CHANCES), list(begun)
    history = [(now, dict(states), list(chances))]
    for hours, which, (verb, value) in lived:
        now += timedelta(hours=hours)
        with clock.stopped_at(now):
            deal = db.session.get_one(Deal, ids[which])
            try:
                do(cast, deal, verb, value)
            except (Missing, StageChanged, AmountStands):
                db.session.rollback()
                continue
            db.session.commit()
            states[deal.id] = replayed(states[deal.id], verb, value)
            if verb == "stage chance":
                chances[value[0]] = value[1]
        history.append((now, dict(states), list(chances)))
    return history


@settings(max_examples=25, deadline=None)
@given(lived=steps, first=st.integers(-2, 90), length=st.integers(0, 200))
def test_a_forecast_as_it_stood_is_what_a_replay_says(
    session_app: Flask, databases: Databases, lived: list[Any], first: int, length: int
) -> None:
    databases.renew(session_app)
    with session_app.test_request_context():
        cast = Cast()
        history = played(cast, lived)
        begins = FIRST_DAY + timedelta(days=first)
        ends = begins + timedelta(days=length)
        with clock.stopped_at(history[-1][0] + timedelta(days=400)):
            period = Days.between(begins, ends)
            table = ALL["forecast_then"].of(DealReportFilter(period=period, by="month"), cast.admin)
            assert table.total
            told = [figure.value for figure in table.total.figures[:3]]
            expected = forecast_of(history, begins, ends)
            assert told == expected
            if expected[0] is not None:
                by_month = [[figure.value for figure in row.figures[:3]] for row in table.rows]
                assert [sum(column) for column in list(zip(*by_month, strict=True))[:2]] == told[:2]
                behind = table.total.figures[0].list
                assert isinstance(behind, DealFilter)
                assert len(behind.ids(cast.admin, 100)) == told[0]
        db.session.remove()
    clock.set_to(None)


def forecast_of(history: list[Any], begins: date, ends: date) -> list[Any]:
    """Count, amount and weighted amount as they stood when ``begins`` began, in Shanghai."""
    midnight = datetime(begins.year, begins.month, begins.day, tzinfo=UTC) - timedelta(hours=8)
    known = [(states, chances) for at, states, chances in history if at <= midnight]
    if not known:
        return [None, None, None]
    states, chances = known[-1]
    thrown_away = {id for id, state in history[-1][1].items() if state.is_trashed}
    stood = [
        state for id, state in states.items()
        if id not in thrown_away and state.is_open and not state.is_trashed
        and state.day is not None and begins <= state.day <= ends
    ]  # fmt: skip
    amounts = [state.amount or Decimal(0) for state in stood]
    weighted = sum(
        amount * (chances[state.stage] if state.chance is None else state.chance)
        for amount, state in zip(amounts, stood, strict=True)
    )
    to_cent = (Decimal(weighted) / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return [len(stood), sum(amounts, Decimal(0)), to_cent]
