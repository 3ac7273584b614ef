"""The stage rule: what leaving and entering demand, checklists, and stages that keep the owner."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import (
    Action,
    ChecklistItem,
    Contact,
    CustomField,
    CustomNoun,
    Deal,
    Event,
    FieldKind,
    OptionList,
    Pipeline,
    Stage,
    User,
)
from crm.models.deal import LinePlan, Missing, OwnerLocked, StageChanged
from crm.models.deal.competitor import DealCompetitor
from crm.models.deal.deal_contact import DealContact
from crm.models.deal.line import DealLine
from crm.models.pool import PoolRefused
from tests.cast import Cast


@pytest.fixture
def drawings(cast: Cast) -> ChecklistItem:
    """Something to tick before a deal leaves the second stage, in which the pumps stand."""
    item = ChecklistItem(position=0, label_zh="图纸已确认", label_en="Drawings approved")
    cast.stages[1].checklist = [item]
    db.session.commit()
    return item


@pytest.fixture
def projects(cast: Cast) -> list[Stage]:
    """A second pipeline of two stages; the second demands an expected close."""
    stages = [
        Stage(label_zh="立项", label_en="Budget", position=0, probability=10),
        Stage(label_zh="投标", label_en="Bid", position=1, probability=50,
              required=["expected_close", "customer"]),
    ]  # fmt: skip
    db.session.add(Pipeline(label_zh="项目", label_en="Projects", position=1, stages=stages))
    db.session.commit()
    return stages


def lacks(deal: Deal, stage: Stage, by: User) -> tuple[list[str], list[str]]:
    """What a refused move names."""
    with pytest.raises(Missing) as refusal:
        deal.move_to(stage, by=by)
    return refusal.value.fields, [item.label_en for item in refusal.value.items]


def events(deal: Deal) -> list[Action]:
    return list(db.session.scalars(
        select(Event.action).where(Event.deal_id == deal.id).order_by(Event.id)))  # fmt: skip


def last_event(action: Action) -> dict[str, str]:
    chosen = select(Event).where(Event.action == action).order_by(Event.id.desc()).limit(1)
    return dict(db.session.scalars(chosen).one().particulars)


# Leaving and entering


def test_leaving_forward_demands_what_its_stage_says_and_backward_nothing(
    cast: Cast, drawings: ChecklistItem
) -> None:
    pumps, wang = cast.pumps, cast.wang
    cast.stages[1].required_to_leave = ["next_step", "source"]
    assert lacks(pumps, cast.stages[2], wang) == (["next_step", "source"], ["Drawings approved"])
    pumps.move_to(cast.stages[0], by=wang)
    assert pumps.stage == cast.stages[0]


def test_moving_over_several_asks_the_exit_of_this_and_the_entry_of_that_stage_alone(
    cast: Cast,
) -> None:
    first, second, third, fourth, _ = cast.stages
    first.required_to_leave, second.required = ["source"], ["contact"]
    third.required_to_leave, fourth.required = ["next_step"], ["amount", "source"]
    assert lacks(cast.vague, fourth, cast.wang) == (["source", "amount"], [])


def test_what_is_ticked_is_demanded_no_more_and_stands_when_it_comes_back(
    cast: Cast, drawings: ChecklistItem
) -> None:
    pumps, wang, li = cast.pumps, cast.wang, cast.li
    pumps.tick(drawings, by=li)
    pumps.tick(drawings, by=wang)
    pumps.move_to(cast.stages[2], by=wang)
    pumps.move_to(cast.stages[1], by=wang)
    db.session.commit()
    (tick,) = pumps.ticks
    assert (tick.by_id, tick.at) == (li.id, clock.now())
    assert pumps.open_items == []
    pumps.untick(drawings, by=wang)
    pumps.untick(drawings, by=wang)
    db.session.commit()
    assert pumps.open_items == [drawings]
    assert events(pumps).count(Action.DEAL_TICKED) == 1
    assert events(pumps).count(Action.DEAL_UNTICKED) == 1
    assert last_event(Action.DEAL_UNTICKED)["item_en"] == "Drawings approved"


def test_what_went_out_of_use_is_not_demanded(cast: Cast, drawings: ChecklistItem) -> None:
    field = CustomField.add(
        CustomField(noun=CustomNoun.DEAL, kind=FieldKind.TEXT, label_zh="口径", label_en="Bore"),
        [], by=cast.admin,
    )  # fmt: skip
    db.session.commit()
    cast.stages[2].required = [field.key]
    assert lacks(cast.pumps, cast.stages[2], cast.wang) == ([field.key], ["Drawings approved"])
    field.active, drawings.retired_at = False, clock.now()
    cast.pumps.move_to(cast.stages[2], by=cast.wang)


@pytest.mark.parametrize(("kind", "value"), [(FieldKind.YES_NO, False), (FieldKind.NUMBER, 0)])
def test_no_and_zero_say_something(cast: Cast, kind: FieldKind, value: object) -> None:
    field = CustomField.add(
        CustomField(noun=CustomNoun.DEAL, kind=kind, label_zh="含税", label_en="Tax"), [],
        by=cast.admin,
    )  # fmt: skip
    db.session.commit()
    cast.stages[2].required = [field.key]
    assert lacks(cast.pumps, cast.stages[2], cast.wang) == ([field.key], [])
    cast.pumps.set_custom(field, Decimal(0) if kind is FieldKind.NUMBER else value)
    cast.pumps.move_to(cast.stages[2], by=cast.wang)


def test_a_line_is_a_product_and_a_named_rival_a_competitor(cast: Cast) -> None:
    pumps = cast.pumps
    cast.stages[2].required = ["product", "competitor"]
    assert lacks(pumps, cast.stages[2], cast.wang) == (["product", "competitor"], [])
    pumps.lines = [DealLine(position=1, name="泵", quantity=Decimal(1), price=Decimal(1))]
    pumps.competitors = [DealCompetitor(name="KSB", folded="ksb")]
    pumps.move_to(cast.stages[2], by=cast.wang)


def test_winning_asks_what_leaving_does_and_losing_asks_nothing(
    cast: Cast, drawings: ChecklistItem
) -> None:
    pumps, wang = cast.pumps, cast.wang
    cast.stages[1].required_to_leave = ["contact"]
    with pytest.raises(Missing) as refusal:
        pumps.win(by=wang)
    assert refusal.value.fields == ["contact"]
    assert refusal.value.items == [drawings]
    pumps.lose(by=wang, reason=cast.option(OptionList.LOST_REASON, "Price"))
    assert not pumps.is_open


def test_a_deal_enters_no_stage_that_is_out_of_use(cast: Cast) -> None:
    pumps, (_, second, third, *_rest) = cast.pumps, cast.stages
    third.retired_at, third.retired_into = clock.now(), second
    with pytest.raises(StageChanged):
        pumps.move_to(third, by=cast.wang)


def test_a_deal_is_reopened_into_what_its_stage_was_retired_into(cast: Cast) -> None:
    pumps, (first, second, third, *_rest) = cast.pumps, cast.stages
    pumps.lose(by=cast.wang, reason=None, historic=True)
    for gone, into in ((second, first), (first, third)):
        gone.retired_at, gone.retired_into = clock.now(), into
    db.session.commit()
    pumps.reopen(by=cast.wang)
    assert (pumps.stage, pumps.stays[-1].stage) == (third, third)
    with pytest.raises(StageChanged):
        pumps.take_back_move(by=cast.wang)


# Owners


@pytest.fixture
def locked(cast: Cast) -> Deal:
    """The pumps, in a stage that keeps their owner."""
    cast.stages[1].locks_owner = True
    db.session.commit()
    return cast.pumps


@pytest.mark.parametrize("who", ["wang", "zhao", "sun", "zhou", "wu", "reader", "fin"])
def test_nobody_but_their_manager_takes_a_deal_from_its_owner(
    cast: Cast, locked: Deal, who: str
) -> None:
    with pytest.raises(OwnerLocked) as refusal:
        locked.give_to(cast.zhao, by=getattr(cast, who), reason="换区域")
    assert (locked.owner, refusal.value.lacks_reason) == (cast.wang, False)


@pytest.mark.parametrize("who", ["li", "admin"])
def test_a_manager_gives_it_away_and_says_why(cast: Cast, locked: Deal, who: str) -> None:
    by, zhao = getattr(cast, who), cast.zhao
    with pytest.raises(OwnerLocked) as refusal:
        locked.give_to(zhao, by=by)
    assert refusal.value.lacks_reason
    locked.product = "磁力泵"
    locked.give_to(zhao, by=by, reason="王芳休产假")
    locked.next_step = "拜访"
    locked.note_changes(by=by)
    db.session.commit()
    assert locked.owner == zhao
    given = last_event(Action.DEAL_GIVEN)
    assert (given["from"], given["to"], given["reason"]) == ("王芳", "赵磊", "王芳休产假")
    changed = db.session.scalars(
        select(Event).where(Event.action == Action.DEAL_CHANGED).order_by(Event.id)
    )
    assert [set(event.particulars["changes"]) for event in changed] == [{"product"}, {"next_step"}]


def test_where_it_does_not_stand_open_in_the_stage_its_owner_may_change(
    cast: Cast, locked: Deal
) -> None:
    locked.move_to(cast.stages[2], by=cast.wang)
    locked.give_to(cast.zhao, by=cast.wang)
    locked.move_to(cast.stages[1], by=cast.zhao)
    locked.win(by=cast.zhao)
    locked.give_to(cast.wang, by=cast.zhao)
    db.session.commit()
    assert Action.DEAL_GIVEN not in events(locked)


def test_the_customer_stays_with_the_owner_of_a_deal_that_does(cast: Cast, locked: Deal) -> None:
    sigma, wang = cast.sigma, cast.wang
    with pytest.raises(OwnerLocked):
        sigma.give_to(cast.zhao, by=wang, reason="换人")
    with pytest.raises(PoolRefused):
        sigma.release(by=wang)
    sigma.give_to(cast.zhao, by=cast.li, reason="王芳休产假")
    db.session.commit()
    assert last_event(Action.CUSTOMER_CHANGED)["changes"] == {  # type: ignore[comparison-overlap]
        "owner": ["王芳", "赵磊"], "reason": ["", "王芳休产假"],
    }  # fmt: skip
    sigma.give_to(cast.sun, by=cast.zhao)  # the deal there is not his
    assert sigma.owner == cast.sun


# Another pipeline, and the same again


def test_a_deal_goes_on_in_another_pipeline_and_back(cast: Cast, projects: list[Stage]) -> None:
    pumps, wang = cast.pumps, cast.wang
    cast.stages[1].required_to_leave = ["source"]
    assert list(pumps.stages_elsewhere)[-2:] == projects
    with pytest.raises(StageChanged):
        pumps.move_to(projects[0], by=wang)
    pumps.reroute(projects[1], by=wang)
    db.session.commit()
    assert (pumps.pipeline, pumps.stage) == (projects[1].pipeline, projects[1])
    assert [stay.left_at is None for stay in pumps.stays] == [False, True]
    assert last_event(Action.DEAL_REROUTED)["to_en"] == "Projects · Bid"
    pumps.take_back_move(by=wang)
    db.session.commit()
    assert (pumps.pipeline, pumps.stage) == (cast.stages[1].pipeline, cast.stages[1])
    assert last_event(Action.DEAL_REROUTED)["to_en"] == "Standard sale · Needs confirmed"


def test_the_way_round_by_another_pipeline_asks_what_leaving_does(
    cast: Cast, drawings: ChecklistItem, projects: list[Stage]
) -> None:
    pumps, wang = cast.pumps, cast.wang
    cast.stages[1].required_to_leave = ["source"]
    pumps.reroute(projects[0], by=wang)
    db.session.commit()
    with pytest.raises(Missing) as refusal:
        pumps.reroute(cast.stages[3], by=wang)
    assert (refusal.value.fields, refusal.value.items) == (["source"], [drawings])
    pumps.reroute(cast.stages[1], by=wang)
    assert pumps.stage == cast.stages[1], "to where it stood, or back from there, asks nothing"


def test_the_last_line_and_the_last_competitor_that_a_stage_demands_stay(cast: Cast) -> None:
    pumps, wang = cast.pumps, cast.wang
    cast.stages[1].required = ["product", "competitor"]
    pumps.price_by([LinePlan("泵", Decimal(2), Decimal(100))], by=wang)
    pumps.compete_with({"KSB": None}, by=wang)
    db.session.commit()
    for name, empty in (
        ("product", lambda: pumps.price_by([], by=wang)),
        ("competitor", lambda: pumps.compete_with({}, by=wang)),
    ):
        with pytest.raises(Missing) as refusal:
            empty()
        assert refusal.value.fields == [name]
    assert (len(pumps.lines), len(pumps.competitors)) == (1, 1)
    pumps.product = "泵"
    pumps.price_by([], by=wang)
    pumps.lose(by=wang, reason=cast.option(OptionList.LOST_REASON, "Price"))
    pumps.compete_with({}, by=wang)
    assert (pumps.lines, pumps.competitors) == ([], [])


def test_another_pipeline_demands_what_its_stage_does(cast: Cast, projects: list[Stage]) -> None:
    with pytest.raises(Missing) as refusal:
        cast.vague.reroute(projects[1], by=cast.wang)
    assert refusal.value.fields == ["expected_close", "customer"]
    with pytest.raises(StageChanged):
        cast.vague.reroute(cast.stages[1], by=cast.wang)
    projects[0].pipeline.retired_at = clock.now()
    with pytest.raises(StageChanged):
        cast.vague.reroute(projects[0], by=cast.wang)
    assert projects[0] not in cast.vague.stages_elsewhere


def test_a_copy_has_what_the_deal_is_of_and_nothing_that_happened_to_it(
    cast: Cast, drawings: ChecklistItem
) -> None:
    pumps, wang = cast.pumps, cast.wang
    person = db.session.scalars(Contact.at(cast.sigma)).one()
    pumps.lines = [DealLine(position=1, name="泵", quantity=Decimal(20), price=Decimal(9300))]
    pumps.competitors = [DealCompetitor(name="KSB", folded="ksb", note="便宜")]
    pumps.circle = [DealContact(contact=person)]
    pumps.collaborators = [cast.zhao]
    pumps.tick(drawings, by=wang)
    db.session.commit()
    copy = Deal(name="二期", customer=cast.sigma, owner=wang)
    copy.set_amount(pumps.amount, pumps.currency)
    pumps.clone(copy, cast.stages[0], by=wang)
    db.session.commit()
    assert [(line.name, line.amount) for line in copy.lines] == [("泵", Decimal(186_000))]
    assert [(rival.name, rival.note) for rival in copy.competitors] == [("KSB", None)]
    assert [one.contact for one in copy.circle] == [person]
    assert (copy.ticks, list(copy.collaborators), len(copy.stays)) == ([], [], 1)
    assert events(copy) == [Action.DEAL_CREATED, Action.DEAL_CLONED]
    assert last_event(Action.DEAL_CLONED)["source"] == pumps.name
    other = Deal(name="三期", owner=wang)
    other.set_amount(Decimal(5), "CNY")
    pumps.clone(other, cast.stages[0], by=wang)
    assert (other.lines, other.circle) == ([], [])
