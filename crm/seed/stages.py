# ruff: noqa: E501  # sentences stay whole
"""Templates of stages, for a firm to begin with and to change: how the three usual ways of selling go."""

from __future__ import annotations

from typing import NamedTuple

from crm.models import Stage
from crm.models.pipeline import StagePlan


class StageTemplate(NamedTuple):
    """A way of selling: what it is called, whom it suits, and its stages."""

    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    stages: tuple[StagePlan, ...]

    def label(self, language: str) -> str:
        """What it is called."""
        return self.name_zh if language == "zh" else self.name_en

    def about(self, language: str) -> str:
        """Whom it suits."""
        return self.about_zh if language == "zh" else self.about_en

    def make_stages(self) -> list[Stage]:
        """New stages, for a new pipeline."""
        return [plan.made(position) for position, plan in enumerate(self.stages)]


CUSTOMER, AMOUNT = ("customer",), ("customer", "amount")
CLOSING = ("customer", "amount", "expected_close")

# zh, en, percent, days, colour, required, guidance zh, guidance en
TEMPLATES: dict[str, StageTemplate] = {
    "manufacturing": StageTemplate(
        "设备与仪表制造", "Manufacturing",
        "自产设备、仪表、部件，要先谈清工况再报价。",
        "For makers of equipment, instruments and parts: the process is understood before a price is named.",
        (
            StagePlan("前期接洽", "First contact", 10, 14, "grey", (),
                      "风险：联系人没有决定权。推进：约一次上门拜访，弄清使用工况和采购流程。",
                      "Risk: the contact does not decide. Next: visit them; learn the process conditions and how they buy."),
            StagePlan("需求确认", "Needs confirmed", 25, 14, "blue", CUSTOMER,
                      "风险：参数不全，方案会返工。推进：确认介质、压力、口径和交期，取得书面需求。",
                      "Risk: parameters are missing and the proposal is redone. Next: confirm medium, pressure, bore and date in writing."),
            StagePlan("方案提供", "Proposal", 40, 21, "teal", CUSTOMER,
                      "风险：方案被拿去比价。推进：请技术负责人讲解方案，约定评审日期。",
                      "Risk: the proposal is shopped around. Next: have engineering present it; agree on a review date."),
            StagePlan("报价", "Quotation", 60, 21, "amber", AMOUNT,
                      "风险：只比价格。推进：拜访决策人，说明交期、寿命和服务；了解预算。",
                      "Risk: only the price counts. Next: meet the decider; argue delivery, life and service; learn the budget."),
            StagePlan("投标/谈判", "Tender", 80, 30, "violet", CLOSING,
                      "风险：商务条款拖延。推进：逐条确认付款、质保和罚则，确定签约日期。",
                      "Risk: terms drag on. Next: settle payment, warranty and penalties one by one; fix the signing date."),
        ),
    ),
    "projects": StageTemplate(
        "项目型销售", "Project sales",
        "工程、成套和系统项目，金额大、周期长，多要立项和招标。",
        "For plants and systems: large sums, long months, a budget and a tender.",
        (
            StagePlan("项目线索", "Lead", 5, 30, "grey", (),
                      "风险：项目还没有立项。推进：查清业主、设计院、预算来源和时间表。",
                      "Risk: there is no budget yet. Next: learn who owns, designs and pays, and by when."),
            StagePlan("立项确认", "Budget approved", 15, 45, "blue", CUSTOMER,
                      "风险：参数按别家写。推进：尽早接触设计院，争取写入技术规格。",
                      "Risk: the specification is written for somebody else. Next: meet the design institute early."),
            StagePlan("技术交流", "Technical talks", 30, 45, "teal", CUSTOMER,
                      "风险：只见到技术人员。推进：安排参观、考察业绩，认识决策人。",
                      "Risk: only engineers were met. Next: show a reference plant, get to know who decides."),
            StagePlan("招标准备", "Tender prepared", 45, 30, "amber", AMOUNT,
                      "风险：资质或业绩不够。推进：核对招标文件，补齐证书，定投标价。",
                      "Risk: a certificate or reference is missing. Next: check the tender, complete the papers, set the price."),
            StagePlan("投标", "Bid", 60, 30, "orange", CLOSING,
                      "风险：评标规则不利。推进：准备答疑，跟踪评标进度。",
                      "Risk: the rules favour others. Next: prepare for questions, follow the evaluation."),
            StagePlan("合同谈判", "Contract", 85, 30, "violet", CLOSING,
                      "风险：付款节点和罚则。推进：逐条定稿，约签约日期。",
                      "Risk: milestones and penalties. Next: settle clause by clause, agree on the day of signing."),
        ),
    ),
    "distribution": StageTemplate(
        "分销与经销", "Distribution",
        "标准产品走渠道，单子小、周转快、重复下单。",
        "For standard goods through dealers: small orders, quick turns, again and again.",
        (
            StagePlan("询价", "Enquiry", 20, 3, "grey", (),
                      "风险：几家同时询价。推进：当天回复，问清数量和用途。",
                      "Risk: several are asked at once. Next: answer the same day; ask for quantity and use."),
            StagePlan("报价", "Quotation", 40, 5, "blue", AMOUNT,
                      "风险：只比价格。推进：给出库存和交期，报阶梯价。",
                      "Risk: only the price counts. Next: name stock and delivery, offer price steps."),
            StagePlan("样品试用", "Samples", 55, 14, "teal", AMOUNT,
                      "风险：试用没有结论。推进：约定试用期限和回访日期。",
                      "Risk: the trial has no end. Next: agree on how long, and on a call after it."),
            StagePlan("价格协商", "Terms", 75, 7, "amber", AMOUNT,
                      "风险：账期太长。推进：先定账期和信用额度，再谈折扣。",
                      "Risk: payment takes too long. Next: settle terms and credit first, then the discount."),
            StagePlan("待下单", "Order expected", 90, 7, "violet", CLOSING,
                      "风险：拖到下个月。推进：确认收货信息，提醒月底截单。",
                      "Risk: it slips into next month. Next: confirm where to deliver; remind them of the closing date."),
        ),
    ),
}  # fmt: skip

# What a pipeline begins with that the firm arranges by itself.
FIRST = StagePlan("第一阶段", "First stage", 10, 14, "grey")
