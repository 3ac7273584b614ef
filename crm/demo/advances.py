"""Advances: accounted for, still to be accounted for, approved, asked for, returned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from crm.demo.world import World
from crm.models import Advance, AdvanceState
from crm.models.approval import Decision


@dataclass(frozen=True)
class Asked:
    """Who asked for how much, how many days ago, what for, and how far it has come."""

    by: str
    ago: int
    amount: str
    title: str
    answer: Decision | None = None
    comment: str | None = None
    handed_out: bool = False
    given_back: bool = False


ASKED = (
    Asked("zhaolei", 60, "3000.00", "西北客户走访，十天", Decision.APPROVED, handed_out=True,
          given_back=True),
    Asked("wangfang", 12, "5000.00", "成都展会差旅", Decision.APPROVED, handed_out=True),
    Asked("zhaolei", 4, "2000.00", "沈阳驻场调试", Decision.APPROVED),
    Asked("wangfang", 3, "8000.00", "客户来厂考察接待", Decision.RETURNED, "请附接待方案和人数。"),
    Asked("wangfang", 1, "1500.00", "大连回访"),
)  # fmt: skip


def ask(world: World) -> None:
    """All of them, the oldest first."""
    for asked in ASKED:
        advance = _ask(world, asked)
        if asked.answer is not None:
            with world.at(world.moment(world.days_ago(asked.ago)) + timedelta(hours=3)):
                _answer(advance, asked)
        if asked.handed_out:
            with world.at(world.moment(world.days_ago(asked.ago - 1))):
                advance.pay_out(f"网银 {asked.ago:03d}", by=world.people["fengqin"])
        if asked.given_back:
            with world.at(world.moment(world.days_ago(asked.ago - 20))):
                advance.repay(advance.outstanding, "现金退回", by=world.people["fengqin"])


def _ask(world: World, asked: Asked) -> Advance:
    day, claimant = world.days_ago(asked.ago), world.people[asked.by]
    advance = Advance(
        title=asked.title, claimant=claimant, state=AdvanceState.WITHDRAWN,
        needed_on=day + timedelta(days=4),
    )  # fmt: skip
    with world.at(world.moment(day)):
        advance.set_amount(Decimal(asked.amount), "CNY", day)
        advance.submit(by=claimant)
    return advance


def _answer(advance: Advance, asked: Asked) -> None:
    request = advance.request
    assert request is not None
    assert asked.answer is not None
    part = request.asked[0]
    part.decide(
        asked.answer, by=part.approver, version=advance.version,
        content_hash=advance.content_hash(), comment=asked.comment,
    )  # fmt: skip
