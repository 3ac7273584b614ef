"""Deals: moving, closing, reopening, and who sees them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Action, Deal, Event, OptionList, OutcomeKind
from crm.models.deal import Missing, StageChanged
from tests.cast import Cast


def events(deal: Deal) -> list[Action]:
    return list(db.session.scalars(
        select(Event.action).where(Event.deal_id == deal.id).order_by(Event.id)))  # fmt: skip


def test_a_move_ends_one_stay_and_begins_the_next(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    clock.set_to(clock.now() + timedelta(days=3))
    deal.move_to(cast.stages[2], by=wang)
    db.session.commit()
    left, current = deal.stays
    assert (left.stage, left.left_at) == (cast.stages[1], clock.now())
    assert (current.stage, current.left_at) == (cast.stages[2], None)
    assert deal.stage_since == clock.now()
    assert events(deal) == [Action.DEAL_CREATED, Action.DEAL_MOVED]


def test_moving_to_the_same_stage_changes_nothing(cast: Cast) -> None:
    deal = cast.pumps
    deal.move_to(deal.stage, by=cast.wang)
    assert events(deal) == [Action.DEAL_CREATED]


def test_a_stage_demands_its_fields(cast: Cast) -> None:
    with pytest.raises(Missing) as refusal:
        cast.vague.move_to(cast.stages[4], by=cast.wang)
    assert refusal.value.fields == ["customer", "amount", "expected_close"]
    assert cast.vague.stage == cast.stages[0]


def test_winning_needs_an_amount(cast: Cast) -> None:
    with pytest.raises(Missing):
        cast.vague.win(by=cast.wang)
    assert cast.vague.is_open


def test_winning_twice_is_winning_once(cast: Cast) -> None:
    deal = cast.pumps
    deal.win(by=cast.wang)
    deal.win(by=cast.wang)
    db.session.commit()
    assert deal.outcome is not None
    assert deal.outcome.kind is OutcomeKind.WON
    assert deal.closed_at == deal.outcome.at
    assert [stay.left_at is None for stay in deal.stays] == [False]
    assert events(deal).count(Action.DEAL_WON) == 1


def test_losing_needs_a_reason(cast: Cast) -> None:
    with pytest.raises(Missing):
        cast.pumps.lose(by=cast.wang, reason=None)
    price = cast.option(OptionList.LOST_REASON, "Price")
    cast.pumps.lose(by=cast.wang, reason=price, competitor="Omega")
    with pytest.raises(StageChanged):
        cast.pumps.win(by=cast.wang)


def test_a_reopened_deal_stands_in_its_stage_again(cast: Cast) -> None:
    deal = cast.pumps
    deal.win(by=cast.wang)
    db.session.commit()
    clock.set_to(clock.now() + timedelta(days=1))
    deal.reopen(by=cast.wang)
    db.session.commit()
    assert deal.outcome is None
    assert deal.is_open
    assert deal.stage == cast.stages[1]
    assert [stay.left_at is None for stay in deal.stays] == [False, True]


def test_a_closed_deal_does_not_move(cast: Cast) -> None:
    cast.pumps.win(by=cast.wang)
    with pytest.raises(StageChanged):
        cast.pumps.move_to(cast.stages[2], by=cast.wang)


@pytest.mark.parametrize(
    ("days", "expected"), [(0, ""), (13, ""), (14, "warning"), (20, "warning"), (21, "alarm")]
)
def test_stagnation_warns_at_the_limit_and_alarms_at_half_as_much_again(
    cast: Cast, days: int, expected: str
) -> None:
    assert cast.pumps.stagnation(clock.now() + timedelta(days=days)) == expected


def test_the_weighted_amount_follows_the_stage_unless_overridden(cast: Cast) -> None:
    deal = cast.pumps
    assert deal.weighted_amount == Decimal("46500.00")
    deal.probability = 33
    assert deal.weighted_amount == Decimal("61380.00")


@pytest.mark.parametrize(
    ("who", "sees"),
    [("wang", True), ("zhao", True), ("li", True), ("admin", True), ("fin", True),
     ("reader", True), ("sun", False), ("wu", False), ("zhou", False)],
)  # fmt: skip
def test_who_sees_the_pumps(cast: Cast, who: str, sees: bool) -> None:
    found = db.session.scalar(Deal.visible_to(getattr(cast, who)).where(Deal.id == cast.pumps.id))
    assert (found is not None) is sees
