"""Twins: who is perhaps here already while a customer or a contact is typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from crm.extensions import db
from crm.folding import fold
from crm.likenesses import LikenessKind, likenesses, phone_key
from crm.models import Contact, Customer, ReachKind, User
from crm.models.likeness import Likeness

# How many are shown while somebody types.
SHOWN = 5
SURENESS = {kind: place for place, kind in enumerate(LikenessKind)}
# By these a form asks before it saves; by the others it only tells.
SURE = {LikenessKind.NAME, LikenessKind.PHONE}


@dataclass(frozen=True)
class Likely:
    """A customer that is perhaps the one being typed; ``is_visible``: it may be opened."""

    customer: Customer
    kind: LikenessKind
    is_visible: bool


@dataclass(frozen=True)
class Typed:
    """What a form says of a customer or a contact so far."""

    name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    website: str = ""
    # Whose contact is typed, if it is one.
    at: Customer | None = None

    @property
    def likenesses(self) -> set[tuple[LikenessKind, str]]:
        """By what the customer would be recognised; the name of a contact says nothing of it."""
        name = "" if self.at else self.name
        return likenesses(name=name, phones=self.phones, emails=self.emails, website=self.website)


@dataclass(frozen=True)
class Here:
    """Who is perhaps here already."""

    customers: Sequence[Likely] = ()
    contacts: Sequence[Contact] = ()

    def __bool__(self) -> bool:
        return bool(self.customers or self.contacts)

    @property
    def ids(self) -> str:
        """The surest of them, as a form says that its writer has seen them."""
        sure = [f"{twin.customer.id}" for twin in self.customers if twin.kind in SURE]
        return ",".join(sorted([*sure, *(f"c{contact.id}" for contact in self.contacts)]))


def here_already(typed: Typed, user: User) -> Here:
    """Who is perhaps here already, of customers and of the contacts at the same one."""
    besides = typed.at.id if typed.at else None
    contacts = likely_contacts(typed, user) if typed.at else []
    return Here(likely_twins(typed.likenesses, user, besides=besides), contacts)


def likely_twins(
    found: Collection[tuple[LikenessKind, str]], user: User, *, besides: int | None = None
) -> list[Likely]:
    """Who shares one of the likenesses ``found``, the surest first.

    Customers that ``user`` may not see are among them: that the firm is taken, and by whom, must be
    known before it is entered twice. Pages show no more than their name and owner.

    :param besides: the id of the customer that is being edited.
    """
    if not found:
        return []
    alike = Likeness.of_customers().subquery()
    rows = db.session.execute(
        select(alike.c.kind, alike.c.customer_id).where(
            tuple_(alike.c.kind, alike.c.value).in_(sorted(found)),
            alike.c.customer_id != (besides or 0),
        )
    ).all()
    surest: dict[int, LikenessKind] = {}
    for kind, customer_id in sorted(rows, key=lambda row: SURENESS[row.kind]):
        surest.setdefault(customer_id, kind)
    ids = list(surest)[:SHOWN]
    customers = {
        customer.id: customer
        for customer in db.session.scalars(
            select(Customer).where(Customer.id.in_(ids)).options(*Customer.for_list())
        )
    }
    visible = set(
        db.session.scalars(
            Customer.visible_to(user).where(Customer.id.in_(ids)).with_only_columns(Customer.id)
        )
    )
    return [Likely(customers[id], surest[id], id in visible) for id in ids]


def likely_contacts(typed: Typed, user: User) -> list[Contact]:
    """Who is at the customer already, by the same name, number or mail address."""
    assert typed.at is not None
    numbers = {phone_key(phone) for phone in typed.phones} - {""}
    emails, name = set(map(str.lower, typed.emails)), fold(typed.name)
    return [
        contact
        for contact in db.session.scalars(Contact.known_at(typed.at, user))
        if (name and fold(contact.name) == name)
        or emails & set(map(str.lower, contact.reached_by(ReachKind.EMAIL)))
        or numbers & set(map(phone_key, contact.reached_by(ReachKind.PHONE)))
    ][:SHOWN]
