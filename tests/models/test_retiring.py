"""Stages and pipelines that go out of use: their deals go on, and what happened stays."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.filters.deals.history import steps
from crm.models import Action, Deal, Event, Option, OptionList, Pipeline, Stage, StageStay
from crm.models.deal import StageChanged
from crm.models.deal.snooze import Snooze
from crm.models.expectation import Expectation
from crm.models.pipeline import OnlyPipeline
from tests.cast import Cast
from tests.conftest import NOON

MOVED = NOON + timedelta(days=3)


# What is compared of each table. A deal's version only has to be another one: verbs count it up
# with each flush.
KEPT: dict[Any, str] = {
    Deal: "stage_id pipeline_id stage_since updated_at closed_at trashed_at snoozed_until",
    StageStay: "stage_id entered_at entered_by_id left_at left_by_id",
    Expectation: "from_at until_at owner_id pipeline_id stage_id base_amount chance expected_close",
    Snooze: "until reason at ended_at ended_by_id",
    Event: "action at by_id customer_id subject_kind particulars",
}


def rows_of(*deals: Deal, left: Stage | None = None) -> list[Any]:
    """What the database keeps of these deals and their ways.

    :param left: the stage that is not told by its id.
    """
    db.session.flush()
    db.session.expire_all()
    places = {deal.id: place for place, deal in enumerate(deals)}
    hidden = left.id if left else None
    return [
        (places[getattr(row, key.key)], *(
            "left" if name == "stage_id" and getattr(row, name) == hidden
            else str(getattr(row, name)) for name in names.split()
        ))
        for model, names in KEPT.items()
        for key in [model.id if model is Deal else model.deal_id]
        for row in db.session.scalars(select(model).where(key.in_(places)).order_by(key, model.id))
    ]  # fmt: skip


# What may have become of a deal before: amount, its own chance, a snooze, an outcome, the trash.
LIVES = st.lists(
    st.tuples(
        st.none() | st.integers(1, 10**7), st.none() | st.integers(0, 100),
        st.sampled_from(["open", "snoozed", "lost", "trashed", "elsewhere"]),
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=15)
@given(lives=LIVES)
def test_retiring_leaves_what_moving_deal_by_deal_leaves(
    app: Flask, lives: list[tuple[int | None, int | None, str]]
) -> None:
    with app.app_context():
        cast = Cast()
        admin, into = cast.admin, cast.spares.stages[0]
        made = {}
        for name in ("one", "other"):
            stage = Stage(pipeline_id=into.pipeline_id, label_zh="旧", label_en="Old",
                          probability=20, position=9)  # fmt: skip
            db.session.add(stage)
            db.session.flush()
            made[name] = stage, [_lived(cast, stage, *life) for life in lives]
        db.session.flush()
        clock.set_to(MOVED)
        stage, one_by_one = made["one"]
        for deal in one_by_one:
            if deal.is_open and deal.stage is stage:
                deal.move_to(into, by=admin)
        stage, together = made["other"]
        count = stage.retire(into, by=admin)
        assert count == sum(life[2] in ("open", "snoozed", "trashed") for life in lives)
        expected = rows_of(*one_by_one, left=made["one"][0])
        assert rows_of(*together, left=stage) == expected
        db.session.rollback()
        clock.set_to(NOON)


def _lived(cast: Cast, stage: Stage, amount: int | None, chance: int | None, end: str) -> Deal:
    """A deal of Wang's that came into ``stage``, and what became of it since."""
    deal = Deal(name="备件 “二期”", owner=cast.wang, customer=cast.sigma, probability=chance)
    deal.set_amount(None if amount is None else Decimal(amount), "CNY")
    Deal.open(deal, stage, by=cast.wang)
    if end == "lost":
        reason = db.session.scalars(Option.of(OptionList.LOST_REASON)).first()
        deal.lose(by=cast.wang, reason=reason)
    elif end == "snoozed":
        deal.snooze(MOVED.date() + timedelta(days=9), reason="年检后再谈", by=cast.wang)
    elif end == "trashed":
        deal.trash(by=cast.wang)
    elif end == "elsewhere":
        deal.move_to(cast.spares.stages[1], by=cast.wang)
    return deal


@pytest.fixture
def here(app: Flask) -> Any:
    with app.app_context():
        yield


def test_what_ended_in_a_retired_stage_stays_there(here: None, cast: Cast) -> None:
    first, second = cast.stages[:2]
    reason = cast.option(OptionList.LOST_REASON, "Price")
    cast.gauges.lose(by=cast.wu, reason=reason)
    clock.set_to(MOVED)
    version = cast.vague.version
    assert first.retire(second, by=cast.admin) == 1
    assert cast.vague.version > version, "a form that was drawn before is stale"
    assert (cast.gauges.stage, cast.vague.stage) == (first, second)
    assert [stay.stage for stay in cast.vague.stays] == [first, second]
    assert first not in Pipeline.main().stages
    assert first.in_force is second
    event = db.session.scalars(select(Event).where(Event.action == Action.STAGE_RETIRED)).one()
    assert event.particulars["count"] == 1
    moved = db.session.scalars(select(Event).where(Event.action == Action.DEAL_MOVED)).one()
    assert moved.done_at == MOVED, "nothing follows from it"


def test_a_retired_stage_is_not_retired_again_and_can_come_back(here: None, cast: Cast) -> None:
    first, second, third = cast.stages[:3]
    first.retire(second, by=cast.admin)
    assert first.retire(third, by=cast.admin) == 0
    assert first.retired_into is second
    second.retire(third, by=cast.admin)
    assert first.in_force is third
    Pipeline.main().bring_back(first, by=cast.admin)
    assert Pipeline.main().stages[-1] is first
    assert cast.vague.stage is third, "what went stays where it went"


