"""Likenesses: what customers and their contacts are recognised by, kept so that twins are found.

They are written in the same flush as the record, like its search text, and stay with the record
that has them: what a merged customer was known by comes back with it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Connection,
    Index,
    Select,
    String,
    delete,
    event,
    inspect,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from crm.base import Base, Key, stored_by_value
from crm.likenesses import LikenessKind, likenesses
from crm.models.beside import write_beside
from crm.models.contact import Contact, ReachKind
from crm.models.customer import Customer

LONGEST = 200


class Likeness(Base):
    __tablename__ = "likeness"
    __table_args__ = (Index(None, "kind", "value"), Index(None, "record_kind", "record_id"))

    id: Mapped[Key]
    kind: Mapped[LikenessKind] = mapped_column(stored_by_value(LikenessKind))
    value: Mapped[str] = mapped_column(String(LONGEST))
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]

    @classmethod
    def of_customers(cls) -> Select[Any]:
        """``kind, value, customer_id`` of every customer in use, by itself and by its contacts."""
        of_itself = (
            select(cls.kind, cls.value, Customer.id.label("customer_id"))
            .join(Customer, (cls.record_kind == "customer") & (cls.record_id == Customer.id))
            .where(Customer.trashed_at.is_(None))
        )
        of_contacts = (
            select(cls.kind, cls.value, Contact.customer_id)
            .join(Contact, (cls.record_kind == "contact") & (cls.record_id == Contact.id))
            .join(Customer, Contact.customer_id == Customer.id)
            .where(Contact.trashed_at.is_(None), Customer.trashed_at.is_(None))
        )
        every = union_all(of_itself, of_contacts).subquery("alike")
        return select(every.c.kind, every.c.value, every.c.customer_id)


# What a record is recognised by is made of these.
TELLING: dict[type[Any], tuple[str, ...]] = {
    Customer: ("name", "phone", "website"),
    Contact: ("phone", "mobile", "email", "reaches"),
}


def of_customer(customer: Customer) -> set[tuple[LikenessKind, str]]:
    """What a customer is recognised by."""
    return likenesses(name=customer.name, phones=(customer.phone,), website=customer.website)


def of_contact(contact: Contact) -> set[tuple[LikenessKind, str]]:
    """What a contact adds to what its customer is recognised by."""
    return likenesses(
        phones=tuple(contact.reached_by(ReachKind.PHONE)),
        emails=tuple(contact.reached_by(ReachKind.EMAIL)),
    )


def rows_of(record: Customer | Contact) -> list[dict[str, Any]]:
    """The rows that say what ``record`` is recognised by."""
    found = of_customer(record) if isinstance(record, Customer) else of_contact(record)
    return [
        {"kind": kind, "value": value[:LONGEST],
         "record_kind": record.__tablename__, "record_id": record.id}
        for kind, value in sorted(found)
    ]  # fmt: skip


@event.listens_for(Customer, "after_insert")
@event.listens_for(Contact, "after_insert")
def _write(_mapper: Mapper[Any], _connection: Connection, record: Customer | Contact) -> None:
    write_beside(record, Likeness, rows_of(record))


@event.listens_for(Customer, "after_update")
@event.listens_for(Contact, "after_update")
def _write_anew(mapper: Mapper[Any], connection: Connection, record: Customer | Contact) -> None:
    state: Any = inspect(record)
    if any(state.attrs[name].history.has_changes() for name in TELLING[type(record)]):
        _forget(mapper, connection, record)
        _write(mapper, connection, record)


@event.listens_for(Customer, "after_delete")
@event.listens_for(Contact, "after_delete")
def _forget(_mapper: Mapper[Any], connection: Connection, record: Customer | Contact) -> None:
    connection.execute(
        delete(Likeness).where(
            Likeness.record_kind == record.__tablename__, Likeness.record_id == record.id
        )
    )
