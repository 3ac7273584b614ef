"""Advances: accounted for, still to be accounted for, approved, asked for, returned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
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
        advance, at = _ask(world, asked)
        if asked.answer is not None:
            at = _after(world, at, asked.ago)
            with world.at(at):
                _answer(advance, asked)
        if asked.handed_out:
            at = _after(world, at, asked.ago - 1)
            with world.at(at):
                advance.pay_out(f"网银 {asked.ago:03d}", by=world.people["fengqin"])
        if asked.given_back:
            with world.at(_after(world, at, asked.ago - 20)):
                advance.repay(advance.outstanding, "现金退回", by=world.people["fengqin"])


def _after(world: World, before: datetime, ago: int) -> datetime:
    """Some time so many days ago, but an hour after what came ``before``."""
    return max(world.moment(world.days_ago(ago)), before + timedelta(hours=1))


def _ask(world: World, asked: Asked) -> tuple[Advance, datetime]:
    """The advance, and when it was handed in."""
    day, claimant = world.days_ago(asked.ago), world.people[asked.by]
    advance = Advance(
        title=asked.title, claimant=claimant, state=AdvanceState.WITHDRAWN,
        needed_on=day + timedelta(days=4),
    )  # fmt: skip
    at = world.moment(day)
    with world.at(at):
        advance.set_amount(Decimal(asked.amount), "CNY", day)
        advance.submit(by=claimant)
    return advance, at


def _answer(advance: Advance, asked: Asked) -> None:
    request = advance.request
    assert request is not None
    assert asked.answer is not None
    part = request.asked[0]
    part.decide(
        asked.answer, by=part.approver, version=advance.version,
        content_hash=advance.content_hash(), comment=asked.comment,
    )  # fmt: skip
