"""The filter of the contact list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import contains_eager, selectinload

from crm.filters import facets
from crm.filters.base import ListFilter, one_of
from crm.filters.columns import Column, Kind
from crm.filters.facets import Facet, Person, of_people
from crm.filters.quality import (
    CONTACT_DOUBT_WORDS,
    CONTACT_DOUBTS,
    CONTACT_GAP_WORDS,
    CONTACT_GAPS,
    ContactDoubt,
    ContactGap,
    one_of_these,
)
from crm.models import Contact, Customer, DecisionRole, Option, OptionList, User
from crm.wording.fields import FIELDS, FIELDS_OF


def _owner(contact: Contact) -> User | None:
    return contact.customer.owner


@dataclass(frozen=True)
class ContactFilter(ListFilter):
    customer: int | None = None
    role: tuple[DecisionRole, ...] = ()
    owner: tuple[Person, ...] = ()
    missing: tuple[ContactGap, ...] = ()
    doubt: tuple[ContactDoubt, ...] = ()
    tags: tuple[int, ...] = ()

    ENDPOINT: ClassVar[str] = "contacts.index"
    MODEL: ClassVar[Any] = Contact
    FINDS_BY: ClassVar[Any] = _l("Name, phone, e-mail, WeChat")
    NONE: ClassVar[str] = "contacts/contacts/_none.html"
    DEFAULT_SORT: ClassVar[str] = "-created"
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = (
        (_l("All"), ""), (_l("Mine"), "owner=me"), (_l("Who decide"), "role=decider"),
    )  # fmt: skip
    LOADED: ClassVar[tuple[Any, ...]] = (contains_eager(Contact.customer),)
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("name", FIELDS_OF["contact", "name"], lambda contact: contact.name, Kind.TITLE,
               sort=(Contact.sort_name,)),
        Column("title", FIELDS_OF["contact", "title"], lambda contact: contact.title),
        Column("customer", FIELDS["customer"], lambda contact: contact.customer, Kind.LINK,
               sort=(Customer.sort_name,)),
        Column("mobile", FIELDS["mobile"], lambda contact: contact.mobile, Kind.TELEPHONE),
        Column("email", FIELDS["email"], lambda contact: contact.email, Kind.MAIL),
        Column("created", _l("Created on"), lambda contact: contact.created_at, Kind.DAY,
               sort=(Contact.created_at,), minor=True),
        Column("role", FIELDS["decision_role"], lambda contact: contact.decision_role,
               shown=False),
        Column("primary", FIELDS["is_primary"], lambda contact: contact.is_primary, Kind.YES,
               shown=False),
        Column("phone", FIELDS["phone"], lambda contact: contact.phone, Kind.TELEPHONE,
               shown=False),
        Column("reaches", FIELDS["reaches"], lambda contact: contact.further_written, Kind.LONG,
               shown=False, partial="contacts/contacts/_reaches_cell.html"),
        Column("wechat", FIELDS["wechat"], lambda contact: contact.wechat, shown=False),
        Column("birthday", FIELDS["birthday"], lambda contact: contact.birthday, Kind.DAY,
               sort=(Contact.birthday,), shown=False),
        Column("note", FIELDS["note"], lambda contact: contact.note, Kind.LONG, shown=False),
        Column("owner", FIELDS["owner"], _owner, Kind.PERSON, shown=False,
               load=(contains_eager(Contact.customer).joinedload(Customer.owner),)),
        Column("tags", FIELDS["tags"], lambda contact: contact.tags, Kind.BADGES, shown=False,
               load=(selectinload(Contact.tags),)),
        Column("updated", _l("Changed"), lambda contact: contact.updated_at, Kind.DAY,
               sort=(Contact.updated_at,), shown=False),
    )  # fmt: skip
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.record("customer", FIELDS["customer"], Customer),
        facets.states("role", FIELDS["decision_role"], DecisionRole),
        facets.people("owner", FIELDS["owner"], Customer.owner_id),
        facets.states("missing", _l("Missing"), ContactGap, CONTACT_GAP_WORDS.__getitem__),
        facets.states("doubt", _l("Doubtful"), ContactDoubt, CONTACT_DOUBT_WORDS.__getitem__),
        facets.options("tags", FIELDS["tags"], OptionList.TAG),
    )

    @property
    def asked_about(self) -> frozenset[str]:
        """As of any list; the part in a decision stands in a column of another name."""
        is_role = ContactGap.DECISION_ROLE in self.missing
        return super().asked_about | ({"role"} if is_role else set())

    @property
    def finds_few(self) -> bool:
        """As of any list; at one customer there are few."""
        return self.customer is not None or super().finds_few

    def narrow(self, user: User) -> Select[Any]:
        chosen = self.seen(user)
        if self.q:
            chosen = chosen.where(Contact.matching(self.q))
        if self.customer is not None:
            chosen = chosen.where(Contact.customer_id == self.customer)
        return chosen.where(
            *one_of(Contact.decision_role, self.role),
            *self.of_own_fields(user),
            *of_people(Customer.owner_id, self.owner, user),
            *one_of_these(CONTACT_GAPS, self.missing),
            *one_of_these(CONTACT_DOUBTS, self.doubt),
            *([Contact.tags.any(Option.id.in_(self.tags))] if self.tags else []),
        )
