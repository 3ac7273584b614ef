"""The deals: a year of won and lost ones, and those that stand on the board today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from crm.demo import deal_parts
from crm.demo.firms import MACHINE_PROJECTS
from crm.demo.products import COMPETITORS, COMPETITORS_ABROAD, PRODUCTS, Product
from crm.demo.rates import ABOUT
from crm.demo.rules import QUOTATION, tick_all, tick_some, why
from crm.demo.world import Place, World, workday
from crm.models import CustomerKind, Deal, OptionList, User

OPEN, CLOSED = 200, 450
# From this stage on one knows who decides.
DECIDERS_KNOWN = 2
WON_PERCENT = 55
# How many open deals stand in each stage, of ``OPEN``.
STANDING = (58, 48, 40, 32, 22)
# In which stages deals are won and lost, by weight.
WON_IN, LOST_IN = (0, 0, 0, 32, 68), (10, 18, 24, 32, 16)
# Days until the expected close, from each stage.
CLOSING_IN = ((60, 190), (45, 150), (30, 120), (14, 75), (4, 45))
LOST_REASONS = (
    ("价格", 34), ("交期", 14), ("技术不符", 12), ("竞争对手关系", 16), ("项目取消", 14),
    ("预算不足", 8), ("其他", 2),
)  # fmt: skip
WITHOUT_COMPETITOR = {"项目取消", "预算不足", "其他"}
NOTES_ON_LOSS = {
    "价格": "差价超过一成，客户领导只认总价。",
    "交期": "客户要求四周到货，我们最快七周。",
    "技术不符": "客户坚持法兰间距不变，我们的结构放不下。",
    "竞争对手关系": "对方参与了前期设计，参数按他们写的。",
    "项目取消": "集团投资收紧，项目推迟到明年以后。",
    "预算不足": "预算砍掉一半，先修旧设备。",
    "其他": "客户改为整包给总包商。",
}


NAMES = (
    "{short}{project} {product} {n}{unit}", "{short}{project}{product}",
    "{short} {product} {n}{unit}", "{short} {project}（{product}）",
)  # fmt: skip
NAMES_ABROAD = ("{short}: {n} {product}", "{n} {product} for {short}", "{short}, {product}")


@dataclass
class Stay:
    """Where a deal stood, from when to when; the last one of an open deal has no end."""

    stage: int
    entered: datetime
    left: datetime | None = None


@dataclass
class Life:
    """A deal's whole way, planned before it is lived."""

    place: Place
    product: Product
    project: str
    rival: str
    quantity: int
    stays: list[Stay]
    won: bool | None = None
    deal: Deal | None = None

    @property
    def closed(self) -> datetime | None:
        return self.stays[-1].left


def live(world: World) -> list[Life]:
    """All deals, in the order in which they began; each goes its way through the verbs."""
    lives = [_closed_life(world, day) for day in world.days_in_season(CLOSED, first=370, last=1)]
    for stage, count in enumerate(STANDING):
        lives += [_open_life(world, stage) for _ in range(count)]
    lives.sort(key=lambda life: life.stays[0].entered)
    for life in lives:
        _live(world, life)
    return lives


def _closed_life(world: World, day: date) -> Life:
    dice = world.dice
    length = round(dice.triangular(18, 210, 70))
    place = _place(world, day - timedelta(days=length))
    # Prospects have bought nothing yet.
    won = world.chance(WON_PERCENT) and place.customer.kind is not CustomerKind.PROSPECT
    weights = WON_IN if won else LOST_IN
    last = dice.choices(range(len(weights)), weights)[0]
    life = _life(world, place, _way(world, day, last, length))
    life.stays[-1].left = max(world.moment(day), life.stays[-1].entered + timedelta(hours=1))
    life.won = won
    return life


