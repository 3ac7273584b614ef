"""What a new installation starts with: the pipeline and the pick lists, for the firm to change."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select

from crm.extensions import db
from crm.models import ApprovalFlow, Company, Option, Pipeline
from crm.models.approval import DOCUMENTS
from crm.models.approval.flow import plant_fallback
from crm.models.option import COLOURS
from crm.seed.options import OPTIONS
from crm.seed.stages import TEMPLATES


def plant(
    *, name: str, base_currency: str = "CNY", timezone: str = "Asia/Shanghai",
    language: str = "zh", is_demo: bool = False,
) -> Company:  # fmt: skip
    """Make the company, its pipeline and its pick lists; what is there already is left alone."""
    company = db.session.get(Company, 1)
    if company is None:
        company = Company(
            id=1, name=name, base_currency=base_currency, timezone=timezone, language=language,
            approval_link_limit=Decimal(2000), is_demo=is_demo,
        )  # fmt: skip
        db.session.add(company)
    if not db.session.scalar(select(func.count()).select_from(Pipeline)):
        _plant_pipeline()
    if not db.session.scalar(select(func.count()).select_from(ApprovalFlow)):
        for kind in DOCUMENTS:
            plant_fallback(kind, "上级审批", "Superior decides")
    if not db.session.scalar(select(func.count()).select_from(Option)):
        _plant_options()
    db.session.flush()  # those who plant on need the ids
    return company


def _plant_pipeline() -> None:
    db.session.add(Pipeline(
        label_zh="标准销售流程", label_en="Standard sale",
        stages=TEMPLATES["manufacturing"].make_stages(),
    ))  # fmt: skip


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
                    colour=COLOURS[position % len(COLOURS)],
                )
            )
