"""Contacts from a spreadsheet: each stands at a customer that is here already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.importers.days import day, past
from crm.importers.fields import Field, customer, email, text, word, yes_or_no
from crm.importers.finding import folded_key
from crm.importers.importer import Importer
from crm.importers.known import Known
from crm.importers.plan import Mode
from crm.importers.problems import BadValue, about
from crm.importers.reaching import FIELDS as REACHES
from crm.importers.reaching import FIRST, first, further_in, reaches, united
from crm.importers.rows import Row
from crm.importers.several import tags_field
from crm.models import Activity, Contact, Customer, CustomNoun, Deal, DecisionRole, Reach, User
from crm.names import tidy_name

_FURTHER = {field.name for field in REACHES}
ROLES: dict[DecisionRole, tuple[str, ...]] = {
    DecisionRole.DECIDER: ("decides", "decision maker", "决策人", "决策者", "拍板"),
    DecisionRole.INFLUENCER: ("influences", "影响者", "影响人", "技术影响者"),
    DecisionRole.USER: ("uses it", "使用者", "使用人"),
    DecisionRole.PURCHASER: ("buys", "buyer", "采购", "采购人", "采购者"),
    DecisionRole.GATEKEEPER: ("keeps the gate", "把关人", "把关者"),
}


def _name(written: str, known: Known) -> str:
    """A person's name; a Chinese one without a gap."""
    return tidy_name(text(Contact.name)(written, known)) or written


