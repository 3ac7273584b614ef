"""Deals that stand still for a reason, until a day."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from crm.demo.world import World, workday
from crm.extensions import db
from crm.models import Deal

# Every so many of the deals that badly stand still may do so; for how many days, and why.
EVERY = 4
REASONS = (
    (17, "客户大修停产，月中恢复后再谈。"),
    (34, "项目等集团批复，批下来马上通知我们。"),
    (9, "联系人出国培训，回来前不联系。"),
    (61, "设计院改图，新参数出来再报价。"),
    (24, "客户换采购负责人，新人到岗后拜访。"),
)


def agree(world: World) -> None:
    """Snooze some of the open deals that have stood for far too long, a few days ago."""
    standing = select(Deal).where(Deal.closed_at.is_(None)).order_by(Deal.stage_since, Deal.id)
    stalled = [d for d in db.session.scalars(standing) if d.stagnation(world.now) == "alarm"]
    for number, deal in enumerate(stalled[2::EVERY]):
        days, reason = REASONS[number % len(REASONS)]
        ago = max(world.moment(world.days_ago(2 + number % 5)), deal.stage_since)
        with world.at(ago):
            until = workday(world.today + timedelta(days=days), spread=False)
            deal.snooze(until, reason=reason, by=deal.owner)
