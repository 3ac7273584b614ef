# ruff: noqa: E501  # one option after the other
"""What a new installation's pick lists hold, for the firm to change."""

from __future__ import annotations

from crm.models import OptionList

# zh, en, code
OPTIONS: dict[OptionList, tuple[tuple[str, str, str], ...]] = {
    OptionList.SOURCE: (
        ("电话", "Phone", ""), ("老客户介绍", "Referral", ""), ("网站", "Website", ""),
        ("广告", "Advertising", ""), ("展会", "Trade fair", ""), ("经销商", "Dealer", ""),
    ),
    OptionList.INDUSTRY: (
        ("石油化工", "Petrochemicals", ""), ("电力", "Power", ""), ("水处理", "Water treatment", ""),
        ("冶金", "Metallurgy", ""), ("制药", "Pharmaceuticals", ""), ("食品饮料", "Food and drink", ""),
        ("造纸", "Paper", ""), ("市政", "Municipal", ""), ("设备制造", "Machine building", ""),
    ),
    OptionList.REGION: (
        ("华东", "East China", ""), ("华北", "North China", ""), ("华南", "South China", ""),
        ("华中", "Central China", ""), ("西南", "South-west", ""), ("西北", "North-west", ""),
        ("东北", "North-east", ""), ("海外", "Abroad", ""),
    ),
    OptionList.GRADE: (
        ("A 重点客户", "A Key customer", "a"), ("B 普通客户", "B Regular", "b"),
        ("C 小客户", "C Small", "c"),
    ),
    OptionList.TAG: (
        ("重点跟进", "Follow closely", ""), ("老客户", "Long-standing", ""), ("价格敏感", "Price-sensitive", ""),
    ),
    OptionList.LOST_REASON: (
        ("价格", "Price", ""), ("交期", "Delivery time", ""), ("技术不符", "Technical fit", ""),
        ("竞争对手关系", "Competitor's relations", ""), ("项目取消", "Project cancelled", ""),
        ("预算不足", "No budget", ""), ("其他", "Other", "other"),
    ),
    OptionList.EXPENSE_CATEGORY: (
        ("差旅", "Travel", ""), ("住宿", "Accommodation", ""), ("招待", "Entertainment", ""),
        ("市内交通", "Local transport", ""), ("礼品", "Gifts", ""), ("样品", "Samples", ""),
        ("会务", "Conferences", ""), ("快递", "Courier", ""), ("其他", "Other", ""),
    ),
    OptionList.ACTIVITY_KIND: (
        ("电话", "Call", "call"), ("拜访", "Visit", "visit"), ("邮件", "Mail", "mail"),
        ("会议", "Meeting", "meeting"), ("消息", "Message", "message"), ("备注", "Note", "note"),
    ),
}  # fmt: skip
