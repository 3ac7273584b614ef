"""Spares and service, the second way of selling, and what stages of the first one demand now."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from crm.demo.world import Place, World, workday
from crm.extensions import db
from crm.models import ChecklistItem, CustomerKind, Deal, OptionList, Pipeline, Stage, User
from crm.models.pipeline import ChecklistPlan, StagePlan

SPARES = (
    StagePlan("询价", "Enquiry", 30, 3, "grey", (),
              "风险：型号说不清，报错价。推进：要铭牌照片，当天回复。",
              "Risk: the type is unclear and the price wrong. Next: ask for a photo of the plate."),
    StagePlan("核价", "Pricing", 60, 5, "amber", ("customer", "amount"),
              "风险：等库存回复，客户转向副厂件。推进：先报交期，再谈价格。",
              "Risk: they buy elsewhere meanwhile. Next: name the date first, then the price."),
    StagePlan("待下单", "Order expected", 90, 7, "teal", ("customer", "amount"),
              "风险：并入月度采购后拖延。推进：确认收货信息和开票资料。",
              "Risk: it waits for the monthly order. Next: confirm address and invoice."),
)  # fmt: skip
PRICING = 1  # its place among them
ITEMS = (
    ("核对型号和铭牌", "Type and plate checked"),
    ("确认库存与交期", "Stock and date confirmed"),
)
# What the main way demands: of which stage, and in which of its steps.
NEEDS, QUOTATION = "Needs confirmed", "Quotation"
NEEDS_ITEMS = (
    ("工况参数表已签字", "Data sheet signed"),
    ("技术负责人见过面", "Met their engineer"),
)
QUOTATION_ITEMS = (
    ("成本核算完成", "Costs calculated"),
    ("付款条件已内部批准", "Terms approved by us"),
)
PARTS = (("机械密封", "mechanical seals", "套"), ("膜片", "diaphragms", "件"),
         ("校准服务", "calibration", "次"), ("电磁线圈", "solenoid coils", "只"))  # fmt: skip


class Way(NamedTuple):
    """How far a deal came, how many days ago it began, and how it ended."""

    last: int
    began: int
    won: bool | None = None


OPEN = (*(Way(0, days) for days in (0, 1, 1, 2, 4)), *(Way(1, days) for days in (2, 3, 5, 9)),
        *(Way(2, days) for days in (4, 6, 12)))  # fmt: skip
ENDED = (*(Way(2, days, won=True) for days in (20, 33, 47, 58, 71, 90, 104, 133, 160)),
         *(Way(days % 2, days, won=False) for days in (25, 66, 118)))  # fmt: skip


def set_up(world: World) -> None:
    """Open the second pipeline with its deals; then demand more of those on the first way."""
    pipeline = _open_spares(world)
    for way in (*ENDED, *OPEN):
        _live(world, pipeline, way)
    pricing = pipeline.stages[PRICING]
    pricing.locks_owner = True
    pricing.arrange_checklist([ChecklistPlan(*item) for item in ITEMS])
    needs, quotation = _main(NEEDS), _main(QUOTATION)
    needs.arrange_checklist([ChecklistPlan(*item) for item in NEEDS_ITEMS])
    quotation.arrange_checklist([ChecklistPlan(*item) for item in QUOTATION_ITEMS])
    quotation.locks_owner, quotation.required_to_leave = True, ["contact", "expected_close"]
    db.session.flush()  # what is ticked has an id
    for stage in (needs, quotation, pricing):
        _tick_some(world, stage)


def _main(label: str) -> Stage:
    return next(stage for stage in Pipeline.main().stages if stage.label_en == label)


def _open_spares(world: World) -> Pipeline:
    pipeline = Pipeline(label_zh="备件与服务", label_en="Spares and service",
                        stages=[plan.made(place) for place, plan in enumerate(SPARES)])  # fmt: skip
    with world.at(world.moment(world.days_ago(200))):
        return Pipeline.begin(pipeline, by=world.people["chenli"])


def _live(world: World, pipeline: Pipeline, way: Way) -> None:
    """Open a deal of a customer that has bought before, and let it go its way."""
    place, (part, in_english, unit) = _place(world), world.dice.choice(PARTS)
    owner, count = place.customer.owner, world.dice.randint(2, 30)
    assert owner is not None
    name = f"{place.short}: {count} {in_english}" if place.is_abroad else (
        f"{place.short} {part} {count}{unit}"
    )  # fmt: skip
    began = world.moment(workday(world.today - timedelta(days=way.began)), 8, 11)
    deal = Deal(name=name, customer=place.customer, contact=world.dice.choice(place.contacts),
                owner=owner, product=in_english if place.is_abroad else part,
                source=world.any_option(OptionList.SOURCE, 10, 0, 0, 0, 20, 0),
                expected_close=(began + timedelta(days=14)).date())  # fmt: skip
    deal.set_amount(Decimal(count * world.dice.randrange(180, 2600, 20)), "CNY")
    with world.at(began):
        Deal.open(deal, pipeline.stages[0], by=owner)
    at = began
    for stage in pipeline.stages[1 : way.last + 1]:
        at = _later(world, at, days=way.began // 4)
        with world.at(at):
            deal.move_to(stage, by=owner)
    if way.won is not None:
        with world.at(_later(world, at, days=4)):
            _close(world, deal, won=way.won, by=owner)


def _place(world: World) -> Place:
    bought = CustomerKind.CUSTOMER
    return world.dice.choice([
        place for place in world.places
        if place.customer.kind is bought and place.customer.owner and place.contacts
        and place.customer.trashed_at is None
    ])  # fmt: skip


def _later(world: World, at: datetime, *, days: int) -> datetime:
    """Some hours and ``days`` after ``at``, but never later than now."""
    wait = timedelta(days=days, hours=world.dice.randint(1, 3))
    return min(at + wait, world.now - timedelta(minutes=world.dice.randint(1, 9)))


def _close(world: World, deal: Deal, *, won: bool, by: User) -> None:
    if won:
        deal.win(by=by)
    else:
        deal.lose(by=by, reason=world.option(OptionList.LOST_REASON, "价格"), competitor="副厂件")


def _tick_some(world: World, stage: Stage) -> None:
    """What was done of the list in every other of the deals that stand there."""
    items: list[ChecklistItem] = stage.to_tick
    standing = select(Deal).where(Deal.stage_id == stage.id, Deal.closed_at.is_(None))
    for number, deal in enumerate(db.session.scalars(standing.order_by(Deal.id))):
        for item in items[: number % 3]:
            at = min(deal.stage_since + timedelta(hours=number % 7 + 1), world.now)
            with world.at(at):
                deal.tick(item, by=deal.owner)
