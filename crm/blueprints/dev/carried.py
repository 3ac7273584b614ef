"""What sample events carry: a plausible value for each particular there is."""

from __future__ import annotations

from typing import Any

from crm.models import Action, OptionList
from crm.models.event import PARTICULARS

# A value for whatever an event carries.
CARRIED: dict[str, Any] = {
    "name": "西格玛磁力泵 20 台", "contact": "刘洋", "summary": "电话回访，下周三上门。",
    "kind": "call", "kind_zh": "电话", "kind_en": "Call",
    "from_zh": "初步接洽", "from_en": "First contact", "to_zh": "报价", "to_en": "Quotation",
    "amount": "186000.00", "currency": "CNY", "rate": "7.125", "day": "2026-07-01",
    "replaced": "7.0512",
    "outcome": "won", "reason": "客户搬迁。", "reason_zh": "价格", "reason_en": "Price",
    "competitor": "海纳", "note": "差价 8%。", "from": "王芳", "to": "赵磊",
    "source": "西格玛磁力泵 10 台", "before": "2026-05-31", "until": "2026-08-01",
    "item_zh": "技术协议已签", "item_en": "Technical agreement signed",
    "comment": "同意。", "by_link": True, "approver": "李敏", "reference": "20260701-3",
    "address": "10.0.0.8", "device": "Chrome", "noun": "customer", "file": "客户.xlsx",
    "created": 120, "updated": 8, "trashed": 120, "restored": 8,
    "filter": "", "format": "xlsx", "count": 1280,
    "changes": {"phone": ["0411-8765 4321", "0411-8765 4300"], "owner": ["", "王芳"],
                "correction": ["", "是二期，不是三期。"]},
    "owner": "王芳", "silent_days": 91, "winner": "大连西格玛泵业有限公司", "loser": "西格玛泵业",
    "other": "C-000124", "left": "西格玛泵业", "entered": "大连西格玛泵业有限公司",
    "names": "合同.pdf, 现场.jpg", "ids": "1,2", "stage": 2, "list": "customers",
    "flow_zh": "大额报销", "flow_en": "Large claims", "version": 3, "assignment": 1,
    "step": 1, "step_zh": "财务复核", "step_en": "Finance", "decision": "returned",
    "in_place_of": "李敏",
    "release": "settled", "closure": "approved", "text": "这张发票是哪天的？", "why": "escalated",
    "by_what": "E-000045", "name_zh": "大额报销", "name_en": "Large claims", "delegate": "赵磊",
    "first": "2026-07-01", "last": "2026-07-10", "covered": "6000.00",
    "again": False, "asked": "26122.75", "asked_in": "USD", "also_due": True,
}  # fmt: skip
# What means something else in one action.
OWN: dict[Action, dict[str, Any]] = {
    Action.OPTIONS_CHANGED: {"list": OptionList.SOURCE},
    Action.APPROVAL_SKIPPED: {"why": "claimant"},
}


def carried_by(action: Action) -> dict[str, Any]:
    """What an event of ``action`` carries."""
    carried = {**CARRIED, **OWN.get(action, {})}
    return {name: carried[name] for name in PARTICULARS[action]}
