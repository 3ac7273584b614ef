"""What the demo's firm demands of a deal: checklists, and a stage that keeps its owner."""

from __future__ import annotations

from crm.demo.world import World
from crm.models import ChecklistItem, Deal, User

QUOTATION = 3
# By the stage's place: what is done there before a deal goes on, in Chinese and English.
CHECKLISTS: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("工况参数表客户已签字", "Process data sheet signed by the customer"),
        ("采购流程和决策人已摸清", "Known how they buy, and who decides")),
    2: (("技术方案已内部评审", "Proposal reviewed by engineering"),
        ("方案已当面讲解", "Proposal presented in person")),
    QUOTATION: (("交期已与生产确认", "Delivery confirmed with production"),
                ("报价单客户已签收", "Quotation received by the customer"),
                ("付款方式已谈妥", "Terms of payment settled")),
}  # fmt: skip


def lay_down(world: World) -> None:
    """Give the stages their rules: who waits for a quotation keeps the rep who makes it."""
    for place, items in CHECKLISTS.items():
        world.stages[place].checklist = [
            ChecklistItem(position=position, label_zh=zh, label_en=en)
            for position, (zh, en) in enumerate(items)
        ]
    quotation = world.stages[QUOTATION]
    quotation.locks_owner, quotation.required_to_leave = True, ["contact", "product"]


def tick_all(deal: Deal, by: User) -> None:
    """Everything that its stage asks for is done."""
    for item in deal.open_items:
        deal.tick(item, by=by)


def tick_some(deal: Deal, by: User) -> None:
    """A part of the list is done where an open deal stands: nothing at some, all at others."""
    items = deal.open_items
    for item in items[: deal.id % (len(items) + 1)]:
        deal.tick(item, by=by)


def why(chance: int, usual: int) -> str:
    """Why a rep thinks a deal more or less likely than its stage does."""
    if chance > usual:
        return "客户技术负责人点名要我们的方案。"
    return "对方老供应商还在降价，结果难说。"
