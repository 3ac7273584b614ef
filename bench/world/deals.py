"""Deals with their stays and outcomes, the tasks about them, and the activities around them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import NamedTuple

from bench.world.customers import Firm
from bench.world.people import People
from bench.world.rows import Rows
from crm.demo.firms import TRADES
from crm.demo.products import COMPETITORS, PRODUCTS
from crm.extensions import db
from crm.folding import search_text, sort_key
from crm.models import (
    Action,
    Activity,
    Collaborator,
    Deal,
    Option,
    Outcome,
    OutcomeKind,
    Pipeline,
    Stage,
    StageStay,
    Task,
    User,
)

# How open deals spread over the stages: for one in the last there are so many in the first.
FIRST_TO_LAST = 2.6
WON_PERCENT, HELPED_PERCENT, TASK_PERCENT = 55, 14, 40
NEXT_STEPS = ("寄样本", "约技术交流", "更新报价", "确认交期", "催合同盖章", "安排验厂")
SUMMARIES = (
    "介绍了新系列，对方要样本。", "电话确认参数，下周给方案。", "拜访设备科，看了现场。",
    "谈了交期，希望提前两周。", "对方在比价，关注售后。", "送样品，约好试用时间。",
)  # fmt: skip


def lay_stages(pipeline: Pipeline, count: int) -> list[Stage]:
    """The stages of ``pipeline``; where ``count`` is more than there are, as many of the firm's."""
    more = [
        Stage(
            label_zh=f"第 {number} 步", label_en=f"Step {number}", position=number,
            probability=min(95, 50 + 2 * number), days_to_rot=14, colour="blue",
        )
        for number in range(len(pipeline.stages), count)
    ]  # fmt: skip
    pipeline.stages.extend(more)
    db.session.flush()  # deals refer to them by their ids
    return list(pipeline.stages)


class Sale(NamedTuple):
    """What the other tables need to know of a deal."""

    id: int
    firm: Firm
    owner: User


