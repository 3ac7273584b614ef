"""Whatever is done to a deal, by whom, in whatever order: what is true of deals stays true.

Meanwhile stages and pipelines go out of use, and come back.

Hypothesis plays the lives of two deals; what a verb refuses must have changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as play
from sqlalchemy import select, update

from crm import clock
from crm.extensions import db
from crm.models import ChecklistItem, Deal, OptionList, Pipeline, Stage, User
from crm.models.deal import (
    AmountStands,
    LinePlan,
    Missing,
    OwnerLocked,
    SplitTooLarge,
    StageChanged,
)
from crm.models.expectation import Expectation
from crm.models.option import Option
from crm.models.pipeline import DealsStand, OnlyPipeline
from tests.cast import Cast
from tests.conftest import NOON
from tests.databases import Databases
from tests.snapshots import changes, snapshot

REFUSALS = (Missing, StageChanged, OwnerLocked, AmountStands, SplitTooLarge, OnlyPipeline,
            DealsStand)  # fmt: skip
ACTORS = ("wang", "li", "wu")
DAY = date(2026, 9, 30)

actors = st.sampled_from(ACTORS)
deals = st.sampled_from([0, 1])
places = st.integers(0, 9)
amounts = st.none() | st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)


def lay_down_rules() -> None:
    """Lists to tick, fields to leave and to enter, a stage that keeps its owner, a second way."""
    first, second, third, fourth, _ = Cast().stages
    first.checklist = [ChecklistItem(position=0, label_zh="问清", label_en="Asked")]
    second.required_to_leave, second.locks_owner = ["amount"], True
    third.required = ["customer", "product"]
    fourth.checklist = [
        ChecklistItem(position=at, label_zh=f"第{at}", label_en=f"No. {at}") for at in range(2)
    ]
    db.session.add(Pipeline(
        label_zh="项目", label_en="Projects", position=1,
        stages=[
            Stage(label_zh="立项", label_en="Budget", position=0, probability=10),
            Stage(label_zh="投标", label_en="Bid", position=1, probability=50, locks_owner=True,
                  required=["expected_close"], required_to_leave=["source"]),
        ],
    ))  # fmt: skip


class Lives(RuleBasedStateMachine):
    """Two deals and everything that can be done to them."""

    app: Flask
    databases: Databases

    @initialize()
    def begin(self) -> None:
        clock.set_to(NOON)
        self.databases.renew(self.app)
        self._context = self.app.app_context()
        self._context.push()
        lay_down_rules()
        db.session.commit()
        self.cast = Cast()
        self.stages = list(db.session.scalars(Stage.in_all_use()))
        self.ids = [self.cast.pumps.id, self.cast.vague.id]

    def teardown(self) -> None:
        if hasattr(self, "_context"):
            db.session.remove()
            self._context.pop()

    @contextmanager
    def _doing(self, which: int, who: str) -> Iterator[tuple[Deal, User]]:
        """Inside a verb is called; refused, it leaves everything as it was."""
        clock.set_to(clock.now() + timedelta(hours=5))
        db.session.expire_all()
        deal, by = db.session.get_one(Deal, self.ids[which]), getattr(self.cast, who)
        try:
            yield deal, by
        except REFUSALS:
            assert not db.session.new, "a refused verb has made something"
            before = snapshot(self.app)
            db.session.commit()
            assert changes(before, snapshot(self.app)) == []
        else:
            db.session.commit()
            db.session.expire_all()

    @rule(which=deals, who=actors, place=places)
    def move(self, which: int, who: str, place: int) -> None:
        with self._doing(which, who) as (deal, by):
            deal.move_to(self.stages[place], by=by)

    @rule(which=deals, who=actors, place=places)
    def reroute(self, which: int, who: str, place: int) -> None:
        with self._doing(which, who) as (deal, by):
            deal.reroute(self.stages[place], by=by)

    @rule(which=deals, who=actors)
    def take_back(self, which: int, who: str) -> None:
        clock.set_to(clock.now() - timedelta(hours=4, minutes=30))
        with self._doing(which, who) as (deal, by):
            deal.take_back_move(by=by)

    @rule(which=deals, who=actors)
    def win(self, which: int, who: str) -> None:
        with self._doing(which, who) as (deal, by):
            deal.win(by=by)

    @rule(which=deals, who=actors, has_reason=st.booleans())
    def lose(self, which: int, who: str, has_reason: bool) -> None:
        reason = db.session.scalars(Option.of(OptionList.LOST_REASON)).first()
        with self._doing(which, who) as (deal, by):
            deal.lose(by=by, reason=reason if has_reason else None)

    @rule(which=deals, who=actors)
    def reopen(self, which: int, who: str) -> None:
        with self._doing(which, who) as (deal, by):
            deal.reopen(by=by)

    @rule(which=deals, who=actors, to=actors, reason=st.sampled_from([None, "换区域"]))
    def give(self, which: int, who: str, to: str, reason: str | None) -> None:
        owner = getattr(self.cast, to)
        with self._doing(which, who) as (deal, by):
            was, is_locked = deal.owner, deal.locking_deal is not None
            deal.give_to(owner, by=by, reason=reason)
            assert not is_locked or owner == was or (by.leads and reason)

    @rule(which=deals, who=actors, amount=amounts)
    def price(self, which: int, who: str, amount: Decimal | None) -> None:
        with self._doing(which, who) as (deal, by):
            deal.set_amount(amount, "CNY")
            deal.note_changes(by=by)

    @rule(which=deals, who=actors, chance=st.none() | st.integers(0, 100), is_full=st.booleans())
    def edit(self, which: int, who: str, chance: int | None, is_full: bool) -> None:
        with self._doing(which, who) as (deal, by):
            deal.probability = chance
            deal.probability_reason = None if chance is None else "听说的"
            deal.customer = self.cast.sigma if is_full else deal.customer
            deal.product = "泵" if is_full else deal.product
            deal.expected_close = DAY if is_full else None
            deal.note_changes(by=by)

    @rule(which=deals, who=actors, undo=st.booleans())
    def tick(self, which: int, who: str, undo: bool) -> None:
        with self._doing(which, who) as (deal, by):
            if undo:
                for item in deal.stage.checklist:
                    deal.untick(item, by=by)
            elif deal.open_items:
                deal.tick(deal.open_items[0], by=by)

    @rule(which=deals, who=actors, prices=st.lists(st.integers(0, 9_999), max_size=3))
    def sell_lines(self, which: int, who: str, prices: list[int]) -> None:
        with self._doing(which, who) as (deal, by):
            plans = [LinePlan("泵", Decimal(3), Decimal(cents) / 100) for cents in prices]
            deal.price_by(plans, by=by)

    @rule(which=deals, who=actors, parts=st.lists(st.integers(0, 60), max_size=2))
    def share(self, which: int, who: str, parts: list[int]) -> None:
        helpers = [self.cast.zhao, self.cast.wu]
        with self._doing(which, who) as (deal, by):
            deal.share_with(dict(zip(helpers, parts, strict=False)), by=by)

    @rule(which=deals, who=actors)
    def snooze(self, which: int, who: str) -> None:
        with self._doing(which, who) as (deal, by):
            if deal.is_open and not deal.is_trashed:
                deal.snooze(clock.now().date() + timedelta(days=9), reason="等预算", by=by)

    @rule(which=deals, who=actors)
    def trash_or_restore(self, which: int, who: str) -> None:
        with self._doing(which, who) as (deal, by):
            (deal.restore if deal.is_trashed else deal.trash)(by=by)

    @rule(which=deals, who=actors, place=places)
    def clone(self, which: int, who: str, place: int) -> None:
        with self._doing(which, who) as (deal, by):
            copy = Deal(name="又一个", owner=by, customer=deal.customer, product=deal.product)
            copy.set_amount(deal.amount, deal.currency)
            try:
                deal.clone(copy, self.stages[place], by=by)
            except Missing:
                db.session.rollback()
                raise

    @rule(place=places, into=places)
    def retire_stage(self, place: int, into: int) -> None:
        with self._doing(0, "admin") as (_deal, by):
            stage, other = self.stages[place], self.stages[into]
            if stage is not other and stage.pipeline is other.pipeline and not other.retired_at:
                stage.retire(other, by=by)

    @rule(place=places)
    def bring_stage_back(self, place: int) -> None:
        with self._doing(0, "admin") as (_deal, by):
            stage = self.stages[place]
            if stage.retired_at:
                stage.pipeline.bring_back(stage, by=by)

    @rule(place=places, into=places, moves=st.booleans())
    def retire_pipeline(self, place: int, into: int, moves: bool) -> None:
        with self._doing(0, "admin") as (_deal, by):
            pipeline, other = self.stages[place].pipeline, self.stages[into]
            in_use = not other.retired_at and not other.pipeline.retired_at
            if not moves or (pipeline is not other.pipeline and in_use):
                pipeline.retire(other if moves else None, by=by)

    @rule(place=places)
    def put_pipeline_back(self, place: int) -> None:
        with self._doing(0, "admin") as (_deal, by):
            self.stages[place].pipeline.put_back(by=by)

    @invariant()
    def what_is_true_of_deals(self) -> None:
        if not hasattr(self, "cast"):
            return
        for deal in db.session.scalars(select(Deal)):
            for holds in TRUTHS:
                assert holds(deal), f"{holds.__doc__} {deal.name}"


def one_open_stay(deal: Deal) -> bool:
    """An open deal stands in just one stage, its own; a closed one in none."""
    stands = [(stay.stage_id, stay.entered_at) for stay in deal.stays if stay.left_at is None]
    return stands == ([(deal.stage_id, deal.stage_since)] if deal.is_open else [])


def no_overlap(deal: Deal) -> bool:
    """No stay begins before the one before it has ended, or ends before it began."""
    moments = [moment for stay in deal.stays for moment in (stay.entered_at, stay.left_at)]
    if deal.is_open:
        moments.pop()
    return moments == sorted(moments, key=lambda moment: moment or clock.now())


def closed_with_an_outcome(deal: Deal) -> bool:
    """It has an outcome if and only if it is closed, and since that moment."""
    return deal.closed_at == (deal.outcome.at if deal.outcome else None)


def way_of_its_pipeline(deal: Deal) -> bool:
    """Its stage is one of its pipeline's."""
    return deal.stage.pipeline_id == deal.pipeline_id


