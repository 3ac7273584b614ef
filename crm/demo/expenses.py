"""Expense claims in every state: paid, approved, rejected, waiting for a manager, not sent yet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from crm import files
from crm.demo import receipts
from crm.demo.deals import Life
from crm.demo.receipts import Spending
from crm.demo.world import Place, World
from crm.models import (
    ApprovalAssignment,
    Company,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    OptionList,
    User,
)
from crm.models.approval import Decision

RECEIPT_PERCENT = 86
PAID, APPROVED, REJECTED, DRAFTS = 26, 8, 4, 5
REPS = ("wangfang", "zhaolei", "sunjian", "wudi", "huangli", "linfeng")
# Who waits for an answer, and since how many days: each manager has something to decide.
WAITING = (("zhaolei", 2), ("sunjian", 1), ("wudi", 3), ("huangli", 1), ("linfeng", 0),
           ("wangfang", 0), ("zhoutao", 2))  # fmt: skip
REASONS = (
    "招待标准超了，请注明参加人员，超出部分自理。",
    "住宿没有发票，补齐后再报。",
    "出租车这一笔没有写去哪家客户，请补充。",
    "这次拜访没有跟进记录，先把记录补上。",
)
PRAISE = (None, None, "同意。", "同意，注意控制住宿标准。", "情况属实，同意。")


class Cost(NamedTuple):
    """A kind of cost: category, what for, price range in yuan, and which receipt it comes with."""

    category: str
    purpose: str
    cheapest: int
    dearest: int
    receipt: str


JOURNEY = Cost("差旅", "高铁往返{city}，拜访{short}", 146, 960, "ticket")
FLIGHT = Cost("差旅", "往返{city}机票", 2400, 8800, "receipt")
HOTEL = Cost("住宿", "{city}住宿，{short}现场交流", 268, 680, "hotel")
TAXI = Cost("市内交通", "高铁站至{short}往返", 28, 160, "taxi")
DINNER = Cost("招待", "与{short}{who}晚餐，谈{what}", 280, 1280, "restaurant")
LUNCH = Cost("招待", "{short}工作午餐，{who}等四人", 160, 420, "restaurant")
GIFT = Cost("礼品", "拜访{short}茶叶两盒", 160, 460, "receipt")
SAMPLE = Cost("样品", "{short}试用样品配件", 220, 880, "receipt")
COURIER = Cost("快递", "寄{short}样本和合同原件", 18, 66, "receipt")
FAIR = Cost("会务", "{city}行业技术交流会会务费，{short}同场", 600, 1800, "receipt")

# A title, and the costs that go with it.
OCCASIONS: tuple[tuple[str, tuple[Cost, ...]], ...] = (
    ("{month}月{city}出差 {short}", (JOURNEY, HOTEL, TAXI, DINNER)),
    ("{month}月{city}出差 {short}", (JOURNEY, TAXI, LUNCH)),
    ("{short}项目招待", (DINNER, TAXI)),
    ("{short}技术交流", (LUNCH, TAXI, TAXI)),
    ("{month}月拜访 {short}", (TAXI, GIFT)),
    ("{short}样品与快递", (SAMPLE, COURIER)),
    ("{city}技术交流会", (JOURNEY, FAIR, HOTEL, TAXI)),
)


class Clerk:
    """Writes the claims and sends them on their way."""

    def __init__(self, world: World, lives: list[Life]) -> None:
        self.world = world
        self.dice = world.dice
        self.lives = lives
        self.payer = world.people["fengqin"]

    def write(self, claimant: User, day: date, *, submit: bool = True) -> ExpenseClaim:
        """A claim about a visit in the week before ``day``, sent off on that day."""
        place, life = self._visited(claimant, day)
        title, costs = self.dice.choice(OCCASIONS)
        words = {
            "month": day.month, "city": place.city, "short": place.short,
            "who": place.address_of(place.contacts[0]), "what": life.project,
        }  # fmt: skip
        with self.world.at(self.world.moment(day)):
            claim = ExpenseClaim.begin(title.format(**words), by=claimant)
            for cost in costs:
                spent_on = day - timedelta(days=self.dice.randint(1, 6))
                spent = Spending(spent_on, self._amount(cost), "CNY", place.city)
                purpose = cost.purpose.format(**words)
                self.add(claim, cost, purpose, spent, place, life.deal)
            if submit:
                claim.submit(by=claimant)
        return claim

    def add(self, claim: ExpenseClaim, cost: Cost, purpose: str, spent: Spending, place: Place,
            deal: Deal | None) -> None:  # fmt: skip
        """Add one cost, mostly with its receipt."""
        item = ExpenseItem(
            category=self.world.option(OptionList.EXPENSE_CATEGORY, cost.category),
            purpose=purpose, customer=place.customer, deal=deal,
        )  # fmt: skip
        item.set_amount(spent.amount, spent.currency, spent.day)
        claim.add_item(item, by=claim.claimant)
        if self.world.chance(RECEIPT_PERCENT):
            picture = receipts.draw(cost.receipt, spent, self.dice)
            item.receipts.append(files.store(picture, kind="expense_item", by=claim.claimant))

    def decide(self, claim: ExpenseClaim, day: date, decision: Decision) -> datetime:
        """The approver's answer on ``day``, at the earliest an hour after it was asked for."""
        assignment = self._assignment(claim)
        asked = assignment.asked_at or assignment.created_at
        small = claim.base_amount <= Company.current().approval_link_limit
        reason = self.dice.choice(REASONS if decision is Decision.REJECTED else PRAISE)
        with self.world.at(self._later(day, asked)) as moment:
            assignment.decide(
                decision, by=assignment.approver, version=claim.version,
                content_hash=claim.content_hash(), comment=reason,
                by_link=small and self.world.chance(70),
            )  # fmt: skip
        return moment

    def pay(self, claim: ExpenseClaim, day: date, approved: datetime) -> None:
        """Finance pays on ``day``."""
        with self.world.at(self._later(day, approved)):
            claim.pay(f"网银 {day:%Y%m%d}-{self.dice.randint(100, 999)}", by=self.payer)

    def give_back(self, claim: ExpenseClaim, day: date) -> None:
        """Returned for correction; it lies with its claimant."""
        with self.world.at(self._later(day, self._assignment(claim).created_at)):
            assignment = self._assignment(claim)
            assignment.decide(
                Decision.RETURNED, by=assignment.approver, version=claim.version,
                content_hash=claim.content_hash(), comment=self.dice.choice(REASONS),
            )  # fmt: skip

    def correct(self, claim: ExpenseClaim, day: date) -> None:
        """After a rejection: the dearest cost is taken off, and the claim is sent again."""
        with self.world.at(self._later(day, self._assignment(claim).created_at)):
            dearest = max(claim.items, key=lambda item: item.base_amount)
            claim.remove_item(dearest, by=claim.claimant)
            claim.submit(by=claim.claimant)

    def withdraw(self, claim: ExpenseClaim, day: date) -> None:
        """Taken back by the claimant, to add something."""
        with self.world.at(self._later(day, self._assignment(claim).created_at)):
            claim.withdraw(by=claim.claimant)

    def _assignment(self, claim: ExpenseClaim) -> ApprovalAssignment:
        request = claim.request
        assert request is not None
        return request.assignments[0]

    def _later(self, day: date, before: datetime) -> datetime:
        moment = max(self.world.moment(day), before + timedelta(minutes=self.dice.randint(30, 90)))
        return min(moment, self.world.now)

    def _amount(self, cost: Cost) -> Decimal:
        yuan = round(self.dice.triangular(cost.cheapest, cost.dearest, cost.cheapest))
        return Decimal(yuan) + Decimal(self.dice.choice((0, 0, 0, 50, 80))) / 100

    def _visited(self, claimant: User, day: date) -> tuple[Place, Life]:
        """A customer of the claimant (of the team, for managers) and a deal that ran on ``day``."""
        own = [life for life in self.lives
               if not life.place.is_abroad
               and claimant in (life.place.customer.owner, _superior_of(life))
               and life.stays[0].entered.date() < day - timedelta(days=8)]  # fmt: skip
        running = [life for life in own if life.closed is None or life.closed.date() > day]
        life = self.dice.choice(running or own)
        return life.place, life