class Contacts(Importer):
    """One row a contact, found again by its name at its customer."""

    noun = "contacts"
    model = Contact
    fields: ClassVar[tuple[Field, ...]] = (
        Field("name", _name, required=True, person=True,
              words=("contact", "contact name", "contact person", "full name", "姓名", "联系人",
                     "联系人姓名", "客户联系人",
                     "对接人"),
              whose=("联系人", "对接人", "contact ")),
        Field("customer", customer, required=True,
              words=("customer name", "account", "account name", "company", "company name", "firm",
                     "客户", "客户名称", "公司", "公司名称", "单位", "单位名称", "企业名称",
                     "客户单位", "客户全称", "客户单位全称", "公司全称", "单位全称",
                     "所在公司", "所在单位", "所属公司", "所属客户", "工作单位")),
        Field("title", text(Contact.title),
              words=("job title", "position", "职务", "职位", "头衔", "称呼")),
        Field("phone", first(text(Contact.phone)),
              words=("telephone", "tel", "office phone", "电话", "座机", "办公电话", "联系电话",
                     "固定电话")),
        Field("mobile", first(text(Contact.mobile)),
              words=("mobile phone", "cell", "cell phone", "手机", "手机号",
                     "手机号码", "移动电话")),
        Field("email", first(email),
              words=("e-mail", "mail", "e-mail address", "邮箱", "电子邮件")),
        *REACHES,
        Field("wechat", text(Contact.wechat), words=("weixin", "微信", "微信号")),
        Field("birthday", day, words=("date of birth", "生日", "出生日期")),
        Field("decision_role", word(DecisionRole, ROLES),
              words=("role", "role in the decision", "决策角色", "角色")),
        Field("is_primary", yes_or_no,
              words=("primary", "primary contact", "main contact", "主要联系人", "首要联系人")),
        Field("note", text(Contact.note), words=("notes", "remark", "备注", "说明")),
        tags_field("contact tags", "联系人标签"),
        Field("created_at", past,
              words=("created on", "created", "since", "创建日期", "创建时间", "建档日期")),
    )  # fmt: skip

    plain = ("name", "title", "phone", "mobile", "email", "wechat", "birthday",
             "decision_role", "is_primary", "note", "created_at", "tags")  # fmt: skip
    keys = ("name", "mobile", "email")
    held_by = (Deal.contact_id, Activity.contact_id)
    custom_noun = CustomNoun.CONTACT

    @classmethod
    def needed(cls, mode: Mode, key: str) -> list[str]:
        found = super().needed(mode, key)
        return [*found, "customer"] if key == "name" and "customer" not in found else found

    @classmethod
    def existing(cls) -> Select[Any]:
        return select(Contact).options(joinedload(Contact.customer))

    def key(self, row: Row) -> str:
        key = super().key(row)
        return f"{row.values.get('customer')} {key}" if self._key_field == "name" else key

    def keys_in_use(self) -> Iterable[tuple[int, str]]:
        if self._key_field != "name":
            yield from super().keys_in_use()
            return
        columns = select(Contact.id, Contact.customer_id, Contact.name)
        for record_id, customer_id, name in db.session.execute(
            columns.where(Contact.trashed_at.is_(None))
        ):
            yield record_id, f"{customer_id} {folded_key('name', name)}"

    def look_up(self, rows: list[Row], records: dict[str, list[Any]]) -> None:
        """Customers were read as ids, since a firm may have very many; here they are loaded."""
        ids = {row.values["customer"] for row in rows if row.values.get("customer")}
        loaded = {
            customer.id: customer
            for customer in db.session.scalars(select(Customer).where(Customer.id.in_(ids)))
        }
        for row in rows:
            if row.values.get("customer"):
                row.values["customer"] = loaded.get(row.values["customer"])

    def check(self, row: Row, record: Contact | None) -> None:
        if record is None and row.values.get("customer") is None:
            raise BadValue(_("is empty"), "customer")
        if _moves(row, record) and row.values.get("is_primary") is None:
            row.values["is_primary"] = False  # the firm they come to has its own
        with about("reaches"):
            row.values["reaches"] = self._reaches(row, record)

    def _reaches(self, row: Row, record: Contact | None) -> list[Reach] | None:
        """The further numbers and addresses after this row, if they are others than now.

        The column of all of them says them all; the others add to what is there.
        """
        values, texts = row.values, row.texts
        more = _further(row, record) if row.besides is None else row.besides
        for name in filter(values.get, FIRST):
            values[name] = texts[name] if _is_exported(row, record, name) else str(values[name])
        now = record.further if record else []
        said, text = now, values.get("reaches")
        if text and not (record is not None and record.further_written == text):
            said = reaches(text, self.known)
        besides = (values.get(name) or getattr(record, name, None) for name in FIRST)
        found = united(said, more, besides)
        return None if found == now else found

    def leave_what_is_there(self, row: Row, record: Contact) -> None:
        """Further numbers come in where there are none yet, whether or not the first one stays."""
        row.besides = _further(row, record) if self.is_empty(record, "reaches") else []
        super().leave_what_is_there(row, record)

    def is_empty(self, record: Contact, name: str) -> bool:
        return not record.reaches if name in _FURTHER else super().is_empty(record, name)

    def changes(self, row: Row, record: Contact) -> set[str]:
        found = super().changes(row, record)
        if _moves(row, record):
            found.add("customer")
        if row.values["reaches"] is not None:
            found.add("reaches")
        return found

    def create(self, row: Row) -> Contact:
        contact = Contact(customer=row.values["customer"], **self.given(row))
        contact.further = row.values["reaches"] or ()
        self.set_own(row, contact)
        return Contact.register(contact, by=self.by, historic=True)

    def update(self, row: Row, record: Contact, changes: set[str]) -> None:
        if "customer" in changes:
            record.move_to(row.values["customer"], by=self.by, historic=True)
            if row.values["is_primary"]:
                record.make_primary(by=self.by, historic=True)
        self.set_plain(row, record, changes)
        if "reaches" in changes:
            record.further = row.values["reaches"]
        record.note_changes(by=self.by, historic=True)

    @classmethod
    def put_back(cls, record: Contact, column: str, old: Any, *, by: User) -> bool:
        if column != "customer_id":
            return super().put_back(record, column, old, by=by)
        left = db.session.get(Customer, old)
        if left is not None:
            record.move_to(left, by=by)
        return left is not None


def _further(row: Row, record: Contact | None) -> list[Reach]:
    """What the row says beside the first number, or address, of each kind."""
    exported = [row.texts[name] for name in FIRST if _is_exported(row, record, name)]
    found = further_in(row.values)
    return [reach for reach in found if not any(reach.value in text for text in exported)]


def _is_exported(row: Row, record: Contact | None, name: str) -> bool:
    """Whether a cell says what its record says: it is left whole, however many it holds."""
    said = row.values.get(name)
    return bool(said) and record is not None and getattr(record, name) == row.texts[name]


def _moves(row: Row, record: Contact | None) -> bool:
    """Whether the row says another firm than its record."""
    customer = row.values.get("customer")
    return record is not None and customer is not None and customer is not record.customer
