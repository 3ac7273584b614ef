"""The contact whom a row about a customer names: read, made and changed as a row of contacts is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.extensions import db
from crm.importers.contacts import Contacts
from crm.importers.fields import Field
from crm.importers.importer import Importer
from crm.importers.known import TO_COME, key_of
from crm.importers.plan import Mode, Plan
from crm.importers.problems import BadValue
from crm.importers.rows import Row
from crm.models import Contact, Customer
from crm.telephones import compared

PREFIX = "contact_"
# The fields of a contact that stand in a table of customers, and what they are called there.
_CALLED = {
    "name": ("contact", "contact person", "联系人", "联系人姓名", "对接人", "对接人姓名",
             "主要联系人", "首要联系人"),
    "title": ("job title", "position", "职务", "职位", "联系人职务", "对接人职务"),
    "mobile": ("mobile", "mobile phone", "cell", "cell phone", "手机", "手机号", "手机号码",
               "移动电话", "联系手机", "联系人手机", "联系人手机号", "对接人手机"),
    "phone": ("联系人电话", "联系人座机", "对接人电话"),
    "email": ("email", "mail", "邮箱", "电子邮件", "联系人邮箱", "对接人邮箱"),
    "wechat": ("wechat", "weixin", "微信", "微信号", "联系人微信"),
}  # fmt: skip
FIELDS: tuple[Field, ...] = tuple(
    replace(
        field, name=PREFIX + field.name, words=_CALLED[field.name], whose=(), required=False,
        needs="" if field.name == "name" else PREFIX + "name",
    )
    for field in Contacts.fields
    if field.name in _CALLED
)  # fmt: skip


@dataclass
class Person:
    """The contact of one row: what it says, the record if there is one, and what differs."""

    row: Row
    record: Contact | None
    changes: set[str]


class FirstContact:
    """Takes the contacts of the rows of an import of customers."""

    def __init__(self, customers: Importer) -> None:
        mapping = customers.mapping
        filled = {name.removeprefix(PREFIX): column for name, column in mapping.columns.items()
                  if name.startswith(PREFIX)}  # fmt: skip
        self._contacts = Contacts(
            replace(mapping, columns={"name": "", **filled}, constants={}, halves={}),
            customers.known, by=customers.by, writing=customers.writing, plan=Plan(key="name"),
        )  # fmt: skip
        self._fills_only, self._journal = customers.fills_only, customers.journal
        self._makes = customers.mode is not Mode.UPDATE
        self._here: defaultdict[int, list[Contact]] = defaultdict(list)

    def load(self, customers: Iterable[Customer]) -> None:
        """Load in one go who is known at the customers of a batch."""
        self._here.clear()
        at_these = Contact.customer_id.in_([customer.id for customer in customers])
        for contact in db.session.scalars(
            select(Contact).where(at_these, Contact.trashed_at.is_(None)).order_by(Contact.id)
        ):
            self._here[contact.customer_id].append(contact)

    def read(self, row: Row, customer: Customer | None) -> Person | None:
        """Whom the row names, at a customer who is here or is to be made, if that one is wanted.

        :raises BadValue: it does not say who it is, or what it says cannot be.
        """
        said = {name: row.values.get(PREFIX + name) for name in _CALLED}
        if not any(said.values()):
            return None
        texts = {name: row.texts.get(PREFIX + name, "") for name in _CALLED}
        person = Row(row.line, texts, {**said, "customer": customer or TO_COME})
        try:
            found = self._compared(person, customer)
        except BadValue as error:
            raise BadValue(error.reason, PREFIX + (error.field or "name")) from error
        self._say_what_is_taken(row, found)
        return found

    def write(self, person: Person, customer: Customer) -> None:
        """Make the contact, or bring it to what its row says."""
        row, record, line = person.row, person.record, person.row.line
        row.values["customer"] = customer
        if record is None:
            made = self._contacts.create(row)
            made.is_primary = not self._here[customer.id]  # nobody else is to be asked first
            if self._journal is not None:
                self._journal.made(line, made, noun=Contacts.noun)
        elif person.changes:
            if self._journal is not None:
                columns = self._contacts.columns(person.changes)
                self._journal.about_to_change(line, record, columns, noun=Contacts.noun)
            self._contacts.update(row, record, person.changes)

    def _compared(self, row: Row, customer: Customer | None) -> Person | None:
        record = self._one_at(customer, row.values) if customer else None
        if record is None and not self._makes:
            return None
        if record is None and not row.values["name"]:
            raise BadValue(_("is empty, though the row says more of this contact"))
        if record is not None and self._fills_only:
            self._contacts.leave_what_is_there(row, record)
            row.values["customer"] = customer
        self._contacts.check(row, record)
        given = {name for name in _CALLED if row.values[name] is not None}
        return Person(row, record, self._contacts.changes(row, record) if record else given)

    def _say_what_is_taken(self, row: Row, person: Person | None) -> None:
        """Leave out of the customer's row what of its contact is not brought in."""
        for name in _CALLED:
            if PREFIX + name in row.values and (person is None or person.row.values[name] is None):
                row.values[PREFIX + name] = None
        if person is not None and person.record is not None and not row.values[PREFIX + "name"]:
            row.values[PREFIX + "name"] = person.record.name

    def _one_at(self, customer: Customer, said: dict[str, Any]) -> Contact | None:
        """The contact at a customer who is called so, or else has one of these numbers."""
        here = self._here[customer.id]
        named = [one for one in here if said["name"] and key_of(one.name) == key_of(said["name"])]
        found = named or [one for one in here if _share_a_mobile(one, said)]
        if len(found) > 1:
            raise BadValue(_("fits several contacts of this customer"))
        return found[0] if found else None


def _share_a_mobile(contact: Contact, said: dict[str, Any]) -> bool:
    """Whether a number is both's that one of them calls mobile: several have one line at work."""
    mobile, theirs = _key(said["mobile"]), _key(contact.mobile)
    return bool(
        (mobile and mobile in map(_key, (contact.mobile, contact.phone)))
        or (theirs and theirs == _key(said["phone"]))
    )


def _key(number: str | None) -> str:
    return compared(number) if number else ""