class Dealing:
    """Writes deals one by one, the oldest first."""

    def __init__(
        self, rows: Rows, dice: Random, people: People, firms: list[Firm], stages: list[Stage],
        sources: list[int], reasons: list[Option], now: datetime,
    ) -> None:  # fmt: skip
        self.rows, self.dice, self.people, self.firms = rows, dice, people, firms
        self.stages, self.sources, self.reasons, self.now = stages, sources, reasons, now

    def close(self, days_ago: float) -> Sale:
        """A deal that was won or lost so many days ago."""
        closed = self.now - timedelta(days=days_ago)
        last = self.dice.randrange(len(self.stages))
        entered = [closed - timedelta(days=12 * (last + 1 - n)) for n in range(last + 1)]
        return self._write(entered, closed)

    def keep_open(self) -> Sale:
        """A deal on the board: most stand there for less than the stage's days, some for longer."""
        steps = len(self.stages) - 1
        standing = [FIRST_TO_LAST - (FIRST_TO_LAST - 1) * n / steps for n in range(steps + 1)]
        last = self.dice.choices(range(steps + 1), standing)[0]
        limit = self.stages[last].days_to_rot
        days = self.dice.uniform(0, limit * self.dice.choices((1, 1.5, 3), (74, 16, 10))[0])
        since = self.now - timedelta(days=days)
        entered = [since - timedelta(days=12 * (last - n)) for n in range(last + 1)]
        return self._write(entered, None)

    def _write(self, entered: list[datetime], closed: datetime | None) -> Sale:
        dice = self.dice
        # Few customers have many deals, many have none.
        firm = self.firms[int(len(self.firms) * dice.random() ** 2)]
        product = dice.choice(PRODUCTS)
        quantity = dice.randint(product.fewest, product.most)
        project = dice.choice(dice.choice(TRADES).projects)
        name = f"{firm.name[:4]}{project}{product.zh} {quantity} {product.unit}"
        amount = Decimal(dice.randint(product.cheapest, product.dearest) * quantity)
        stage = self.stages[len(entered) - 1]
        next_step = dice.choice(NEXT_STEPS)
        deal_id = self.rows.add(
            Deal, name=name, customer_id=firm.id, contact_id=firm.contact_ids[0],
            owner_id=firm.owner.id, pipeline_id=stage.pipeline_id, stage_id=stage.id,
            stage_since=entered[-1],
            probability=dice.choice((30, 50, 70)) if dice.random() < 0.08 else None,
            amount=amount, currency="CNY", rate=Decimal(1), base_amount=amount,
            expected_close=(self.now + timedelta(days=dice.randint(5, 120))).date(),
            source_id=dice.choice(self.sources), product=product.zh,
            next_step=next_step, sort_name=sort_key(name),
            search_text=search_text(name, product.zh),
            closed_at=closed, version=len(entered), created_at=entered[0],
            updated_at=closed or entered[-1],
        )  # fmt: skip
        self.rows.noted("deal", deal_id, next_step)
        sale = Sale(deal_id, firm, firm.owner)
        self._walk(sale, name, entered, closed)
        if closed is not None:
            self._settle(sale, name, amount, closed)
        elif dice.random() * 100 < TASK_PERCENT:
            self._remind(sale)
        if dice.random() * 100 < HELPED_PERCENT:
            helper = dice.choice([rep for rep in self.people.reps if rep is not firm.owner])
            self.rows.add(Collaborator, deal_id=deal_id, user_id=helper.id)
        return sale

    def _walk(
        self, sale: Sale, name: str, entered: list[datetime], closed: datetime | None
    ) -> None:
        owner_id, about = sale.owner.id, {"customer_id": sale.firm.id, "deal_id": sale.id}
        for stage, (at, left) in zip(self.stages, pairwise([*entered, closed]), strict=False):
            assert at is not None
            self.rows.add(StageStay, deal_id=sale.id, stage_id=stage.id, entered_at=at,
                          entered_by_id=owner_id, left_at=left,
                          left_by_id=owner_id if left else None)  # fmt: skip
        self.rows.happened(Action.DEAL_CREATED, entered[0], owner_id, "deal", sale.id, **about,
                           name=name)  # fmt: skip
        for (before, after), at in zip(pairwise(self.stages), entered[1:], strict=False):
            self.rows.happened(
                Action.DEAL_MOVED, at, owner_id, "deal", sale.id, **about, name=name,
                from_zh=before.label_zh, from_en=before.label_en,
                to_zh=after.label_zh, to_en=after.label_en,
            )  # fmt: skip

    def _settle(self, sale: Sale, name: str, amount: Decimal, closed: datetime) -> None:
        won = self.dice.random() * 100 < WON_PERCENT
        reason, rival = self.dice.choice(self.reasons), self.dice.choice(COMPETITORS)
        self.rows.add(
            Outcome, deal_id=sale.id, kind=OutcomeKind.WON if won else OutcomeKind.LOST,
            reason_id=None if won else reason.id, competitor=None if won else rival,
            by_id=sale.owner.id, at=closed,
        )  # fmt: skip
        about = {"customer_id": sale.firm.id, "deal_id": sale.id, "name": name}
        if won:
            self.rows.happened(Action.DEAL_WON, closed, sale.owner.id, "deal", sale.id, **about,
                               amount=str(amount), currency="CNY")  # fmt: skip
        else:
            self.rows.happened(
                Action.DEAL_LOST, closed, sale.owner.id, "deal", sale.id, **about, note="",
                reason_zh=reason.label_zh, reason_en=reason.label_en, competitor=rival,
            )  # fmt: skip

    def _remind(self, sale: Sale) -> None:
        title = self.dice.choice(NEXT_STEPS)
        at = self.now - timedelta(days=self.dice.uniform(0, 20))
        task_id = self.rows.add(
            Task, title=title, due_on=(at + timedelta(days=self.dice.randint(1, 40))).date(),
            urgent=self.dice.random() < 0.2, important=self.dice.random() < 0.3,
            assignee_id=sale.owner.id, created_by_id=sale.owner.id, customer_id=sale.firm.id,
            deal_id=sale.id, version=1, created_at=at, updated_at=at,
        )  # fmt: skip
        self.rows.happened(Action.TASK_CREATED, at, sale.owner.id, "task", task_id,
                           customer_id=sale.firm.id, deal_id=sale.id, name=title)  # fmt: skip


def log(
    rows: Rows, dice: Random, firms: list[Firm], sales: list[Sale], kinds: list[Option],
    now: datetime, count: int,
) -> None:  # fmt: skip
    """``count`` activities, the oldest first: two of three about a deal."""
    for n in range(count):
        sale = dice.choice(sales) if dice.random() < 0.66 else None
        firm = sale.firm if sale else firms[int(len(firms) * dice.random() ** 2)]
        kind, summary = dice.choice(kinds), dice.choice(SUMMARIES)
        next_step = dice.choice(NEXT_STEPS)
        at = now - timedelta(days=365) * (1 - n / count)
        activity_id = rows.add(
            Activity, customer_id=firm.id, contact_id=dice.choice(firm.contact_ids),
            deal_id=sale.id if sale else None, kind_id=kind.id, by_id=firm.owner.id,
            happened_at=at, summary=summary, next_step=next_step,
            created_at=at, updated_at=at,
        )  # fmt: skip
        rows.noted("activity", activity_id, summary, next_step)
        rows.happened(
            Action.ACTIVITY_LOGGED, at, firm.owner.id, "activity", activity_id, customer_id=firm.id,
            deal_id=sale.id if sale else None, kind_zh=kind.label_zh, kind_en=kind.label_en,
            summary=summary, contact="",
        )  # fmt: skip
