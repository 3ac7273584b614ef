"""What hangs on a customer, a contact or a deal, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func
from sqlalchemy.orm import contains_eager, joinedload

from crm import clock
from crm.base import money_sum
from crm.extensions import db
from crm.filters.quality import Gap, completeness, gaps_of
from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    Merge,
    Outcome,
    OutcomeKind,
    Ownership,
    PoolWarning,
    Task,
    User,
)
from crm.queries import timeline
from crm.queries.few import Few
from crm.queries.group import Group, group_of
from crm.queries.merging import merges_shown
from crm.queries.silence import warning_of
from crm.queries.telephones import Telephone, telephones
from crm.queries.timeline import Timeline, Wanted
from crm.queries.today.customers import COLD_AFTER, COLD_AFTER_OTHERWISE

SHOWN, SHOWN_OWNERSHIPS = 6, 20


@dataclass(frozen=True)
class Spend:
    """What was spent, latest first, and its sum in the base currency."""

    items: Few[Any]
    total: Decimal

    def share_of(self, value: Decimal | None) -> Decimal | None:
        """The spending in percent of ``value``; ``None`` where there is nothing to compare."""
        return self.total * 100 / value if self.total and value else None


@dataclass(frozen=True)
class Sold:
    """A customer's deals in the base currency: what is open, and what was won."""

    open_amount: Decimal
    won_amount: Decimal


@dataclass(frozen=True)
class CustomerView:
    """Everything about one customer that its page shows."""

    customer: Customer
    parent: Customer | None
    contacts: Few[Any]
    open_deals: Few[Any]
    closed_deals: Few[Any]
    tasks: Few[Any]
    spend: Spend
    sold: Sold
    last_contact: datetime | None
    telephone: Telephone | None
    group: Group | None
    # Who looked after it, the latest first.
    ownerships: Sequence[Ownership]
    timeline: Timeline
    # How many contacts whoever claims it from the pool gets to see.
    contacts_hidden: int
    warning: PoolWarning | None
    merges: Sequence[Merge]
    # What is not known of the firm yet; each is called as the field that says it.
    missing: Sequence[Gap]

    @property
    def silent_days(self) -> int:
        """Since when nobody was in touch, as far as the reader knows."""
        return (clock.now() - (self.last_contact or self.customer.created_at)).days

    @property
    def is_cold(self) -> bool:
        """Whether that is longer than a customer of its grade is left alone."""
        grade = self.customer.grade.code if self.customer.grade else ""
        return self.silent_days > COLD_AFTER.get(grade or "", COLD_AFTER_OTHERWISE)

    @property
    def completeness(self) -> int:
        """How much of what one wants to know is known, in percent."""
        return completeness(len(self.missing))


def view_of(customer: Customer, user: User, wanted: Wanted) -> CustomerView:
    """Read what ``user`` may see of ``customer``."""
    deals = Deal.visible_to(user).where(Deal.customer_id == customer.id)
    contacts = Few.of(Contact.known_at(customer, user), shown=SHOWN)
    return CustomerView(
        customer=customer,
        parent=_parent(customer, user),
        contacts=contacts,
        open_deals=open_deals_of(deals),
        closed_deals=_deals(
            deals.where(Deal.closed_at.is_not(None)).order_by(Deal.closed_at.desc())
        ),
        tasks=tasks_of(user, Task.customer_id == customer.id),
        spend=spend_of(user, ExpenseItem.customer_id == customer.id),
        sold=sold_of(deals),
        last_contact=last_contact(user, Activity.customer_id == customer.id),
        telephone=telephones([customer.id], user).get(customer.id),
        group=group_of(customer, user),
        ownerships=db.session.scalars(Ownership.of(customer).limit(SHOWN_OWNERSHIPS)).all(),
        timeline=timeline.of_customer(customer, user, wanted),
        contacts_hidden=_contacts_of(customer) - contacts.total if customer.lies_in_pool else 0,
        warning=warning_of(customer) if Company.current().has_pool else None,
        merges=merges_shown(customer),
        missing=gaps_of(customer),
    )


def _contacts_of(customer: Customer) -> int:
    counted = Contact.at(customer).with_only_columns(func.count()).order_by(None)
    return db.session.scalar(counted) or 0


def _parent(customer: Customer, user: User) -> Customer | None:
    """The group's parent, if there is one that ``user`` may see."""
    if customer.parent_id is None:
        return None
    return db.session.scalar(Customer.visible_to(user).where(Customer.id == customer.parent_id))


@dataclass(frozen=True)
class ContactView:
    """Everything about one contact that its page shows."""

    deals: Few[Any]
    last_contact: datetime | None
    timeline: Timeline


def contact_view(contact: Contact, user: User, wanted: Wanted) -> ContactView:
    """Read what ``user`` may see of ``contact``."""
    return ContactView(
        deals=open_deals_of(Deal.visible_to(user).where(Deal.contact_id == contact.id)),
        last_contact=last_contact(user, Activity.contact_id == contact.id),
        timeline=timeline.of_contact(contact, user, wanted),
    )


def contacts_at(customer_id: int | None, user: User) -> Few[Any]:
    """The contacts at the customer, if there is one that ``user`` may see, the primary first."""
    if customer_id is None:
        return Few.none()
    contacts = Contact.visible_to(user).where(Contact.customer_id == customer_id)
    return Few.of(contacts.order_by(Contact.is_primary.desc(), Contact.sort_name), shown=SHOWN)


def open_deals_of(deals: Select[Any]) -> Few[Any]:
    """The open ones of ``deals``, newest first."""
    return _deals(deals.where(Deal.closed_at.is_(None)).order_by(Deal.created_at.desc()))


def tasks_of(user: User, about: ColumnElement[bool]) -> Few[Any]:
    """The open tasks about something, the one that is due first at the top."""
    chosen = Task.visible_to(user).where(about, Task.done_at.is_(None)).options(*Task.for_list())
    return Few.of(chosen.order_by(Task.due_on.is_(None), Task.due_on, Task.id), shown=SHOWN)


def spend_of(user: User, about: ColumnElement[bool]) -> Spend:
    """What was spent on something: submitted, approved or paid."""
    visible = ExpenseItem.visible_to(user).where(about, ExpenseItem.counted())
    items = visible.options(
        joinedload(ExpenseItem.category),
        contains_eager(ExpenseItem.claim).joinedload(ExpenseClaim.claimant),
    ).order_by(ExpenseItem.spent_on.desc(), ExpenseItem.id.desc())
    total = visible.with_only_columns(money_sum(ExpenseItem.base_amount))
    return Spend(Few.of(items, shown=SHOWN), db.session.scalar(total) or Decimal(0))


def last_contact(user: User, about: ColumnElement[bool]) -> datetime | None:
    """When somebody last spoke with somebody there, as far as ``user`` may know."""
    latest = Activity.visible_to(user).where(about).order_by(Activity.happened_at.desc())
    return db.session.scalar(latest.with_only_columns(Activity.happened_at).limit(1))


def _deals(chosen: Select[Any]) -> Few[Any]:
    return Few.of(chosen, *Deal.for_list(), shown=SHOWN)


def sold_of(deals: Select[Any]) -> Sold:
    """What of ``deals`` is open, and what was won."""
    amounts = deals.outerjoin(Deal.outcome).with_only_columns(
        money_sum(case((Deal.closed_at.is_(None), Deal.base_amount), else_=0)),
        money_sum(case((Outcome.kind == OutcomeKind.WON, Deal.base_amount), else_=0)),
    )
    return Sold(*db.session.execute(amounts).one())
