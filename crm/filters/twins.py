"""Twins: who is perhaps here already while a customer or a contact is typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from crm.extensions import db
from crm.folding import fold, pinyin_of
from crm.likenesses import LikenessKind, core_of, is_part, likenesses
from crm.models import Contact, Customer, ReachKind, User
from crm.models.likeness import Likeness
from crm.telephones import phone_key

# How many are shown while somebody types.
SHOWN = 5
# What more firms than these have in their names tells none of them; nor does more of a long one.
CANDIDATES, LONGEST_CORE = 200, 24
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
    if typed.at:
        others = likely_twins(typed.likenesses, user, besides=typed.at.id)
        return Here(others, likely_contacts(typed, user))
    twins = likely_twins(typed.likenesses, user)
    known = {twin.customer.id for twin in twins}
    parts = [twin for twin in named_in_part(typed.name, user) if twin.customer.id not in known]
    return Here([*twins, *parts][:SHOWN])


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


def named_in_part(name: str, user: User) -> list[Likely]:
    """Whose name says more than ``name`` does, or less: 南岭生物 is 合肥南岭生物科技有限公司.

    Only of those that ``user`` may see: a part of a name would lead to many others.
    """
    core = core_of(name)[:LONGEST_CORE]
    if not is_part(core, core):
        return []
    within = select(Likeness.record_id).where(
        Likeness.record_kind == Customer.__tablename__,
        Likeness.kind == LikenessKind.SOUND,
        Likeness.value.in_(_sounds_within(core)),
    )
    seen = Customer.visible_to(user).with_only_columns(Customer.id, Customer.name)
    found = {
        id: len(other)
        for fits in (Customer.named(core), Customer.id.in_(within))
        for id, written in db.session.execute(seen.where(fits).limit(CANDIDATES))
        if is_part(core, other := core_of(written)) or is_part(other, core)
    }
    # The nearest in length are the likeliest.
    ids = sorted(found, key=lambda id: (abs(found[id] - len(core)), id))[:SHOWN]
    customers = db.session.scalars(
        select(Customer).where(Customer.id.in_(ids)).options(*Customer.for_list())
    )
    nearest = sorted(customers, key=lambda customer: ids.index(customer.id))
    return [Likely(customer, LikenessKind.SOUND, is_visible=True) for customer in nearest]


def _sounds_within(core: str) -> list[str]:
    """How the parts of ``core`` sound that may be a firm's whole name."""
    ends = range(1, len(core) + 1)
    parts = {core[start:end] for end in ends for start in range(end)}
    return sorted({pinyin_of(part) for part in parts if is_part(part, core)})


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
