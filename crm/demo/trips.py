"""What the firm grants for a kilometre and a day, and costs that are computed by it."""

from __future__ import annotations

from decimal import Decimal

from crm.demo.world import Place, World
from crm.extensions import db
from crm.models import ExpenseClaim, ExpenseItem, ExpenseRate, ItemKind, OptionList
from crm.models.expense_claim.splitting import Part

# Kind, names, category; what is granted, and since how many days.
RATES = (
    (ItemKind.MILEAGE, "自驾用车", "Own car", "市内交通", (("0.8", 700), ("0.9", 75))),
    (
        ItemKind.ALLOWANCE,
        "出差伙食补贴",
        "Meals away from home",
        "差旅",
        (("80", 700), ("100", 200)),
    ),
)


def grant(world: World) -> None:
    """Enter the rates with their history."""
    for kind, zh, en, category, grants in RATES:
        counted_as = world.option(OptionList.EXPENSE_CATEGORY, category)
        rate = ExpenseRate(kind=kind, label_zh=zh, label_en=en, category=counted_as)
        by = world.people["chenli"]
        for number, (amount, ago) in enumerate(grants):
            day = world.days_ago(ago)
            with world.at(world.moment(day)):
                enter = rate.grant if number else rate.begin
                enter(day, Decimal(amount), "CNY", by=by)


def claim(world: World) -> None:
    """A tour by car that is not handed in yet: kilometres, days, and a bill for two customers."""
    claimant = world.people["wangfang"]
    places = [place for place in world.places if place.customer.owner is claimant][:2]
    with world.at(world.moment(world.days_ago(1))):
        tour = ExpenseClaim.begin("自驾走访客户", by=claimant)
        for kind, quantity, ago, purpose in (
            (ItemKind.MILEAGE, "186.5", 3, "{0}至{1}往返，自驾"),
            (ItemKind.ALLOWANCE, "1.5", 3, "走访{0}、{1}，在外一天半"),
        ):
            item = ExpenseItem(purpose=purpose.format(*(place.short for place in places)),
                               customer=places[0].customer)  # fmt: skip
            item.compute(_rate(kind), Decimal(quantity), world.days_ago(ago))
            tour.add_item(item, by=claimant)
        dinner = _dinner(world, tour, places)
        db.session.flush()
        parts = [Part(place.customer, None, Decimal(1)) for place in places]
        tour.split_item(dinner, parts, by=claimant)
        # Twice by mistake: the second one is warned of.
        _dinner(world, ExpenseClaim.begin("补报招待", by=claimant), places)


def _dinner(world: World, claim: ExpenseClaim, places: list[Place]) -> ExpenseItem:
    """A bill for all of them."""
    item = ExpenseItem(
        category=world.option(OptionList.EXPENSE_CATEGORY, "招待"), payee="江畔人家酒楼",
        purpose=f"与{'、'.join(place.short for place in places)}的客户晚餐",
        customer=places[0].customer,
    )  # fmt: skip
    item.set_amount(Decimal("613.00"), "CNY", world.days_ago(3))
    claim.add_item(item, by=claim.claimant)
    return item


def _rate(kind: ItemKind) -> ExpenseRate:
    rate = db.session.scalar(ExpenseRate.in_use(kind))
    assert rate is not None
    return rate