def stands_in_use(deal: Deal) -> bool:
    """An open deal stands in a stage that is in use, of a pipeline that is."""
    return not deal.is_open or not (deal.stage.retired_at or deal.pipeline.retired_at)


def shares_of_the_whole(deal: Deal) -> bool:
    """What is its owner's and its collaborators' is the whole, and the owner is none of these."""
    people = [each.user for each in deal.sharing]
    parts = [deal.owner_split, *(each.split for each in deal.sharing)]
    return deal.owner not in people and sum(parts) == 100 and min(parts) >= 0


def sum_of_its_lines(deal: Deal) -> bool:
    """Where there are lines the amount is their sum."""
    return not deal.lines or deal.amount == sum(line.amount for line in deal.lines)


def weighted_at_most(deal: Deal) -> bool:
    """The weighted amount is between nothing and the amount."""
    if deal.base_amount is None or deal.weighted_amount is None:
        return deal.weighted_amount is deal.base_amount
    return 0 <= deal.weighted_amount <= deal.base_amount


def promise_kept(deal: Deal) -> bool:
    """The expectation in force says what the open deal does; there is none of any other."""
    theirs = Expectation.deal_id == deal.id, Expectation.until_at.is_(None)
    rows = db.session.scalars(select(Expectation).where(*theirs)).all()
    said = [(row.owner_id, row.pipeline_id, row.stage_id, row.base_amount, row.chance,
             row.expected_close) for row in rows]  # fmt: skip
    now = (deal.owner_id, deal.pipeline_id, deal.stage_id, deal.base_amount, deal.chance,
           deal.expected_close)  # fmt: skip
    return said == ([now] if deal.is_open and not deal.is_trashed else [])