def _superior_of(life: Life) -> User | None:
    owner = life.place.customer.owner
    return owner.superior() if owner else None


def claim(world: World, lives: list[Life]) -> None:
    """All claims, the oldest first."""
    clerk = Clerk(world, lives)
    _paid(world, clerk)
    for _ in range(APPROVED):
        ago = world.dice.randint(3, 9)
        sent = clerk.write(_someone(world), world.days_ago(ago))
        clerk.decide(sent, world.days_ago(ago - 2), Decision.APPROVED)
    for _ in range(REJECTED):
        ago = world.dice.randint(2, 20)
        sent = clerk.write(_someone(world), world.days_ago(ago))
        clerk.decide(sent, world.days_ago(ago - 1), Decision.REJECTED)
    _abroad(world, clerk)
    for username, ago in WAITING:
        clerk.write(world.people[username], world.days_ago(ago))
    for _ in range(DRAFTS):
        clerk.write(_someone(world), world.days_ago(world.dice.randint(0, 6)), submit=False)
    clerk.give_back(clerk.write(_someone(world), world.days_ago(5)), world.days_ago(4))
    taken_back = clerk.write(world.people["zhaolei"], world.days_ago(4))
    clerk.withdraw(taken_back, world.days_ago(3))


def _someone(world: World) -> User:
    return world.people[world.dice.choice(REPS)]


def _paid(world: World, clerk: Clerk) -> None:
    """A year of paid claims; two of them had to be corrected first."""
    for number, day in enumerate(world.days_in_season(PAID, first=330, last=18)):
        ago = (world.today - day).days
        sent = clerk.write(_someone(world), day)
        if number % 12 == 5:
            clerk.decide(sent, world.days_ago(ago - 1), Decision.REJECTED)
            clerk.correct(sent, world.days_ago(ago - 2))
        approved = clerk.decide(sent, world.days_ago(ago - 4), Decision.APPROVED)
        clerk.pay(sent, world.days_ago(ago - 9), approved)


def _abroad(world: World, clerk: Clerk) -> None:
    """A fair in Germany that waits for approval, above what a link alone may decide."""
    claimant = world.people["wangfang"]
    place = next(place for place in world.places if place.short == "Rheintal")
    day = world.days_ago(1)
    with world.at(world.moment(day)):
        fair = ExpenseClaim.begin("汉诺威工业展差旅", by=claimant)
        for cost, purpose, amount, currency in (
            (FLIGHT, "上海—汉诺威往返机票，工业展", "6480.00", "CNY"),
            (HOTEL, "汉诺威展会住宿四晚", "612.00", "EUR"),
            (TAXI, "机场至展馆", "46.50", "EUR"),
            (DINNER, "与Katrin Vogel晚餐，谈两年框架", "183.20", "EUR"),
        ):
            spent_on = day - timedelta(days=world.dice.randint(4, 9))
            spent = Spending(spent_on, Decimal(amount), currency, "Hannover")
            clerk.add(fair, cost, purpose, spent, place, None)
        fair.submit(by=claimant)
