"""A deal comes into a stage in the moment in which it is retired: the second waits for the first.

On PostgreSQL the two hold rows; on SQLite whoever writes is alone, and the outcome is the same.
"""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from crm.extensions import db
from crm.models import Deal, OptionList, Pipeline, Stage
from crm.models.deal import StageChanged
from crm.models.pipeline import DealsStand
from crm.policies import find_in
from tests.at_once import Verb, beside
from tests.cast import Cast
from tests.waiting import PATIENCE


@pytest.fixture
def firm(app: Flask) -> Flask:
    """One deal was lost in the first stage, one was moved on from there, one goes another way."""
    with app.app_context():
        cast = Cast()
        cast.vague.customer = cast.sigma
        cast.vague.set_amount(Decimal(100), "CNY")
        cast.vague.lose(by=cast.wang, reason=cast.option(OptionList.LOST_REASON, "Price"))
        cast.gauges.move_to(cast.stages[1], by=cast.admin)
        spare = Deal(name="备件", customer=cast.sigma, owner=cast.wang)
        Deal.open(spare, cast.spares.stages[0], by=cast.wang)
        db.session.commit()
    return app


def held(deal: Deal) -> Deal:
    """The deal as a view holds it that changes it."""
    return find_in(Deal.visible_to(Cast().admin), Deal, deal.id, lock=True)


def first() -> Stage:
    """The first stage of the main pipeline, whether or not it is in use."""
    main = Pipeline.label_en == "Standard sale", Stage.position == 0
    return db.session.scalars(select(Stage).join(Stage.pipeline).where(*main)).one()


def move(cast: Cast) -> None:
    held(cast.pumps).move_to(first(), by=cast.wang)


def take_back(cast: Cast) -> None:
    held(cast.gauges).take_back_move(by=cast.admin)


def reroute(cast: Cast) -> None:
    held(cast.deal("备件")).reroute(first(), by=cast.wang)


def open_one(cast: Cast) -> None:
    Deal.open(Deal(name="新", customer=cast.sigma, owner=cast.wang), first(), by=cast.wang)


def reopen(cast: Cast) -> None:
    held(cast.vague).reopen(by=cast.wang)


def retire_stage(cast: Cast) -> None:
    Pipeline.hold()
    first().retire(cast.stages[1], by=cast.admin)


def retire_pipeline(cast: Cast) -> None:
    Pipeline.hold()
    first().pipeline.retire(cast.spares.stages[0], by=cast.admin)


def raise_chance(cast: Cast) -> None:
    Pipeline.hold()
    plans = [stage.plan() for stage in cast.stages]
    raised = [plan._replace(probability=plan.probability + 1) for plan in plans]
    first().pipeline.arrange(raised, by=cast.admin)


def in_use() -> set[int]:
    return {stage.id for stage in db.session.scalars(Stage.in_all_use())}


def out_of_place() -> list[str]:
    """The open deals that stand in a stage that is out of use, or of a pipeline that is."""
    db.session.expire_all()
    standing = select(Deal.name, Deal.stage_id).where(Deal.closed_at.is_(None))
    return [name for name, stage_id in db.session.execute(standing) if stage_id not in in_use()]


COMINGS = pytest.mark.parametrize("come", [move, take_back, reroute, open_one, reopen])
RETIREMENTS = pytest.mark.parametrize("retire", [retire_stage, retire_pipeline])


@COMINGS
@RETIREMENTS
def test_who_comes_while_it_is_retired_waits_and_is_refused(
    firm: Flask, retire: Verb, come: Verb
) -> None:
    with firm.app_context():
        retire(Cast())
        db.session.flush()
        with beside(firm, come) as other:
            db.session.commit()
            # Who has read nothing before the wait opens it where its stage's deals went.
            knows = db.engine.dialect.name == "sqlite" and (retire, come) == (retire_stage, reopen)
            with nullcontext() if knows else pytest.raises(StageChanged):
                other.result(PATIENCE)
        assert out_of_place() == []


@COMINGS
@RETIREMENTS
def test_who_came_before_it_is_retired_goes_along(firm: Flask, retire: Verb, come: Verb) -> None:
    with firm.app_context():
        come(Cast())
        db.session.flush()
        with beside(firm, retire) as other:
            db.session.commit()
            other.result(PATIENCE)
        assert out_of_place() == []


@pytest.mark.parametrize("change", [retire_pipeline, raise_chance])
def test_who_holds_a_deal_and_then_asks_for_a_stage_is_not_waited_for_by_it(
    firm: Flask, change: Verb
) -> None:
    """The two never hold what the other one wants."""
    with firm.app_context():
        held(Cast().pumps)
        with beside(firm, change) as other:
            move(Cast())
            db.session.commit()
            other.result(PATIENCE)
        assert out_of_place() == []


def test_a_pipeline_without_deals_is_not_retired_over_one_that_comes_in(firm: Flask) -> None:
    def retire_main(cast: Cast) -> None:
        Pipeline.hold()
        first().pipeline.retire(None, by=cast.admin)

    with firm.app_context():
        for deal in (Cast().pumps, Cast().gauges):
            deal.reroute(Cast().spares.stages[0], by=Cast().admin)
        db.session.commit()
        open_one(Cast())
        db.session.flush()
        with beside(firm, retire_main) as other:
            db.session.commit()
            with pytest.raises(DealsStand):
                other.result(PATIENCE)
        assert out_of_place() == []
