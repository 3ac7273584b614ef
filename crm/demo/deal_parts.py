"""What the demo's deals consist of: lines, who shares them, who else offers, and who decides.

Each deal has dice of its own: what is written here changes nothing else of the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from crm.demo.products import Product
from crm.demo.world import SEED, Place
from crm.models import Deal, DecisionRole, User
from crm.models.deal import LinePlan

# What is sold along with a product: its names, and what one costs in percent of one product.
ALONG = (
    ("备品备件包", "spare parts kit", 6), ("配对法兰及紧固件", "counter flanges and bolting", 4),
    ("现场安装调试", "commissioning on site", 9), ("出厂标定证书", "works calibration", 2),
)  # fmt: skip
OF_RIVALS = (
    "报价低一成左右",
    "给设计院做过前期方案",
    "现有设备的原厂",
    "交期更短，四周",
    None,
    None,
)
OF_RIVALS_ABROAD = ("incumbent supplier", "about 8 % cheaper", None, None)
SPLITS = (0, 10, 20, 20, 30)


def share(deal: Deal, helpers: Sequence[User], by: User) -> None:
    """Let them help, some with a part of it."""
    dice = _dice_of(deal)
    deal.share_with({helper: dice.choice(SPLITS) for helper in helpers}, by=by)


def quote(deal: Deal, product: Product, quantity: int, place: Place, by: User) -> None:
    """Write down what the offer has: the product at a whole price, and perhaps something more."""
    dice = _dice_of(deal)
    if deal.amount is None or deal.amount < 20 * quantity:
        return
    price = round(deal.amount / quantity, -1 if quantity < 50 else 0)
    plans = [LinePlan(product.en if place.is_abroad else product.zh, Decimal(quantity), price)]
    for zh, en, percent in sorted(dice.sample(ALONG, dice.choice((0, 1, 1, 2)))):
        each = max(Decimal(10), round(price * percent / 100, -1))
        count = Decimal(max(1, quantity // 4))
        plans.append(LinePlan(en if place.is_abroad else zh, count, each))
    deal.price_by(plans, by=by)


def meet_rivals(deal: Deal, rivals: Sequence[str], place: Place, by: User) -> None:
    """Others offer, too: the first of ``rivals``, and sometimes a second."""
    dice = _dice_of(deal)
    known = OF_RIVALS_ABROAD if place.is_abroad else OF_RIVALS
    several = dict.fromkeys(rivals[: dice.choice((1, 1, 2))])
    deal.compete_with({name: dice.choice(known) for name in several}, by=by)


def name_deciders(deal: Deal, place: Place, by: User) -> None:
    """Two or three people at the customer; somebody is something else here than at the firm."""
    dice = _dice_of(deal)
    members: dict = dict.fromkeys(dice.sample(place.contacts, min(3, len(place.contacts))))
    if dice.random() < 0.3:
        members[next(iter(members))] = dice.choice(list(DecisionRole))
    deal.be_decided_by(members, by=by)


def _dice_of(deal: Deal) -> Random:
    return Random(SEED + deal.id)  # noqa: S311  # the same world every time, no secret
