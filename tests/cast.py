"""The cast: people with a place in the firm, and records by name. Tests tell stories about them.

Flow-control maker 恒川; East team under Li, with Wang (who owns), Zhao (who helps) and Sun; West
team under Zhou, with Wu, the stranger who must see nothing of the East.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select

from crm import seed
from crm.extensions import db
from crm.models import (
    ChecklistItem,
    Contact,
    Customer,
    CustomerKind,
    Deal,
    Option,
    OptionList,
    Pipeline,
    Role,
    Stage,
    Team,
    User,
)
from crm.models.passwords import hash_of

PASSWORD = "correct-horse-9"
PASSWORD_HASH = hash_of(PASSWORD)

PEOPLE = {
    # name, roles, team
    "admin": ("陈立", {Role.ADMINISTRATOR}, "恒川"),
    "li": ("李敏", {Role.MANAGER}, "华东"),
    "wang": ("王芳", {Role.REP}, "华东"),
    "zhao": ("赵磊", {Role.REP}, "华东"),
    "sun": ("孙健", {Role.REP}, "华东"),
    "zhou": ("周涛", {Role.MANAGER}, "西部"),
    "wu": ("吴迪", {Role.REP}, "西部"),
    "fin": ("冯琴", {Role.FINANCE}, "恒川"),
    "reader": ("何静", {Role.READER}, "恒川"),
    "gone": ("高远", {Role.REP}, "华东"),
}


class Cast:
    """Looks the cast up by name: ``cast.wang``, ``cast.sigma``, ``cast.pumps``."""

    def __getattr__(self, name: str) -> User:
        if name in PEOPLE:
            return (
                db.session.scalars(User.with_rights().where(User.username == name)).unique().one()
            )
        raise AttributeError(name)

    @property
    def sigma(self) -> Customer:
        """大连西格玛: Wang's customer; Zhao helps."""
        return self.customer("大连西格玛流体控制有限公司")

    @property
    def western(self) -> Customer:
        """Wu's customer in the West."""
        return self.customer("西安天成仪表厂")

    @property
    def pumps(self) -> Deal:
        """Wang's open deal with Sigma, in the second stage, with an amount."""
        return self.deal("西格玛磁力泵 20 台")

    @property
    def vague(self) -> Deal:
        """Wang's open deal in the first stage, without customer and amount."""
        return self.deal("电话询价")

    @property
    def gauges(self) -> Deal:
        """Wu's open deal in the West."""
        return self.deal("天成压力表")

    def customer(self, name: str) -> Customer:
        return db.session.scalars(select(Customer).where(Customer.name == name)).one()

    def deal(self, name: str) -> Deal:
        return db.session.scalars(select(Deal).where(Deal.name == name)).one()

    @cached_property
    def stages(self) -> list[Stage]:
        """The five stages, from first contact to tender."""
        return list(db.session.scalars(Stage.in_order(Pipeline.main())))

    @property
    def spares(self) -> Pipeline:
        """The second pipeline, in which no deal stands: its second stage locks the owner."""
        return db.session.scalars(select(Pipeline).where(Pipeline.label_en == "Spares")).one()

    def option(self, which: OptionList, english: str) -> Option:
        return db.session.scalars(
            select(Option).where(Option.list == which, Option.label_en == english)
        ).one()


def write_cast() -> None:
    """Put the cast into the database."""
    seed.plant(name="恒川流体控制")
    root = Team.found("恒川")
    teams = {
        "恒川": root,
        "华东": Team.found("华东", parent=root),
        "西部": Team.found("西部", parent=root),
    }
    people: dict[str, User] = {}
    for username, (name, roles, team) in PEOPLE.items():
        user = User.join(name, roles=roles, username=username, email=f"{username}@example.com",
                         team=teams[team])  # fmt: skip
        user.password_hash = PASSWORD_HASH
        user.language = "en"
        people[username] = user
    db.session.flush()
    teams["华东"].head, teams["西部"].head, root.head = (
        people["li"],
        people["zhou"],
        people["admin"],
    )
    people["gone"].deactivate(by=None)

    wang, wu = people["wang"], people["wu"]
    sigma = Customer.register(
        Customer(name="大连西格玛流体控制有限公司", kind=CustomerKind.CUSTOMER, owner=wang,
                 phone="0411-8765 4321", collaborators=[people["zhao"]]), by=wang)  # fmt: skip
    western = Customer.register(
        Customer(name="西安天成仪表厂", kind=CustomerKind.PROSPECT, owner=wu), by=wu
    )
    Contact.register(
        Contact(customer=sigma, name="刘洋", title="采购部长", mobile="13800001234",
                email="liuyang@sigma.example", is_primary=True), by=wang)  # fmt: skip
    db.session.add(_spares())
    first, second = db.session.scalars(Stage.in_order(Pipeline.main())).all()[:2]
    pumps = Deal(name="西格玛磁力泵 20 台", customer=sigma, owner=wang,
                 expected_close=date(2026, 8, 31))  # fmt: skip
    pumps.set_amount(Decimal("186000.00"), "CNY")
    Deal.open(pumps, second, by=wang)
    Deal.open(Deal(name="电话询价", owner=wang), first, by=wang)
    gauges = Deal(name="天成压力表", customer=western, owner=wu)
    gauges.set_amount(Decimal("42000.00"), "CNY")
    Deal.open(gauges, first, by=wu)
    db.session.commit()


def _spares() -> Pipeline:
    """Enquiry, quotation and order; the quotation is locked, and has a checklist."""
    enquiry, quotation, order = (
        Stage(label_zh=zh, label_en=en, probability=chance, days_to_rot=days, position=position)
        for position, (zh, en, chance, days) in enumerate(
            (("询价", "Enquiry", 30, 3), ("核价", "Pricing", 60, 5), ("待下单", "Ordering", 90, 7))
        )
    )
    quotation.locks_owner = True
    quotation.checklist = [
        ChecklistItem(label_zh="核对型号", label_en="Check the type", position=0),
        ChecklistItem(label_zh="确认库存", label_en="Confirm the stock", position=1),
    ]
    order.required = ["customer", "amount"]
    return Pipeline(
        label_zh="备件", label_en="Spares", position=1, stages=[enquiry, quotation, order]
    )
