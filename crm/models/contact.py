"""Contacts: the people at a customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Select,
    String,
    cast,
    func,
    inspect,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm.base import Base, Key, Name, Timestamped, Versioned, stored_by_value
from crm.extensions import db
from crm.models.custom_field import CustomNoun
from crm.models.custom_field.customized import Customized
from crm.models.customer import Customer
from crm.models.event import Action, Event, changes_of
from crm.models.named import Named
from crm.models.passage import NamedOrNoted
from crm.models.tag import Tagged
from crm.models.trashable import Trashable
from crm.models.user import is_mail_address
from crm.telephones import is_possible

if TYPE_CHECKING:
    from crm.models.user import User


class DecisionRole(StrEnum):
    """What a contact is in the decision to buy."""

    DECIDER = "decider"
    INFLUENCER = "influencer"
    USER = "user"
    PURCHASER = "purchaser"
    GATEKEEPER = "gatekeeper"


class ReachKind(StrEnum):
    """In which way somebody is reached."""

    PHONE = "phone"
    EMAIL = "email"


# So many further numbers and addresses are kept of a contact, each so long.
MOST_REACHES, LONGEST_LABEL, LONGEST_REACH = 20, 40, 254


class Reach(NamedTuple):
    """One more number or address, with what it is for."""

    kind: ReachKind
    label: str
    value: str

    def __str__(self) -> str:
        """``Dalian office: 0411-8765 4321``."""
        return f"{self.label}: {self.value}" if self.label else self.value

    @property
    def is_possible(self) -> bool:
        """Whether it can be a telephone number, or a mail address, at all."""
        if self.kind is ReachKind.EMAIL:
            return is_mail_address(self.value)
        return is_possible(self.value)


class Contact(Tagged, Customized, Versioned, Trashable, Named, NamedOrNoted, Timestamped, Base):
    __tablename__ = "contact"
    __table_args__ = (Index(None, "sort_name", "id"), Index(None, "created_at"))

    TRASHED, RESTORED = Action.CONTACT_TRASHED, Action.CONTACT_RESTORED
    CUSTOM_NOUN = CustomNoun.CONTACT
    SEARCHED = ("name", "phone", "mobile", "email", "wechat", "further_values")
    TRACKED = ("name", "title", "phone", "mobile", "email", "wechat", "birthday",
               "decision_role", "is_primary", "note")  # fmt: skip

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[Name]
    title: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(60))
    mobile: Mapped[str | None] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    # Further numbers and addresses: {"kind", "label", "value"}; never changed in place.
    reaches: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, server_default="[]")
    wechat: Mapped[str | None] = mapped_column(String(60))
    birthday: Mapped[date | None] = mapped_column(Date)
    decision_role: Mapped[DecisionRole | None] = mapped_column(stored_by_value(DecisionRole))
    is_primary: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]

    customer: Mapped[Customer] = relationship(back_populates="contacts")

    @classmethod
    def visible_to(cls, user: User) -> Select[Contact]:
        """The contacts at the customers ``user`` knows: not at those in the pool."""
        return cls._at(Customer.known_to(user))

    @classmethod
    def listed_for(cls, user: User) -> Select[Contact]:
        """The same, to read all of them."""
        return cls._at(Customer.all_known_to(user))

    @classmethod
    def _at(cls, customers: ColumnElement[bool]) -> Select[Contact]:
        chosen = select(cls).join(cls.customer)
        return chosen.where(cls.trashed_at.is_(None), Customer.trashed_at.is_(None), customers)

    @classmethod
    def for_changes(cls) -> tuple[Any, ...]:
        """Loading options for many that are to be changed: who may is asked of each's customer."""
        from crm.models.user import User

        customer = joinedload(cls.customer)
        return (customer.joinedload(Customer.owner).joinedload(User.team),
                customer.selectinload(Customer.collaborators))  # fmt: skip

    @classmethod
    def trash_of(cls, user: User) -> Select[Contact]:
        """What lies in the trash, at the customers ``user`` knows, newest first."""
        return (
            select(cls)
            .join(cls.customer)
            .where(cls.in_trash(), Customer.known_to(user))
            .order_by(cls.trashed_at.desc())
        )

    @classmethod
    def at(cls, customer: Customer) -> Select[Contact]:
        """The contacts of one customer, the primary one first."""
        return (
            select(cls)
            .where(cls.customer_id == customer.id, cls.trashed_at.is_(None))
            .order_by(cls.is_primary.desc(), cls.sort_name)
        )

    @classmethod
    def known_at(cls, customer: Customer, user: User) -> Select[Contact]:
        """The contacts of one customer that ``user`` knows, the primary one first."""
        visible = cls.visible_to(user).where(cls.customer_id == customer.id)
        return visible.order_by(cls.is_primary.desc(), cls.sort_name)

    @classmethod
    def register(cls, contact: Contact, *, by: User | None, historic: bool = False) -> Contact:
        """Take a new contact into the books."""
        if contact.custom is None:  # no form asked
            contact.set_defaults()
        db.session.add(contact)
        Event.record(
            Action.CONTACT_CREATED, contact, by=by, historic=historic, name=contact.name
        )  # fmt: skip
        if contact.is_primary:
            contact.make_primary(by=by, historic=historic)
        return contact

    @property
    def further(self) -> list[Reach]:
        """The numbers and addresses besides mobile, phone and e-mail."""
        return [
            Reach(ReachKind(each["kind"]), each["label"], each["value"])
            for each in self.reaches or ()
        ]

    @further.setter
    def further(self, reaches: Iterable[Reach]) -> None:
        self.reaches = [dict(each._asdict(), kind=each.kind.value) for each in reaches]

    @property
    def further_written(self) -> str:
        """All of them in one line, as lists and exports have it."""
        return "; ".join(map(str, self.further))

    @property
    def further_values(self) -> str:
        """What of them is searched."""
        return " ".join(each.value for each in self.further)

    def reached_by(self, kind: ReachKind) -> list[str]:
        """All numbers, or all addresses, the first first."""
        own = (self.mobile, self.phone) if kind == ReachKind.PHONE else (self.email,)
        further = (each.value for each in self.further if each.kind == kind)
        return list(dict.fromkeys(value for value in (*own, *further) if value))

    @classmethod
    def can_be_reached_by(cls, kind: ReachKind) -> ColumnElement[bool]:
        """The condition that there is such a number, or address: that ``reached_by`` finds one.

        JSON stands as ``json.dumps`` wrote it; the quotes within a value have a backslash.
        """
        own = (cls.mobile, cls.phone) if kind == ReachKind.PHONE else (cls.email,)
        further = cast(cls.reaches, String).like(f'%"kind": "{kind.value}"%')
        return or_(*(func.coalesce(each, "") != "" for each in own), further)

    def move_to(self, customer: Customer, *, by: User | None, historic: bool = False) -> None:
        """They work at another firm now; what was noted with them stays where it happened."""
        if customer is self.customer:
            return
        left, self.customer, self.is_primary = self.customer, customer, False
        for subject in (left, self):
            Event.record(
                Action.CONTACT_MOVED, subject, by=by, historic=historic,
                name=self.name, left=left.name, entered=customer.name,
            )  # fmt: skip

    def make_primary(self, *, by: User | None, historic: bool = False) -> None:
        """The one to ask first; there is one at each customer."""
        db.session.flush()  # the statement below excludes this contact by its id
        others = select(Contact).where(
            Contact.customer_id == self.customer_id, Contact.id != self.id, Contact.is_primary
        )
        for other in db.session.scalars(others):
            other.is_primary = False
            other.note_changes(by=by, historic=historic)
        self.is_primary = True

    def note_changes(self, *, by: User | None, historic: bool = False) -> None:
        """Record the pending changes, if there are any."""
        own = changes_of(self, self.TRACKED) | self._changed_reaches()
        if changes := own | self.custom_changes() | self.tag_changes():
            Event.record(Action.CONTACT_CHANGED, self, by=by, historic=historic,
                         name=self.name, changes=changes)  # fmt: skip
            if self.is_primary and "is_primary" in changes:
                self.make_primary(by=by, historic=historic)

    def _changed_reaches(self) -> dict[str, list[str]]:
        history = inspect(self).attrs.reaches.history
        old, new = ((side[0] if side else None) or [] for side in (history.deleted, history.added))
        if not history.has_changes() or old == new:
            return {}
        said = [
            ", ".join(
                str(Reach(ReachKind(each["kind"]), each["label"], each["value"])) for each in side
            )
            for side in (old, new)
        ]
        return {"reaches": said}

    def __str__(self) -> str:
        return self.name
