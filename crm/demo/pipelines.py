"""Spares and service, the second way of selling: small, quick, again and again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from crm.demo.rules import tick_all, tick_some
from crm.demo.world import Place, World, workday
from crm.models import CustomerKind, Deal, OptionList, Pipeline, User
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
PARTS = (("机械密封", "套"), ("膜片", "件"), ("校准服务", "次"), ("电磁线圈", "只"))


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
    """Open the pipeline, and let its deals go their way."""
    pipeline = _open_spares(world)
    for way in (*ENDED, *OPEN):
        _live(world, pipeline, way)


def _open_spares(world: World) -> Pipeline:
    """Who is promised a price for a spare keeps their rep, and nothing leaves unchecked."""
    pipeline = Pipeline(label_zh="备件与服务", label_en="Spares and service",
                        stages=[plan.made(place) for place, plan in enumerate(SPARES)])  # fmt: skip
    pricing = pipeline.stages[PRICING]
    pricing.locks_owner = True
    with world.at(world.moment(world.days_ago(200))):
        Pipeline.begin(pipeline, by=world.people["chenli"])
        pricing.arrange_checklist([ChecklistPlan(*item) for item in ITEMS])
    return pipeline


def _live(world: World, pipeline: Pipeline, way: Way) -> None:
    """Open a deal of a customer that has bought before, and let it go its way."""
    day = world.today - timedelta(days=way.began)
    place, (part, unit) = _place(world, day), world.dice.choice(PARTS)
    owner, count = place.customer.owner, world.dice.randint(2, 30)
    assert owner is not None
    began = world.moment(workday(day), 8, 11)
    deal = Deal(name=f"{place.short} {part} {count}{unit}", product=part, owner=owner,
                customer=place.customer, contact=world.dice.choice(place.contacts),
                source=world.any_option(OptionList.SOURCE, 10, 0, 0, 0, 20, 0),
                expected_close=(began + timedelta(days=14)).date())  # fmt: skip
    deal.set_amount(Decimal(count * world.dice.randrange(180, 2600, 20)), "CNY")
    with world.at(began):
        Deal.open(deal, pipeline.stages[0], by=owner)
    at = began
    for stage in pipeline.stages[1 : way.last + 1]:
        at = _later(world, at, days=way.began // 4)
        with world.at(at):
            tick_all(deal, owner)
            deal.move_to(stage, by=owner)
    if way.won is not None:
        with world.at(_later(world, at, days=4)):
            _close(world, deal, won=way.won, by=owner)
    else:
        with world.at(at):
            tick_some(deal, owner)


def _place(world: World, day: date) -> Place:
    """A customer here who has bought before ``day``."""
    long_before = day - timedelta(days=14)
    return world.dice.choice([
        place for place in world.places
        if place.customer.kind is CustomerKind.CUSTOMER and not place.is_abroad
        and place.customer.owner and place.customer.created_at.date() < long_before
    ])  # fmt: skip


def _later(world: World, at: datetime, *, days: int) -> datetime:
    """Some hours and ``days`` after ``at``, but never later than now."""
    wait = timedelta(days=days, hours=world.dice.randint(1, 3))
    return min(at + wait, world.now - timedelta(minutes=world.dice.randint(1, 9)))


def _close(world: World, deal: Deal, *, won: bool, by: User) -> None:
    if won:
        tick_all(deal, by)
        deal.win(by=by)
    else:
        deal.lose(by=by, reason=world.option(OptionList.LOST_REASON, "价格"), competitor="副厂件")