def one_snooze(deal: Deal) -> bool:
    """At most one snooze goes on, that which the deal names, of none that is closed or trashed."""
    going_on = [snooze.until for snooze in deal.snoozes if snooze.ended_at is None]
    says = [deal.snoozed_until] if deal.snoozed_until else []
    return going_on == says and ((deal.is_open and not deal.is_trashed) or not says)


def one_tick_of_each(deal: Deal) -> bool:
    """Each thing on a list is ticked once, by somebody, at a time."""
    items = [tick.item_id for tick in deal.ticks]
    return len(items) == len(set(items)) and all(tick.by_id and tick.at for tick in deal.ticks)


TRUTHS: tuple[Callable[[Deal], bool], ...] = (
    one_open_stay, no_overlap, closed_with_an_outcome, way_of_its_pipeline, stands_in_use,
    shares_of_the_whole, sum_of_its_lines, weighted_at_most, promise_kept, one_snooze,
    one_tick_of_each,
)  # fmt: skip


def test_what_is_true_of_deals_stays_true_whatever_is_done(
    session_app: Flask, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lives, "app", session_app, raising=False)
    monkeypatch.setattr(Lives, "databases", databases, raising=False)
    play(Lives, settings=settings(max_examples=30, stateful_step_count=25, deadline=None))
    clock.set_to(None)


def test_a_deal_whose_truth_is_broken_is_found(cast: Any) -> None:
    """The machine can fail: each of these breaks one of its truths."""
    pumps = cast.pumps
    assert all(holds(pumps) for holds in TRUTHS)
    db.session.execute(update(Expectation).values(chance=1))
    assert not promise_kept(pumps)
    pumps.stays[0].left_at = clock.now() - timedelta(days=1)
    assert not one_open_stay(pumps)
    pumps.closed_at = clock.now()
    assert not no_overlap(pumps)
    assert not closed_with_an_outcome(pumps)
    pumps.probability = 101
    assert not weighted_at_most(pumps)
