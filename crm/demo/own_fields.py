"""The demo firm's own fields, and what its records say in them.

They have dice of their own: the rest of the world is the same with and without them.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from crm.demo.world import SEED, World
from crm.extensions import db
from crm.models import (
    Contact,
    CustomChoice,
    CustomField,
    CustomNoun,
    Deal,
    FieldKind,
    Option,
    OptionList,
    User,
)

TRADE = {"section_zh": "商务条件", "section_en": "Terms"}
TECHNOLOGY = {"section_zh": "工况", "section_en": "Service conditions"}
PAYMENT = (("款到发货", "In advance", "green"), ("月结30天", "30 days net", "blue"),
           ("月结60天", "60 days net", "amber"),
           ("承兑汇票", "Bank acceptance", "violet"))  # fmt: skip
MEDIA = (("水", "Water", "blue"), ("蒸汽", "Steam", "orange"), ("油品", "Oil", "amber"),
         ("酸碱", "Acids and lyes", "red"), ("气体", "Gas", "teal"))  # fmt: skip
VISITS = (("上午", "Mornings", "amber"), ("下午", "Afternoons", "blue"),
          ("先打电话", "Call first", "green"))  # fmt: skip


def keep(world: World) -> None:
    """Add the fields, and fill in most of them for the customers, contacts and deals there are."""
    dice = Random(SEED)  # noqa: S311  # the same world every time, no secret
    director = next(user for user in world.people.values() if user.is_administrator)
    _customers(world, dice, director)
    _contacts(dice, director)
    _deals(world, dice, director)
    db.session.flush()


def _customers(world: World, dice: Random, director: User) -> None:
    noun = CustomNoun.CUSTOMER
    payment = _field(director, noun, FieldKind.CHOICE, "付款方式", "Payment", PAYMENT, **TRADE)
    budget = _field(director, noun, FieldKind.MONEY, "年采购预算", "Yearly budget", (), **TRADE)
    until = _field(director, noun, FieldKind.DAY, "框架协议到期", "Framework until", (), **TRADE)
    listed = _field(director, noun, FieldKind.YES_NO, "已入供应商名录", "Approved", (), **TRADE)
    media = _field(director, noun, FieldKind.CHOICES, "介质", "Media", MEDIA, **TECHNOLOGY)
    tags = list(db.session.scalars(Option.of(OptionList.TAG)))
    for place in world.places:
        customer = place.customer
        customer.set_custom(payment, dice.choices(payment.choices, (3, 5, 3, 2))[0])
        if dice.random() < 0.7:
            customer.set_custom(budget, Decimal(dice.choice((8, 15, 30, 60, 120, 300))) * 10_000)
        if dice.random() < 0.3:
            customer.set_custom(until, world.today + timedelta(days=dice.randint(-60, 500)))
        if dice.random() < 0.6:
            customer.set_custom(listed, dice.random() < 0.7)
        customer.set_custom(media, dice.sample(media.choices, dice.randint(0, 3)))
        if dice.random() < 0.4:
            customer.tags = [dice.choice(tags)]


def _contacts(dice: Random, director: User) -> None:
    visits = _field(director, CustomNoun.CONTACT, FieldKind.CHOICE, "拜访时间", "Visits", VISITS)
    for contact in db.session.scalars(select(Contact).order_by(Contact.id)):
        if dice.random() < 0.5:
            contact.set_custom(visits, dice.choice(visits.choices))


def _deals(world: World, dice: Random, director: User) -> None:
    noun = CustomNoun.DEAL
    proof = _field(director, noun, FieldKind.YES_NO, "防爆要求", "Explosion-proof")
    engineer = _field(director, noun, FieldKind.PERSON, "技术负责人", "Engineer")
    bore = _field(director, noun, FieldKind.NUMBER, "口径（mm）", "Bore (mm)",
                  help_zh="法兰公称通径", help_en="Nominal size of the flange")  # fmt: skip
    people = [user for user in world.people.values() if user.is_active]
    for deal in db.session.scalars(select(Deal).order_by(Deal.id)):
        deal.set_custom(proof, dice.choice((True, False, None)))
        if dice.random() < 0.5:
            deal.set_custom(engineer, dice.choice(people))
        if dice.random() < 0.7:
            deal.set_custom(bore, Decimal(dice.choice((25, 50, 80, 100, 150, 200))))


def _field(
    director: User, noun: CustomNoun, kind: FieldKind, label_zh: str, label_en: str,
    choices: tuple[tuple[str, str, str], ...] = (), **settings: str,
) -> CustomField:  # fmt: skip
    field = CustomField(noun=noun, kind=kind, label_zh=label_zh, label_en=label_en, **settings)
    CustomField.add(field, [], by=director)
    field.choices = [
        CustomChoice(label_zh=zh, label_en=en, colour=colour, position=position)
        for position, (zh, en, colour) in enumerate(choices)
    ]
    db.session.flush()  # records name choices by their ids
    return field
