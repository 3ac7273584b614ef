"""Deals from a spreadsheet, with how they ended; what happened there is taken as it was."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from crm import clock
from crm.extensions import db
from crm.importers.amounts import currency, money, percent
from crm.importers.days import day, moment, past
from crm.importers.endings import Ending, EndingRule, ending, stage
from crm.importers.fields import Field, choice, code_field, customer, pipeline, text, user
from crm.importers.importer import Importer
from crm.importers.problems import BadValue
from crm.importers.rows import Row
from crm.importers.several import tags_field
from crm.importers.stage_rule import StageRule, check_owner
from crm.models import (
    Activity,
    Company,
    Customer,
    CustomNoun,
    Deal,
    ExpenseItem,
    OptionList,
    Outcome,
    Pipeline,
    Task,
)
from crm.models.exchange_rate import ExchangeRate, NoRate

# How a deal ended is not filled in: that closes it.
_OF_THE_END = {"outcome", "reason", "competitor", "note"}


class Deals(StageRule, EndingRule, Importer):
    """One row a deal."""

    noun = "deals"
    model = Deal
    fields: ClassVar[tuple[Field, ...]] = (
        Field("external_id", text(Deal.external_id),
              words=("id", "deal id", "opportunity id", "机会编号", "商机编号", "编号")),
        code_field(Deal.LETTER),
        Field("name", text(Deal.name),
              words=("deal", "deal name", "opportunity", "opportunity name", "名称", "机会名称",
                     "商机名称", "销售机会", "项目名称"),
              whose=("销售机会", "商机", "机会", "项目", "deal ", "opportunity ")),
        Field("customer", customer,
              words=("customer name", "account", "account name", "company", "客户", "客户名称",
                     "公司", "公司名称", "单位名称", "客户单位", "客户全称", "客户单位全称")),
        Field("owner", user, required=True,
              words=("sales agent", "sales rep", "rep", "deal owner", "负责人", "销售", "业务员")),
        Field("product", text(Deal.product), words=("产品", "产品名称")),
        Field("amount", money, is_money=True,
              words=("value", "close value", "deal value", "金额", "销售金额", "预计金额")),
        Field("currency", currency, words=("币种", "货币")),
        Field("pipeline", pipeline,
              words=("sales pipeline", "deal pipeline", "销售流程", "销售管道", "所属流程")),
        Field("stage", stage, words=("deal stage", "sales stage", "阶段", "销售阶段")),
        Field("probability", percent, words=("chance", "概率", "赢单概率", "成交概率")),
        Field("expected_close", day,
              words=("expected close date", "预计成交日期", "预计签约日期", "预计结束日期")),
        Field("outcome", ending, words=("result", "结果", "结单结果")),
        Field("closed_at", moment,
              words=("closed", "closed on", "close date", "结束日期", "关闭日期", "成交日期",
                     "结单日期")),
        Field("reason", choice(OptionList.LOST_REASON),
              words=("lost reason", "loss reason", "输单原因", "丢单原因")),
        Field("competitor", text(Outcome.competitor), words=("竞争对手", "竞品")),
        Field("note", text(Outcome.note), words=("notes", "remark", "备注", "说明")),
        Field("source", choice(OptionList.SOURCE), words=("lead source", "来源", "商机来源")),
        Field("next_step", text(Deal.next_step), words=("下一步", "下一步计划")),
        tags_field("deal tags", "商机标签", "机会标签"),
        Field("created_at", past,
              words=("created", "created on", "since", "创建日期", "创建时间", "开始日期")),
    )  # fmt: skip

    plain = ("name", "customer", "owner", "product", "expected_close", "probability", "source",
             "next_step", "external_id", "tags")  # fmt: skip
    constants = ("owner", "source", "pipeline", "stage")
    held_by = (Task.deal_id, Activity.deal_id, ExpenseItem.deal_id)
    custom_noun = CustomNoun.DEAL

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rated: set[str] = set()

    @classmethod
    def all_fields(cls) -> tuple[Field, ...]:
        """Of which pipeline a deal is can be said only where there are several."""
        fields = super().all_fields()
        if Pipeline.are_several():
            return fields
        return tuple(field for field in fields if field.name != "pipeline")

    def look_up(self, rows: list[Row], records: dict[str, list[Any]]) -> None:
        """Customers were read as ids, since a firm may have very many; here they are loaded."""
        for row in rows:
            self.find_ending(row)
        ids = {row.values["customer"] for row in rows if row.values.get("customer")}
        if not ids:
            return
        loaded = {
            customer.id: customer
            for customer in db.session.scalars(select(Customer).where(Customer.id.in_(ids)))
        }
        for row in rows:
            row.values["customer"] = loaded.get(row.values["customer"])

    @classmethod
    def existing(cls) -> Select[Any]:
        return select(Deal).options(
            *Deal.for_list(),
            joinedload(Deal.source),
            selectinload(Deal.stays),
            selectinload(Deal.lines),
            selectinload(Deal.ticks),
        )

    def check(self, row: Row, record: Deal | None) -> None:
        self.check_ending(row, record)
        self._check_currency(row, record)
        if record is None:
            self._check_name(row)
        else:
            check_owner(row, record)
        self.check_stage(row, record, self.ending(row))

    def leave_what_is_there(self, row: Row, record: Deal) -> None:
        """How a deal ended is not filled in; nor is the day of it the one it was expected."""
        is_open = record.is_open and self.ending(row) is Ending.OPEN
        super().leave_what_is_there(row, record)
        if not is_open:
            row.values["closed_at"] = None

    def is_empty(self, record: Deal, name: str) -> bool:
        """An amount has its currency, and an open deal its stage: neither is empty by itself."""
        said = {"currency": record.amount, "closed_at": record.expected_close}
        if name in _OF_THE_END:
            return False
        return said[name] is None if name in said else super().is_empty(record, name)

    def changes(self, row: Row, record: Deal) -> set[str]:
        changed = super().changes(row, record)
        if self.price(row, record) != (record.amount, record.currency):
            changed.add("amount")
        if record.is_open and self.ending(row) is not Ending.OPEN:
            changed |= {"outcome", "reason"}
        elif record.is_open and (to := row.values.get("stage")) not in (None, record.stage):
            changed |= {"stage"} if to.pipeline_id == record.pipeline_id else {"stage", "pipeline"}
        return changed

    def columns(self, changes: set[str]) -> list[str]:
        names = super().columns(changes - {"amount", "outcome", "reason", "pipeline"})
        names += ["amount", "currency", "rate", "base_amount"] if "amount" in changes else []
        names += ["probability_reason"] if "probability" in changes else []
        return [*names, "outcome"] if "outcome" in changes else names

    def create(self, row: Row) -> Deal:
        values = row.values
        began = values.get("created_at") or values.get("closed_at") or clock.now()
        given = self.given(row) | {"external_id": self.external_id(row)}
        deal = Deal(created_at=began, **given)
        deal.name = deal.name or _name_of(row)
        _say_why(deal)
        deal.set_amount(*self.price(row, None))
        self.set_own(row, deal)
        Deal.open(deal, self.stage_of(row), by=self.by, at=began, historic=True)
        self._close(deal, row)
        return deal

    def update(self, row: Row, record: Deal, changes: set[str]) -> None:
        self.set_plain(row, record, changes)
        if "probability" in changes:
            _say_why(record)
        if "amount" in changes:
            record.set_amount(*self.price(row, record))
        record.note_changes(by=self.by, historic=True)
        if "stage" in changes:
            go = record.reroute if "pipeline" in changes else record.move_to
            go(row.values["stage"], by=self.by, historic=True)
        if "outcome" in changes:
            self._close(record, row)

    def _close(self, deal: Deal, row: Row) -> None:
        values, ending = row.values, self.ending(row)
        if ending is Ending.WON:
            deal.win(by=self.by, at=values["closed_at"], note=values.get("note"), historic=True)
        elif ending is Ending.LOST:
            deal.lose(
                by=self.by, at=values["closed_at"], reason=values.get("reason"),
                competitor=values.get("competitor"), note=values.get("note"), historic=True,
            )  # fmt: skip

    def _check_currency(self, row: Row, record: Deal | None) -> None:
        """A currency needs a rate, which is asked for where the price changes."""
        price = self.price(row, record)
        if record is not None and price == (record.amount, record.currency):
            return
        if price[1] not in self._rated:
            try:
                ExchangeRate.on(price[1], Company.current().today())
            except NoRate as error:
                raise BadValue(_("has no exchange rate here"), "currency") from error
            self._rated.add(price[1])

    def _check_name(self, row: Row) -> None:
        if not row.values.get("name") and not _name_of(row):
            raise BadValue(_("is empty, and there is neither product nor customer"), "name")


def _say_why(deal: Deal) -> None:
    """A chance that no person set by hand says so."""
    deal.probability_reason = None if deal.probability is None else _("Import")


def _name_of(row: Row) -> str:
    """``product · customer``, as far as they are known, for deals without a name."""
    named = row.values.get("product"), row.values.get("customer")
    return " · ".join(str(part) for part in named if part)[:200]
