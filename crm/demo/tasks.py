"""What is to be done: overdue, today, later, some day, and what was done of late."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import NamedTuple

from sqlalchemy import select

from crm.demo.deals import Life, Stay
from crm.demo.world import World, workday
from crm.extensions import db
from crm.models import Task, User
from crm.recurrence import Rule

# How many tasks are due in which span of days from today; ``None`` is no day at all.
DUE: tuple[tuple[int, tuple[int, int] | None], ...] = (
    (18, (-12, -1)), (16, (0, 0)), (34, (1, 7)), (26, (8, 35)), (6, None),
)  # fmt: skip
DONE = 70


class Chore(NamedTuple):
    """A kind of task: its title at home and abroad, and how pressing it is."""

    zh: str
    en: str
    urgent: bool = False
    important: bool = False


BY_STAGE: tuple[tuple[Chore, ...], ...] = (
    (
        Chore("给{short}{who}发{product}样本和业绩", "Send {product} data sheets to {who}"),
        Chore("约{short}{who}上门拜访", "Arrange a first meeting with {who}", important=True),
        Chore("电话问{short}项目立项情况", "Ask {who} about the project's budget"),
    ),
    (
        Chore("催{short}缺的工况参数", "Ask {who} for the missing process data", urgent=True),
        Chore("请技术部核对{short}数据表", "Have engineering check the data sheet of {short}"),
        Chore("安排{short}现场测量", "Arrange the site survey at {short}", important=True),
    ),
    (
        Chore("完成{short}{product}方案第二版", "Revise the proposal for {short}", True, True),
        Chore("跟进{short}样机试用数据", "Ask {who} for the trial data"),
        Chore("约{short}方案评审", "Arrange the review with {who}", important=True),
    ),
    (
        Chore("跟进{short}报价", "Follow up the quotation to {short}", urgent=True),
        Chore("准备{short}降本方案", "Work out a cheaper variant for {short}", important=True),
        Chore("拜访{short}{who}谈付款方式", "Settle the terms of payment with {who}", True, True),
    ),
    (
        Chore("准备{short}投标文件", "Prepare the tender documents for {short}", True, True),
        Chore("请法务审{short}合同条款", "Have the contract with {short} checked", important=True),
        Chore("确认{short}会签进度", "Ask {who} how far the signatures are", urgent=True),
    ),
)
OF_MANAGERS = (
    "审核本月销售预测", "和各位销售过一遍停滞的机会", "准备季度销售会议", "陪访两家重点客户",
    "整理输单原因给产品部",
)  # fmt: skip
# Which of them come again, and when.
COME_AGAIN = {
    "审核本月销售预测": "FREQ=MONTHLY;BYDAY=-1FR",
    "和各位销售过一遍停滞的机会": "FREQ=WEEKLY;BYDAY=MO",
    "准备季度销售会议": "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1",
    "核对本月报销付款清单": "FREQ=MONTHLY;BYMONTHDAY=25",
}
OF_FINANCE = ("核对本月报销付款清单", "催收到期质保金")


def hand_out(world: World, lives: list[Life]) -> None:
    """Write all tasks down."""
    standing = [life for life in lives if life.closed is None]
    titles: set[str] = set()  # nobody writes the same thing down twice
    for count, span in DUE:
        for number in range(count):
            due = None if span is None else world.today + timedelta(days=world.dice.randint(*span))
            # Due today there is something for everybody who sells.
            mine = _of_rep(world, standing, number) if span == (0, 0) else standing
            _add_about(world, mine, due, titles)
    for _ in range(DONE):
        day = world.days_ago(world.dice.randint(1, 80))
        task = _add_about(world, standing, day, titles)
        with world.at(world.moment(day, 9, 18)):
            task.complete(by=task.assignee)
    _add_of_office(world)
    _agree_on_times(world)


def _of_rep(world: World, lives: list[Life], number: int) -> list[Life]:
    owners = list(dict.fromkeys(life.place.customer.owner for life in lives))
    return [life for life in lives if life.place.customer.owner is owners[number % len(owners)]]


def _add_about(world: World, lives: list[Life], due: date | None, titles: set[str]) -> Task:
    """A task about one of the deals that stood there by ``due``, called like none of ``titles``."""
    last = min(world.today, due or world.today) - timedelta(days=1)
    there = [life for life in lives if _stay_at(life, last)]
    while True:
        life, chore = _thought_of(world, there, last)
        if (title := _title(life, chore)) not in titles:
            break
    titles.add(title)
    deal = life.deal
    assert deal is not None
    task = Task(title=title, due_on=due, urgent=chore.urgent, important=chore.important,
                assignee=deal.owner, customer=deal.customer, deal=deal)  # fmt: skip
    manager = deal.owner.superior()
    by = manager if manager is not None and world.chance(20) else deal.owner
    return _add(world, task, by, since=_stay_at(life, last))


def _thought_of(world: World, lives: list[Life], day: date) -> tuple[Life, Chore]:
    life = world.dice.choice(lives)
    stay = _stay_at(life, day)
    assert stay is not None
    return life, world.dice.choice(BY_STAGE[stay.stage])


def _stay_at(life: Life, day: date) -> Stay | None:
    """Where the deal stood when ``day`` was over, if it had begun."""
    return next((stay for stay in reversed(life.stays) if stay.entered.date() <= day), None)


def _title(life: Life, chore: Chore) -> str:
    deal, place = life.deal, life.place
    assert deal is not None
    assert deal.contact is not None
    return (chore.en if place.is_abroad else chore.zh).format(
        short=place.short, who=place.address_of(deal.contact), product=deal.product
    )


def _add(world: World, task: Task, by: User, since: Stay | None = None) -> Task:
    """Written down some days before it is due, and not before today is over.

    :param since: where its deal stood: nobody thought of it before.
    """
    known = min(world.today, task.due_on or world.today)
    rule = COME_AGAIN.get(task.title)
    moment = world.moment(workday(known - timedelta(days=world.dice.randint(1, 9))))
    if since is not None:
        moment = max(moment, since.entered + timedelta(minutes=10))
    with world.at(moment):
        Task.add(task, by=by)
        if rule:
            task.repeat(Rule.parse(rule), by=by)
    return task


def _add_of_office(world: World) -> None:
    managers = [world.people[name] for name in ("limin", "zhoutao", "zhengkai")]
    for manager in managers:
        for title in world.dice.sample(OF_MANAGERS, 3):
            due = world.today + timedelta(days=world.dice.randint(-2, 12))
            _add(world, Task(title=title, due_on=due, important=True, assignee=manager), manager)
    finance = world.people["fengqin"]
    for title in OF_FINANCE:
        due = world.today + timedelta(days=world.dice.randint(0, 8))
        _add(world, Task(title=title, due_on=due, assignee=finance), finance)


def _agree_on_times(world: World) -> None:
    """Some of what is to come are appointments; to some of these the manager comes along."""
    coming = select(Task).where(Task.done_at.is_(None), Task.due_on >= world.today)
    for number, task in enumerate(db.session.scalars(coming.order_by(Task.id))):
        if number % 4:
            continue
        task.due_time, task.minutes = time(9 + number % 8, 30 * (number // 4 % 2)), 60
        manager = task.assignee.superior()
        if manager is not None and number % 12 == 0:
            task.participants = [manager]
        task.remind([30, 24 * 60] if number % 8 else [10])
