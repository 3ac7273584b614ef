"""Customers from a spreadsheet."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from crm.extensions import db
from crm.importers.amounts import money, whole
from crm.importers.days import past
from crm.importers.fields import Field, choice, code_field, text, url, user, word
from crm.importers.first_contact import FIELDS as CONTACT
from crm.importers.first_contact import PREFIX, FirstContact
from crm.importers.importer import Importer
from crm.importers.known import TO_COME
from crm.importers.problems import BadValue, about
from crm.importers.rows import Row
from crm.importers.several import tags_field
from crm.importers.stage_rule import check_owner
from crm.models import (
    Activity,
    Contact,
    Customer,
    CustomerKind,
    CustomNoun,
    Deal,
    ExpenseItem,
    OptionList,
    Task,
    User,
)
from crm.models.customer import MOST_EMPLOYEES

KINDS: dict[CustomerKind, tuple[str, ...]] = {
    CustomerKind.PROSPECT: ("潜在客户",),
    CustomerKind.CUSTOMER: ("客户", "正式客户"),
    CustomerKind.DEALER: ("经销商", "distributor"),
}


class Customers(Importer):
    """One row a customer."""

    noun = "customers"
    model = Customer
    fields: ClassVar[tuple[Field, ...]] = (
        Field("name", text(Customer.name), required=True,
              words=("customer", "customer name", "account", "account name", "company", "firm",
                     "客户", "名称", "客户名称", "公司", "公司名称", "企业名称", "单位名称",
                     "单位", "全称"),
              whose=("客户", "公司", "企业", "单位", "customer ", "company ", "account ", "firm ")),
        Field("external_id", text(Customer.external_id),
              words=("id", "customer id", "account id", "客户编号", "客户编码", "编号", "编码")),
        code_field(Customer.LETTER),
        Field("kind", word(CustomerKind, KINDS), words=("type", "客户类型", "类型")),
        Field("parent", text(Customer.name),
              words=("parent account", "belongs to", "上级客户", "上级公司", "所属集团")),
        Field("owner", user,
              words=("sales rep", "rep", "account owner", "负责人", "销售", "业务员")),
        Field("grade", choice(OptionList.GRADE), words=("客户等级", "等级", "级别")),
        Field("industry", choice(OptionList.INDUSTRY), words=("sector", "行业", "所属行业")),
        Field("region", choice(OptionList.REGION),
              words=("区域", "地区", "大区", "所在区域", "所属区域", "所在地区", "所属地区",
                     "所属大区")),
        Field("source", choice(OptionList.SOURCE), words=("lead source", "来源", "客户来源")),
        Field("phone", text(Customer.phone), words=("telephone", "tel", "电话", "联系电话", "座机",
                     "固定电话", "办公电话")),
        Field("website", url, words=("url", "web", "网址", "网站")),
        Field("address", text(Customer.address),
              words=("地址", "公司地址", "详细地址", "联系地址", "所在地", "所在地址")),
        Field("employees", whole(MOST_EMPLOYEES),
              words=("headcount", "number of employees", "员工数", "员工人数", "人数")),
        Field("annual_revenue", money, is_money=True,
              words=("revenue", "turnover", "年营业额", "年收入", "营业额")),
        Field("note", text(Customer.note),
              words=("notes", "remark", "description", "备注", "说明")),
        *CONTACT,
        tags_field("customer tags", "客户标签"),
        Field("created_at", past,
              words=("created on", "created", "since", "创建日期", "创建时间", "建档日期")),
    )  # fmt: skip

    plain = ("name", "kind", "parent", "owner", "grade", "industry", "region", "source", "phone",
             "website", "address", "employees", "annual_revenue", "note", "created_at",
             "external_id", "tags")  # fmt: skip
    keys = ("code", "external_id", "name", "phone")
    constants = ("owner", "source", "kind", "region")
    held_by = (Contact.customer_id, Deal.customer_id, Task.customer_id, Activity.customer_id,
               ExpenseItem.customer_id)  # fmt: skip
    custom_noun = CustomNoun.CUSTOMER

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What this batch has made so far: not written yet, but a later row may belong to it.
        self._made: dict[int, Customer] = {}
        names_contacts = self.mapping.fills(PREFIX + "name")
        self._first_contact = FirstContact(self) if names_contacts else None

    def look_up(self, rows: list[Row], records: dict[str, list[Any]]) -> None:
        self._made.clear()
        if self._first_contact is not None:
            self._first_contact.load(one for found in records.values() for one in found)

    @classmethod
    def existing(cls) -> Select[Any]:
        return select(Customer).options(
            *Customer.for_list(),
            joinedload(Customer.source),
            joinedload(Customer.parent),
            selectinload(Customer.locked_deals),
        )

    def check(self, row: Row, record: Customer | None) -> None:
        if row.values.get("parent"):
            with about("parent"):
                row.values["parent"] = self._parent(row.values["parent"], record)
        if record is not None and row.values.get("owner"):
            check_owner(row, record)
        if self._first_contact is not None:
            row.besides = self._first_contact.read(row, record)
        if record is None and not self.writing:
            self.known.customers.add(TO_COME, row.key, row.values["name"])

    def changes(self, row: Row, record: Customer) -> set[str]:
        contact = row.besides.changes if row.besides else ()
        return super().changes(row, record) | {PREFIX + name for name in contact}

    def columns(self, changes: set[str]) -> list[str]:
        return super().columns({name for name in changes if not name.startswith(PREFIX)})

    def is_empty(self, record: Customer, name: str) -> bool:
        """What is said of a contact is for that one to say."""
        return name.startswith(PREFIX) or super().is_empty(record, name)

    def now(self, row: Row, record: Customer, name: str) -> Any:
        if name.startswith(PREFIX):
            contact = row.besides.record if row.besides else None
            return getattr(contact, name.removeprefix(PREFIX), None)
        return super().now(row, record, name)

    def write_besides(self, row: Row, record: Customer) -> None:
        if self._first_contact is not None and row.besides:
            self._first_contact.write(row.besides, record)

    @classmethod
    def put_back(cls, record: Customer, column: str, old: Any, *, by: User) -> bool:
        if column == "owner_id" and record.locking_deal is not None:
            return False
        return super().put_back(record, column, old, by=by)

    def create(self, row: Row) -> Customer:
        values = self.given(row) | {"external_id": self.external_id(row)}
        customer = Customer(id=self.new_id(), **values)
        self.set_own(row, customer)
        Customer.register(customer, by=self.by, historic=True)
        self._made[customer.id] = customer
        self.known.customers.add(customer.id, customer.external_id, customer.name)
        return customer

    def update(self, row: Row, record: Customer, changes: set[str]) -> None:
        self.set_plain(row, record, changes)
        record.note_changes(by=self.by, historic=True)

    def _parent(self, text: str, record: Customer | None) -> Any:
        """The customer called ``text``, which exists or stands on an earlier line."""
        found = self.known.customers.find(text)
        if found is None:
            raise BadValue(_("is no customer, neither here nor on an earlier line"))
        if found is TO_COME:
            return found
        parent = self._made.get(found) or db.session.get(Customer, found)
        if record is not None and parent is not None and parent.belongs_to(record):
            raise BadValue(_("belongs to this customer itself"))
        return parent