def _open_life(world: World, last: int) -> Life:
    dice = world.dice
    limit = world.stages[last].days_to_rot
    # Most are fresh, some are about to rot, some have.
    shortest, longest = dice.choices(
        ((0, limit - 1), (limit, limit * 3 // 2), (limit * 2, limit * 4)), (74, 16, 10)
    )[0]
    standing = dice.randint(shortest, longest)
    since = world.days_ago(standing)
    length = sum(dice.randint(4, 26) for _ in range(last))
    place = _place(world, since - timedelta(days=length))
    return _life(world, place, _way(world, since, last, length, to_entry=True))


def _place(world: World, day: date) -> Place:
    """A customer already known on ``day``; key customers, and those abroad, more often."""
    while True:
        place = world.dice.choice(world.places)
        grade = place.customer.grade
        is_key = grade is not None and grade.code == "a"
        is_known = place.customer.created_at.date() < day - timedelta(days=7)
        if is_known and (is_key or place.is_abroad or world.chance(60)):
            return place


def _way(world: World, day: date, last: int, length: int, *, to_entry: bool = False) -> list[Stay]:
    """Stays from the first stage to ``last``, over ``length`` days up to ``day``.

    :param to_entry: ``day`` is when the last stage was entered, not when the deal was closed.
    """
    begins = 1 if last > 0 and world.chance(14) else 0
    stages = list(range(begins, last + 1))
    entries = len(stages) - 1 if to_entry else len(stages)
    back = sorted(world.dice.sample(range(1, max(length, 12) + 1), entries), reverse=True)
    days = [workday(day - timedelta(days=n)) for n in back] + ([day] if to_entry else [])
    moments: list[datetime] = []
    for entered in days:
        moment = world.moment(entered)
        moments.append(max(moment, moments[-1] + timedelta(minutes=30)) if moments else moment)
    stays = [Stay(stage, moment) for stage, moment in zip(stages, moments, strict=True)]
    for stay, following in pairwise(stays):
        stay.left = following.entered
    return stays


def _life(world: World, place: Place, stays: list[Stay]) -> Life:
    product = world.dice.choice(PRODUCTS)
    projects = place.trade.projects if place.trade else MACHINE_PROJECTS
    rivals = COMPETITORS_ABROAD if place.is_abroad else COMPETITORS
    return Life(
        place=place, product=product, project=world.dice.choice(projects),
        rival=world.dice.choice(rivals), stays=stays,
        quantity=round(world.dice.triangular(product.fewest, product.most, product.fewest)),
    )  # fmt: skip


def _live(world: World, life: Life) -> None:
    owner = life.place.customer.owner
    assert owner is not None
    first = life.stays[0]
    with world.at(first.entered):
        deal = life.deal = _begin(world, life, owner)
        Deal.open(deal, world.stages[first.stage], by=owner)
        if world.chance(14) and owner.team is not None:
            helpers = [rep for rep in world.reps(owner.team.name) if rep is not owner]
            deal_parts.share(deal, helpers, owner)
    for stay in life.stays[1:]:
        with world.at(stay.entered):
            _move(world, life, deal, stay.stage, owner)
    if life.closed is not None:
        with world.at(life.closed):
            _close(world, life, deal, owner)
    else:
        with world.at(life.stays[-1].entered):
            tick_some(deal, owner)


def _begin(world: World, life: Life, owner: User) -> Deal:
    place, product, dice = life.place, life.product, world.dice
    deal = Deal(
        name=_name(world, life), product=product.en if place.is_abroad else product.zh,
        customer=place.customer, contact=dice.choice(place.contacts), owner=owner,
        expected_close=_expected_close(world, life),
        source=world.any_option(OptionList.SOURCE, 26, 24, 16, 4, 16, 14),
    )  # fmt: skip
    amount, currency = _price(world, life)
    early = life.closed is None and len(life.stays) == 1
    # Early on, the amount of some deals is not known yet.
    deal.set_amount(None if early and world.chance(28) else amount, currency)
    if life.closed is None and world.chance(8):
        chance = world.stages[life.stays[-1].stage].probability
        deal.probability = max(5, min(95, chance + dice.choice((-15, -10, 10, 15))))
        deal.probability_reason = why(deal.probability, chance)
    return deal


def _name(world: World, life: Life) -> str:
    """As different reps call their deals: by project, by product, or by both."""
    place, product = life.place, life.product
    return world.dice.choice(NAMES_ABROAD if place.is_abroad else NAMES).format(
        short=place.short, project=life.project, n=life.quantity, unit=product.unit,
        product=product.en if place.is_abroad else product.zh,
    )  # fmt: skip


def _price(world: World, life: Life) -> tuple[Decimal, str]:
    """A round amount for the whole quantity, in the customer's currency."""
    product = life.product
    each = round(world.dice.triangular(product.cheapest, product.dearest, product.cheapest), -1)
    amount = Decimal(int(each)) * life.quantity
    firm = life.place.firm
    if firm is None:
        return amount, "CNY"
    return _round(amount / ABOUT[firm.currency]), firm.currency


def _round(amount: Decimal) -> Decimal:
    """To whole tens, written with cents."""
    return Decimal(round(amount, -1)).quantize(Decimal("0.01"))


def _expected_close(world: World, life: Life) -> date:
    begun = life.stays[0].entered.date() + timedelta(days=7)  # nobody expects one within a week
    if life.closed is not None:
        return max(begun, (life.closed + timedelta(days=world.dice.randint(-20, 25))).date())
    if world.chance(9):  # forgotten: the day has passed
        return max(begun, world.today - timedelta(days=world.dice.randint(1, 28)))
    return world.today + timedelta(days=world.dice.randint(*CLOSING_IN[life.stays[-1].stage]))


def _move(world: World, life: Life, deal: Deal, position: int, by: User) -> None:
    """Into the stage at ``position``, with what one knows of a deal by then."""
    if position == QUOTATION:
        if deal.amount is not None and world.chance(35):
            factor = Decimal(world.dice.randint(88, 106)) / 100
            deal.set_amount(_round(deal.amount * factor), deal.currency)
            deal.note_changes(by=by)
        if deal.id % 4:
            deal_parts.quote(deal, life.product, life.quantity, life.place, by)
        if deal.id % 3:
            rivals = COMPETITORS_ABROAD if life.place.is_abroad else COMPETITORS
            deal_parts.meet_rivals(
                deal, (life.rival, rivals[deal.id % len(rivals)]), life.place, by
            )
    if position == DECIDERS_KNOWN and deal.id % 5:
        deal_parts.name_deciders(deal, life.place, by)
    tick_all(deal, by)
    deal.move_to(world.stages[position], by=by)


def _close(world: World, life: Life, deal: Deal, by: User) -> None:
    if life.won:
        tick_all(deal, by)
        deal.win(by=by)
        return
    reasons, weights = zip(*LOST_REASONS, strict=True)
    reason = world.dice.choices(reasons, weights)[0]
    deal.lose(
        by=by, reason=world.option(OptionList.LOST_REASON, reason),
        competitor=None if reason in WITHOUT_COMPETITOR else life.rival,
        note=NOTES_ON_LOSS[reason] if world.chance(55) and not life.place.is_abroad else None,
    )  # fmt: skip
