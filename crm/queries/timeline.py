"""Timelines: what happened to a record and to what hangs on it, as far as the reader may know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Self

from flask_babel import to_user_timezone
from sqlalchemy import Select, and_, or_, select

from crm.extensions import db
from crm.models import Activity, Contact, Customer, Deal, Event, ExpenseClaim, Task, User

SHOWN = 40
MOST = 1_000


class Kind(StrEnum):
    """What a timeline can be narrowed to; each by the records that its events are about."""

    ACTIVITIES = "activities"
    DEALS = "deals"
    TASKS = "tasks"
    CHANGES = "changes"


SUBJECTS: dict[Kind, tuple[str, ...]] = {
    Kind.ACTIVITIES: (Activity.__tablename__,),
    Kind.DEALS: (Deal.__tablename__,),
    Kind.TASKS: (Task.__tablename__,),
    Kind.CHANGES: (Customer.__tablename__, Contact.__tablename__),
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks a timeline to show."""

    kind: Kind | None = None
    count: int = SHOWN

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> Self:
        """Leniently: what cannot be understood is as if it were not there."""
        kind, count = args.get("show", ""), args.get("events", "")
        known = kind in list(Kind)
        number = int(count) if count.isdecimal() and len(count) < 5 else SHOWN
        return cls(Kind(kind) if known else None, min(max(SHOWN, number), MOST))


@dataclass(frozen=True)
class Timeline:
    """The latest events, newest first, and what else could be shown."""

    events: Sequence[Event]
    wanted: Wanted
    kinds: Sequence[Kind]
    has_older: bool

    @property
    def days(self) -> Iterator[tuple[date, Iterator[Event]]]:
        """The events day by day, in the reader's zone."""
        return groupby(self.events, key=lambda event: to_user_timezone(event.at).date())

    def args(self, kind: Kind | None, *, more: bool = False) -> dict[str, str]:
        """The query arguments that show ``kind``, or more of the events that are shown now."""
        args = {"show": kind.value} if kind else {}
        return args | {"events": str(min(3 * self.wanted.count, MOST))} if more else args


def of_customer(customer: Customer, user: User, wanted: Wanted) -> Timeline:
    """The latest events at ``customer`` that ``user`` may know of.

    Who looks after the customer knows everything; who sees it only because of an own deal knows
    of the customer itself, of what they did, and of the deals they see.
    """
    events = Event.at_customer(customer.id).where(Event.known_to(user))
    looks_after = db.session.scalar(
        select(Customer.id).where(
            Customer.id == customer.id, Customer.looked_after_by(user, Customer.id)
        )
    )
    if looks_after is None:
        seen = Deal.visible_to(user).with_only_columns(Deal.id)
        events = events.where(
            or_(
                Event.by_id == user.id,
                Event.deal_id.in_(seen),
                and_(
                    Event.deal_id.is_(None),
                    Event.subject_kind.in_([Customer.__tablename__, Contact.__tablename__]),
                ),
            )
        )
    return _latest(events, wanted, tuple(Kind))


def of_deal(deal: Deal, user: User, wanted: Wanted) -> Timeline:
    """The latest events of ``deal`` and of what hangs on it, but for tasks ``user`` cannot see."""
    events = Event.at_deal(deal.id).where(Event.known_to(user))
    return _latest(events, wanted, (Kind.ACTIVITIES, Kind.DEALS, Kind.TASKS))


def of_contact(contact: Contact, user: User, wanted: Wanted) -> Timeline:
    """What happened to ``contact``, and the activities with them that ``user`` may see."""
    activities = (
        Activity.visible_to(user)
        .where(Activity.contact_id == contact.id)
        .with_only_columns(Activity.id)
    )
    events = Event.at_customer(contact.customer_id).where(
        or_(
            and_(Event.subject_kind == Contact.__tablename__, Event.subject_id == contact.id),
            and_(Event.subject_kind == Activity.__tablename__, Event.subject_id.in_(activities)),
        )
    )
    return _latest(events, wanted, (Kind.ACTIVITIES, Kind.CHANGES))


def of_record(record: Task | ExpenseClaim | User, wanted: Wanted) -> Timeline:
    """What happened to one record by itself: who sees it may know."""
    return _latest(Event.about(record.__tablename__, record.id), wanted, ())


def _latest(events: Select[Event], wanted: Wanted, kinds: Sequence[Kind]) -> Timeline:
    if wanted.kind is not None and wanted.kind in kinds:
        events = events.where(Event.subject_kind.in_(SUBJECTS[wanted.kind]))
    rows = db.session.scalars(events.limit(wanted.count + 1)).all()
    return Timeline(
        rows[: wanted.count], wanted, kinds, len(rows) > wanted.count and wanted.count < MOST
    )
