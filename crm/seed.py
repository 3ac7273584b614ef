"""What a new installation starts with: the pipeline and the pick lists, for the firm to change."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select

from crm.extensions import db
from crm.models import Company, Option, OptionList, Pipeline, Stage

# zh, en, percent, days, colour, required, guidance zh, guidance en
STAGES: tuple[tuple[str, str, int, int, str, list[str], str, str], ...] = (
    ("前期接洽", "First contact", 10, 14, "grey", [],
     "风险：联系人没有决定权。推进：约一次上门拜访，弄清使用工况和采购流程。",
     "Risk: the contact does not decide. Next: visit them; learn the process conditions and how they buy."),
    ("需求确认", "Needs confirmed", 25, 14, "blue", ["customer"],
     "风险：参数不全，方案会返工。推进：确认介质、压力、口径和交期，取得书面需求。",
     "Risk: parameters are missing and the proposal is redone. Next: confirm medium, pressure, bore and date in writing."),
    ("方案提供", "Proposal", 40, 21, "teal", ["customer"],
     "风险：方案被拿去比价。推进：请技术负责人讲解方案，约定评审日期。",
     "Risk: the proposal is shopped around. Next: have engineering present it; agree on a review date."),
    ("报价", "Quotation", 60, 21, "amber", ["customer", "amount"],
     "风险：只比价格。推进：拜访决策人，说明交期、寿命和服务；了解预算。",
     "Risk: only the price counts. Next: meet the decider; argue delivery, life and service; learn the budget."),
    ("投标/谈判", "Tender", 80, 30, "violet", ["customer", "amount", "expected_close"],
     "风险：商务条款拖延。推进：逐条确认付款、质保和罚则，确定签约日期。",
     "Risk: terms drag on. Next: settle payment, warranty and penalties one by one; fix the signing date."),
)  # fmt: skip

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

_COLOURS = ("blue", "teal", "green", "amber", "orange", "red", "pink", "violet", "grey")


def plant(*, name: str, base_currency: str = "CNY", timezone: str = "Asia/Shanghai",
          is_demo: bool = False) -> Company:  # fmt: skip
    """Make the company, its pipeline and its pick lists; what is there already is left alone."""
    company = db.session.get(Company, 1)
    if company is None:
        company = Company(
            id=1, name=name, base_currency=base_currency, timezone=timezone,
            approval_link_limit=Decimal(2000), is_demo=is_demo,
        )  # fmt: skip
        db.session.add(company)
    if not db.session.scalar(select(func.count()).select_from(Pipeline)):
        _plant_pipeline()
    if not db.session.scalar(select(func.count()).select_from(Option)):
        _plant_options()
    db.session.flush()  # those who plant on need the ids
    return company


def _plant_pipeline() -> None:
    pipeline = Pipeline(label_zh="标准销售流程", label_en="Standard sale")
    for position, (zh, en, percent, days, colour, required, risk_zh, risk_en) in enumerate(STAGES):
        pipeline.stages.append(
            Stage(
                label_zh=zh,
                label_en=en,
                probability=percent,
                days_to_rot=days,
                colour=colour,
                required=required,
                guidance_zh=risk_zh,
                guidance_en=risk_en,
                position=position,
            )
        )
    db.session.add(pipeline)


def _plant_options() -> None:
    for which, rows in OPTIONS.items():
        for position, (zh, en, code) in enumerate(rows):
            db.session.add(
                Option(
                    list=which,
                    label_zh=zh,
                    label_en=en,
                    code=code,
                    position=position,
                    colour=_COLOURS[position % len(_COLOURS)],
                )
            )