def ways() -> list[tuple[int, int, int]]:
    """Every step of every deal, as reports and lists know them."""
    step = steps()
    rows = db.session.execute(select(step.c.deal_id, step.c.left, step.c.entered))
    return sorted((deal_id, left, entered) for deal_id, left, entered in rows)


def test_what_happened_stays_so_when_a_stage_comes_back(here: None, cast: Cast) -> None:
    first, second = cast.stages[:2]
    db.session.commit()
    before = ways()
    clock.set_to(MOVED)
    first.retire(second, by=cast.admin)
    clock.set_to(MOVED + timedelta(days=1))
    Pipeline.main().bring_back(first, by=cast.admin)
    assert ways() == before, "being taken along is no step"
    cast.pumps.move_to(first, by=cast.wang)
    db.session.flush()
    assert set(ways()) - set(before) == {(cast.pumps.id, second.id, first.id)}


def test_a_stage_goes_only_into_another_one_in_use_of_its_pipeline(here: None, cast: Cast) -> None:
    first, second, third = cast.stages[:3]
    second.retire(third, by=cast.admin)
    for into in (first, second, cast.spares.stages[0]):
        with pytest.raises(ValueError, match="cannot go"):
            first.retire(into, by=cast.admin)


def test_a_pipelines_deals_go_on_in_another_one(here: None, cast: Cast) -> None:
    main, into = Pipeline.main(), cast.spares.stages[1]
    clock.set_to(MOVED)
    assert main.retire(into, by=cast.admin) == 3
    assert {cast.pumps.stage, cast.vague.stage, cast.gauges.stage} == {into}
    assert cast.pumps.pipeline is into.pipeline
    assert Pipeline.main() == cast.spares
    event = db.session.scalars(select(Event).where(
        Event.action == Action.DEAL_REROUTED, Event.subject_id == cast.pumps.id
    )).one()  # fmt: skip
    assert event.particulars == {
        "name": cast.pumps.name, "from_zh": "标准销售流程 · 需求确认", "to_zh": "备件 · 核价",
        "from_en": "Standard sale · Needs confirmed", "to_en": "Spares · Pricing",
    }  # fmt: skip
    with pytest.raises(OnlyPipeline):
        cast.spares.retire(None, by=cast.admin)
    main.put_back(by=cast.admin)
    assert Pipeline.main() == cast.spares, "it comes back as the last one"


def test_no_deal_comes_back_into_a_pipeline_that_is_out_of_use(here: None, cast: Cast) -> None:
    gone, main = Pipeline.active().offset(1).limit(1), cast.stages[0].pipeline
    spares = db.session.scalars(gone).one()
    lost = Deal(name="备件", customer=cast.sigma, owner=cast.wang)
    Deal.open(lost, spares.stages[0], by=cast.wang)
    lost.lose(by=cast.wang, reason=cast.option(OptionList.LOST_REASON, "Price"))
    moved = Deal(name="服务", customer=cast.sigma, owner=cast.wang)
    Deal.open(moved, spares.stages[0], by=cast.wang)
    db.session.flush()
    spares.retire(main.stages[0], by=cast.admin)
    db.session.flush()
    with pytest.raises(StageChanged, match="retired"):
        lost.reopen(by=cast.wang)
    assert (lost.is_open, moved.pipeline_id) == (False, main.id)
    with pytest.raises(StageChanged, match="retired"):
        moved._go_to(spares.stages[-1], by=cast.wang, at=None)


def promised(deal: Deal) -> list[tuple[int, bool]]:
    """What chances the deal promised, and whether it still does."""
    rows = select(Expectation).where(Expectation.deal_id == deal.id).order_by(Expectation.id)
    return [(row.chance, row.until_at is None) for row in db.session.scalars(rows)]


def test_another_chance_of_a_stage_is_promised_from_then_on(here: None, cast: Cast) -> None:
    main = Pipeline.main()
    cast.gauges.probability = 33
    db.session.commit()
    plans = [stage.plan() for stage in main.stages]
    clock.set_to(MOVED)
    main.arrange([plans[0]._replace(probability=12), *plans[1:]], by=cast.admin)
    assert promised(cast.vague) == [(10, False), (12, True)]
    assert promised(cast.gauges) == [(10, False), (33, True)], "it has a chance of its own"
    assert promised(cast.pumps) == [(25, True)], "its stage's is as it was"


def test_renaming_rewrites_nothing(here: None, cast: Cast) -> None:
    cast.pumps.move_to(cast.stages[2], by=cast.wang)
    db.session.commit()
    before = rows_of(cast.vague, cast.pumps, cast.gauges)
    main = Pipeline.main()
    main.arrange(
        [stage.plan()._replace(label_zh="改", label_en=f"New {stage.id}") for stage in main.stages],
        by=cast.admin,
    )
    main.rename("新名", "New name", by=cast.admin)
    assert rows_of(cast.vague, cast.pumps, cast.gauges) == before


def test_a_stage_that_something_still_names_does_not_go(here: None, cast: Cast) -> None:
    """A move taken back leaves no stay, but what the deal promised meanwhile."""
    third, fourth = cast.stages[2:4]
    cast.pumps.move_to(third, by=cast.wang)
    db.session.flush()
    cast.pumps.take_back_move(by=cast.wang)
    cast.stages[4].retire(fourth, by=cast.admin)
    db.session.commit()
    assert {third.id, fourth.id} <= Pipeline.main().ids_in_use()
