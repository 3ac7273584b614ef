"""Deals of a file in pipelines and stages: where they stand, move and end, by the rule of all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.importers import Result
from crm.models import Action, Deal, Event, Expectation, OutcomeKind, Pipeline, Stage
from tests.cast import Cast
from tests.importers.conftest import reasons
from tests.imports import checked, done, undone
from tests.page import Browser

Bring = Callable[..., Result]

SIGMA = "大连西格玛流体控制有限公司"
HEADER = "id,name,owner,pipeline,stage"
WON = "id,name,owner,outcome,closed_at,amount,product"


def deal(external_id: str) -> Deal:
    return db.session.scalars(select(Deal).where(Deal.external_id == external_id)).one()


@pytest.fixture
def main(cast: Cast) -> Pipeline:
    """The first pipeline, by a name to speak of."""
    pipeline = Pipeline.main()
    pipeline.label_zh, pipeline.label_en = "新设备", "Equipment"
    db.session.commit()
    return pipeline


def test_the_stage_rule_holds_for_imports_too(cast: Cast, bring: Bring) -> None:
    lines = ("id,name,owner,stage", "1,A,wang,Tender", "2,B,wang,Nirvana")
    assert reasons(bring("deals", *lines)) == [
        (2, "stage", "Tender", "demands: Customer, Amount, Expected close"),
        (3, "stage", "Nirvana",
         "is none of: First contact, Needs confirmed, Proposal, Quotation, Tender, Enquiry, "
         "Pricing, Ordering"),
    ]  # fmt: skip
    bring("deals", "id,name,owner", "1,A,wang")
    assert reasons(bring("deals", "id,name,owner,stage", "1,A,wang,Needs confirmed")) == [
        (2, "stage", "Needs confirmed", "demands: Customer")
    ]


def test_stages_of_several_pipelines_may_be_called_the_same(cast: Cast, bring: Bring) -> None:
    main, spares = cast.stages[3], cast.spares.stages[1]
    spares.label_zh, spares.label_en = main.label_zh, main.label_en
    db.session.commit()
    lines = f"1,A,wang,{SIGMA},9,备件 · 报价", f"2,B,wang,{SIGMA},9,Quotation"
    assert bring("deals", "id,name,owner,customer,amount,stage", *lines).created == 2
    assert (deal("1").stage, deal("2").stage) == (spares, main), "without its name the main one"
    again = bring("deals", "id,name,owner,stage", "1,A,wang,Quotation", "2,B,wang,报价")
    assert (again.created, again.updated, again.problems) == (0, 0, []), "each stays in its own"


def test_a_stage_that_is_called_so_comes_before_one_of_a_pipeline_called_so(
    cast: Cast, bring: Bring
) -> None:
    cast.stages[1].label_zh = "备件 · 询价"
    db.session.commit()
    header, line = "id,name,owner,customer,stage", f"1,A,wang,{SIGMA},备件 · 询价"
    bring("deals", header, line)
    assert deal("1").stage == cast.stages[1]


def test_rows_name_the_pipeline_of_their_deals(cast: Cast, bring: Bring) -> None:
    lines = "1,A,wang,Spares,", "2,B,wang,备件,核价", "3,C,wang,,"
    assert bring("deals", HEADER, *lines).created == 3
    enquiry, pricing, _ordering = cast.spares.stages
    assert [deal(each).stage for each in "123"] == [enquiry, pricing, cast.stages[0]]
    assert deal("2").pipeline == cast.spares
    assert bring("deals", HEADER, *lines).unchanged == 3


def test_a_stage_of_another_pipeline_is_told_with_both(
    cast: Cast, main: Pipeline, bring: Bring
) -> None:
    bring("deals", HEADER, "1,A,wang,Spares,", "2,B,wang,,")
    result = bring(
        "deals", HEADER, "1,A,wang,,Tender", "2,B,wang,,Pricing", "3,C,wang,,Pricing",
        "4,D,wang,Spares,Tender", "5,E,wang,Repairs,",
    )  # fmt: skip
    assert reasons(result) == [
        (2, "stage", "Tender", "is a stage of Equipment, not of Spares"),
        (3, "stage", "Pricing", "is a stage of Spares, not of Equipment"),
        (4, "stage", "Pricing", "is a stage of Spares, not of Equipment"),
        (5, "stage", "Tender", "is a stage of Equipment, not of Spares"),
        (6, "pipeline", "Repairs", "is none of: Equipment, Spares"),
    ]


def test_a_row_that_names_another_pipeline_lets_the_deal_go_on_there(
    cast: Cast, main: Pipeline, bring: Bring
) -> None:
    bring("deals", HEADER, "1,A,wang,,", "2,B,wang,,", "3,C,wang,,")
    result = bring("deals", HEADER, "1,A,wang,Spares,Ordering", "2,B,wang,Spares,")
    assert reasons(result) == [
        (2, "stage", "Ordering", "demands: Customer, Amount"),
        (3, "pipeline", "Spares", "is Equipment here: say in which stage it goes on, too"),
    ]
    assert bring("deals", HEADER, "1,A,wang,Spares,Enquiry").updated == 1
    gone = deal("1")
    assert (gone.pipeline, gone.stage) == (cast.spares, cast.spares.stages[0])
    event = db.session.scalars(
        select(Event).where(Event.deal_id == gone.id).order_by(Event.id.desc())
    ).first()
    assert event is not None
    assert (event.action, event.done_at is None) == (Action.DEAL_REROUTED, False)
    ended = "id,name,owner,pipeline,outcome,closed_at,amount"
    result = bring("deals", ended, "3,C,wang,Spares,won,2026-06-01,5")
    words = "is Equipment here, and a deal ends where it stands"
    assert reasons(result) == [(2, "pipeline", "Spares", words)]


def test_undoing_takes_a_deal_back_to_its_pipeline(cast: Cast) -> None:
    run = done(
        "name,owner,pipeline,stage\n电话询价,王芳,Spares,Enquiry\n", by=cast.admin, noun="deals"
    )
    assert cast.vague.pipeline == cast.spares
    undone(run, by=cast.admin)
    assert (cast.vague.stage, cast.vague.pipeline) == (cast.stages[0], Pipeline.main())
    [stands] = db.session.scalars(
        select(Expectation).where(
            Expectation.deal_id == cast.vague.id, Expectation.until_at.is_(None)
        )
    )
    assert stands.stage == cast.stages[0]


def test_what_is_out_of_use_takes_closed_deals_alone(
    cast: Cast, main: Pipeline, bring: Bring
) -> None:
    proposal, tender = cast.stages[2], cast.stages[4]
    tender.retire(proposal, by=cast.admin)
    cast.spares.retire(proposal, by=cast.admin)
    third = Pipeline(label_zh="服务", label_en="Service", position=2, stages=[
        Stage(label_zh="受理", label_en="Accepted", probability=50, position=0),
    ])  # fmt: skip
    db.session.add(third)
    db.session.commit()
    header = "id,name,owner,pipeline,stage,outcome,closed_at"
    result = bring(
        "deals", header, "1,A,wang,,Tender,,", "2,B,wang,Spares,,,", "3,C,wang,Spares,Pricing,,",
    )  # fmt: skip
    words = "is out of use: no open deal enters it"
    assert reasons(result) == [
        (2, "stage", "Tender", words), (3, "pipeline", "Spares", words),
        (4, "pipeline", "Spares", words),
    ]  # fmt: skip
    lines = "1,A,wang,,Tender,won,2026-06-01", "2,B,wang,Spares,Pricing,lost,2026-06-01"
    assert bring("deals", header, *lines).created == 2
    assert (deal("1").stage, deal("2").stage) == (tender, cast.spares.stages[1])
    assert bring("deals", header, *lines).unchanged == 2
    run = checked("\n".join([header, *lines]), by=cast.admin, noun="deals")
    values = {tuple(value[:2]) for value in run.report["values"]}
    assert values == {("pipeline", "Spares"), ("stage", "Tender"), ("stage", "Pricing")}
    assert (run.report["values_open"], run.report["values_stale"]) == (0, 3)


def test_a_deal_that_is_open_here_is_won_by_the_rule_of_all(cast: Cast, bring: Bring) -> None:
    first = cast.stages[0]
    first.required_to_leave = ["product", "competitor"]
    db.session.commit()
    bring("deals", HEADER, "1,A,wang,,", "2,B,wang,Spares,Pricing")
    header = f"{WON},competitor"
    lines = "1,A,wang,won,2026-06-01,,,KSB", "2,B,wang,赢单,2026-06-01,5,,"
    assert reasons(bring("deals", header, *lines)) == [
        (2, "outcome", "won", "demands: Amount, Product, Competitor"),
        (3, "outcome", "赢单", "demands: ☐ Check the type, ☐ Confirm the stock"),
    ]
    assert deal("1").is_open
    for item in deal("2").stage.checklist:
        deal("2").tick(item, by=cast.wang)
    first.required_to_leave = ["product"]
    db.session.commit()
    assert bring("deals", WON, "1,A,wang,won,2026-06-01,7,Pump", lines[1][:-1]).updated == 2
    assert [deal(each).outcome.kind for each in "12"] == [OutcomeKind.WON] * 2  # type: ignore[union-attr]


def test_a_deal_that_is_open_here_is_lost_for_a_reason(cast: Cast, bring: Bring) -> None:
    bring("deals", HEADER, "1,A,wang,,")
    header = "id,name,owner,outcome,closed_at,reason"
    assert reasons(bring("deals", header, "1,A,wang,lost,2026-06-01,")) == [
        (2, "outcome", "lost", "demands: Reason")
    ]
    assert bring("deals", header, "1,A,wang,lost,2026-06-01,Price").updated == 1


def test_a_new_open_deal_has_what_the_first_stage_demands(cast: Cast, bring: Bring) -> None:
    cast.stages[0].required = ["customer", "competitor"]
    db.session.commit()
    header = "id,name,owner,customer,competitor,outcome,closed_at"
    result = bring(
        "deals", header, "1,A,wang,,,,", f"2,B,wang,{SIGMA},KSB,,", "3,C,wang,,,won,2020-01-01"
    )
    assert reasons(result) == [
        (2, "stage", "", "demands: Customer, Competitor"),
        (3, "stage", "", "demands: Competitor"),
    ]


def test_lists_say_in_place_of_the_stage_how_a_deal_ended(cast: Cast, bring: Bring) -> None:
    header = "id,name,owner,stage,closed,amount"
    result = bring("deals", header, "1,A,wang,Won,2020-01-01,5", "2,B,wang,输单,2020-01-02,",
                   "3,C,wang,进行中,,")  # fmt: skip
    assert [problem.line for problem in result.problems] == [4]
    lines = header, "1,A,wang,Won,2020-01-01,5", "2,B,wang,输单,2020-01-02,"
    assert bring("deals", *lines).created == 2
    assert [deal(each).outcome.kind for each in "12"] == ["won", "lost"]  # type: ignore[union-attr]
    assert bring("deals", *lines).unchanged == 2
    assert bring("deals", "id,name,owner,stage", "1,A,wang,Won").unchanged == 1, "it says when here"
    again = bring("deals", "id,name,owner,stage,outcome", "1,A,wang,Won,lost")
    assert reasons(again) == [(2, "stage", "Won", "is not what the outcome says")]
    assert bring("deals", "id,name,owner,closed", "1,A,wang,2020-01-01").unchanged == 1


def test_the_chance_of_its_stage_is_no_chance_of_the_deals_own(cast: Cast, bring: Bring) -> None:
    header, first = "id,name,owner,stage,probability,customer", cast.stages[0]
    bring("deals", header, f"1,A,wang,,{first.probability}%,{SIGMA}", f"2,B,wang,,77,{SIGMA}")
    assert (deal("1").probability, deal("2").probability) == (None, 77)
    line = f"1,A,wang,Needs confirmed,{first.probability},"
    assert bring("deals", header, line).updated == 1, "what was exported beside the old stage"
    assert (deal("1").stage, deal("1").probability) == (cast.stages[1], None)
    assert bring("deals", header, f"2,B,wang,,{first.probability},").updated == 1
    assert deal("2").probability == first.probability, "it had one of its own"


def test_a_deal_stays_closed_that_was_closed_in_what_is_out_of_use_by_now(cast: Cast) -> None:
    content = "name,owner,outcome,closed_at,reason,amount\n电话询价,王芳,lost,2026-06-01,Price,7\n"
    run = done(content, by=cast.admin, noun="deals")
    assert not cast.vague.is_open
    Pipeline.main().retire(cast.spares.stages[0], by=cast.admin)
    db.session.commit()
    undone(run, by=cast.admin)
    assert (cast.vague.is_open, cast.vague.amount) == (False, 7)
    assert run.report["undone"]["kept_count"] == 1


def test_the_preview_shows_rows_that_say_different_things(cast: Cast, browser: Browser) -> None:
    content = "deal name,owner,stage,closed\nA,王芳,,2026-12-24\nB,王芳,Won,2020-01-01\n"
    run = checked(content, by=cast.admin, noun="deals")
    assert run.report["counts"]["created"] == 2
    browser.sign_in("admin")
    page = browser.get(f"/imports/{run.id}")
    assert all(said in page.text for said in ("2026-12-24", "2020-01-01", "Outcome", "Won"))


def test_pipelines_and_stages_are_matched_one_by_one(cast: Cast, browser: Browser) -> None:
    content = "deal name,owner,pipeline,stage\nA,王芳,维修,\nB,王芳,,待核\n"
    run = checked(content, by=cast.admin, noun="deals")
    assert run.report["values_open"] == 2
    page = browser.sign_in("admin").get(f"/imports/{run.id}/values")
    assert all(offered in page.text for offered in ("Spares", "Spares · Pricing"))
    pricing = cast.spares.stages[1]
    meant = {"pipeline": {"维修": f"#{cast.spares.id}"}, "stage": {"待核": f"#{pricing.id}"}}
    done(content, by=cast.admin, noun="deals", meanings=meant)
    assert (cast.deal("A").pipeline, cast.deal("B").stage) == (cast.spares, pricing)


def test_a_firm_with_one_pipeline_is_not_asked_for_it(cast: Cast, browser: Browser) -> None:
    browser.sign_in("admin")
    assert b"pipeline" in browser.client.get("/imports/deals.csv").data
    cast.spares.retired_at = clock.now()
    db.session.commit()
    assert b"pipeline" not in browser.client.get("/imports/deals.csv").data
    run = checked("deal name,owner,pipeline\nA,王芳,Spares\n", by=cast.admin, noun="deals")
    assert run.report["unread"] == ["pipeline"]


def test_what_an_undone_import_brought_promises_nothing_any_more(cast: Cast) -> None:
    run = done("deal name,owner,amount\n齿轮泵,王芳,1000\n", by=cast.admin, noun="deals")
    promised = select(Expectation).join(Expectation.deal).where(Deal.name == "齿轮泵")
    assert [each.until_at for each in db.session.scalars(promised)] == [None]
    undone(run, by=cast.admin)
    assert all(each.until_at for each in db.session.scalars(promised))
