"""Approval flows beside the one that takes everything, and an absence that is coming.

They are laid down when the claims of the past are there: those went to the superior alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crm.demo.world import World
from crm.extensions import db
from crm.models import ApprovalFlow, ApprovalStep, Delegation, OptionList, Role
from crm.models.approval import ApproverKind, Mode, OwnRule


def lay_down(world: World) -> None:
    """Large claims, and what is spent on entertaining the best customers."""
    boss = world.people["chenli"]
    superior = ("上级审批", "Superior", ApproverKind.MANAGER)
    finance = ("财务复核", "Finance", ApproverKind.ROLE)
    further = ApproverKind.NTH_MANAGER
    director = ("总经理审批", "Director", ApproverKind.ROLE)
    with world.at(world.moment(world.days_ago(1))):
        large = ApprovalFlow.begin("expense_claim", "大额报销", "Large claims")
        large.revise([_step(*superior), _step(*finance, role=Role.FINANCE)], [_above(3000)],
                     by=boss)  # fmt: skip
        guests = ApprovalFlow.begin("expense_claim", "重点客户招待", "Entertaining key customers")
        guests.revise(
            [_step(*superior), _step("上级的上级", "Their superior", further, level=2)],
            [_one_of(world, "grade", OptionList.GRADE, "A 重点客户"),
             _one_of(world, "category", OptionList.EXPENSE_CATEGORY, "招待")],
            by=boss,
        )  # fmt: skip
        db.session.flush()
    with world.at(world.now):
        large.revise(
            [_step(*superior), _step(*finance, role=Role.FINANCE, escalate_hours=48),
             _step(*director, role=Role.ADMINISTRATOR)],
            [_above(5000)], by=boss,
        )  # fmt: skip
        Delegation.begin(
            world.people["zhoutao"], world.people["limin"], world.today + timedelta(days=4),
            world.today + timedelta(days=8), by=world.people["zhoutao"], note="年假",
        )  # fmt: skip


def _step(zh: str, en: str, approver: ApproverKind, **particulars: Any) -> ApprovalStep:
    settings = {
        "level": 1, "mode": Mode.ANY, "own": OwnRule.UP, "remind_hours": 24, "conditions": [],
        "user_ids": [],
    }  # fmt: skip
    return ApprovalStep(label_zh=zh, label_en=en, approver=approver, **settings | particulars)


def _above(amount: int) -> dict[str, Any]:
    return {"fact": "amount", "test": "at_least", "value": str(amount)}


def _one_of(world: World, fact: str, which: OptionList, name: str) -> dict[str, Any]:
    return {"fact": fact, "test": "any_of", "value": [world.option(which, name).id]}
