"""Timelines: what happened to a record and to what hangs on it, as far as the reader may know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Self

from flask_babel import to_user_timezone
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from crm.base import money_sum
from crm.extensions import db
from crm.models import (
    Action,
    Activity,
    Advance,
    Attachment,
    Contact,
    Customer,
    Deal,
    Event,
    ExpenseClaim,
    ExpenseItem,
    ExpenseRate,
    Option,
    ReminderRule,
    Task,
    User,
)

SHOWN = 40
MOST = 1_000
MOST_CLAIMS = 200


class Kind(StrEnum):
    """What a timeline can be narrowed to; each by the records that its events are about."""

    ACTIVITIES = "activities"
    DEALS = "deals"
    TASKS = "tasks"
    CLAIMS = "claims"
    MAILS = "mails"
    FILES = "files"
    CHANGES = "changes"


SUBJECTS: dict[Kind, tuple[str, ...]] = {
    Kind.ACTIVITIES: (Activity.__tablename__,),
    Kind.DEALS: (Deal.__tablename__,),
    Kind.TASKS: (Task.__tablename__,),
    Kind.CLAIMS: (ExpenseClaim.__tablename__,),
    Kind.MAILS: (Activity.__tablename__,),
    Kind.FILES: (Attachment.__tablename__,),
    Kind.CHANGES: (Customer.__tablename__, Contact.__tablename__),
}
# Of a claim the customer's page tells what was decided, not how it was written.
OF_CLAIMS = (
    Action.CLAIM_SUBMITTED, Action.CLAIM_APPROVED, Action.CLAIM_REJECTED,
    Action.CLAIM_RETURNED, Action.CLAIM_PAID,
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What the address asks a timeline to show."""

    kind: Kind | None = None
    count: int = SHOWN
    # The event before which it begins: how what is older than ``MOST`` events is reached.
    before: int | None = None

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> Self:
        """Leniently: what cannot be understood is as if it were not there."""
        kind, count = args.get("show", ""), args.get("events", "")
        known = kind in list(Kind)
        number = int(count) if count.isdecimal() and len(count) < 5 else SHOWN
        before = args.get("before", "")
        place = int(before) if before.isdecimal() and len(before) < 10 else None
        return cls(Kind(kind) if known else None, min(max(SHOWN, number), MOST), place)


@dataclass(frozen=True)
class Timeline:
    """The latest events, newest first, and what else could be shown."""

    events: Sequence[Event]
    wanted: Wanted
    kinds: Sequence[Kind]
    has_older: bool
    # The id of the last event looked at.
    last: int | None = None
    # What the events are about, as it is now: activities by id, files by id, and what the claims
    # cost this record by their ids.
    activities: Mapping[int, Activity] = field(default_factory=dict)
    files: Mapping[int, Attachment] = field(default_factory=dict)
    costs: Mapping[int, Decimal] = field(default_factory=dict)

    def activity_of(self, event: Event) -> Activity | None:
        """The activity that ``event`` tells of, as it is now."""
        return self.activities.get(event.subject_id)

    def files_of(self, event: Event) -> list[Attachment]:
        """The files that came with ``event`` and that its reader may see."""
        if event.action is Action.FILE_ADDED:
            return [self.files[id] for id in _ids_in(event) if id in self.files]
        here = (file for file in self.files.values() if file.record_kind == event.subject_kind)
        return [file for file in here if file.record_id == event.subject_id]

    def cost_of(self, event: Event) -> Decimal | None:
        """What the claim of ``event`` costs this record, of a claim's event alone."""
        if event.subject_kind != ExpenseClaim.__tablename__:
            return None
        return self.costs.get(event.subject_id)

    @property
    def days(self) -> Iterator[tuple[date, Iterator[Event]]]:
        """The events day by day, in the reader's zone."""
        return groupby(self.events, key=lambda event: to_user_timezone(event.at).date())

    def args(self, kind: Kind | None, *, more: bool = False) -> dict[str, str]:
        """The query arguments that show ``kind``, or more than the events that are shown now."""
        args = {"show": kind.value} if kind else {}
        if not more:
            return args
        if self.wanted.count >= MOST:
            return args | {"before": str(self.last)}
        if self.wanted.before is not None:
            args["before"] = str(self.wanted.before)
        return args | {"events": str(min(3 * self.wanted.count, MOST))}


def of_customer(customer: Customer, user: User, wanted: Wanted) -> Timeline:
    """The latest events at ``customer`` that ``user`` may know of.

    Who looks after the customer knows everything; who sees it only because of an own deal knows
    of the customer itself, of what they did, and of the deals they see. Who finds it in the pool
    knows of the firm, not of its people.
    """
    happened = Event.customer_id == customer.id
    this = select(Customer.id).where(Customer.id == customer.id)
    looks_after = db.session.scalar(this.where(Customer.looked_after_by(user, Customer.id)))
    if looks_after is None:
        knows = db.session.scalar(this.where(Customer.known_to(user)))
        subjects = (Customer, Contact) if knows else (Customer,)
        seen = Deal.visible_to(user).with_only_columns(Deal.id)
        happened &= or_(
            Event.by_id == user.id,
            Event.deal_id.in_(seen),
            and_(
                Event.deal_id.is_(None),
                Event.subject_kind.in_([subject.__tablename__ for subject in subjects]),
            ),
        )
    costs = _costs(user, ExpenseItem.customer_id == customer.id)
    return _latest(_with_claims(happened, costs), user, wanted, tuple(Kind), costs)


def of_deal(deal: Deal, user: User, wanted: Wanted) -> Timeline:
    """The latest events of ``deal`` and of what hangs on it, but for tasks ``user`` cannot see."""
    costs = _costs(user, ExpenseItem.deal_id == deal.id)
    kinds = tuple(kind for kind in Kind if kind is not Kind.CHANGES)
    return _latest(_with_claims(Event.deal_id == deal.id, costs), user, wanted, kinds, costs)


def of_contact(contact: Contact, user: User, wanted: Wanted) -> Timeline:
    """What happened to ``contact``, and the activities with them that ``user`` may see.

    Also at the firms where they were before.
    """
    activities = (
        Activity.visible_to(user)
        .where(Activity.contact_id == contact.id)
        .with_only_columns(Activity.id)
    )
    happened = or_(
        and_(Event.subject_kind == Contact.__tablename__, Event.subject_id == contact.id),
        and_(Event.subject_kind == Activity.__tablename__, Event.subject_id.in_(activities)),
    )
    kinds = (Kind.ACTIVITIES, Kind.MAILS, Kind.CHANGES)
    return _latest(Event.newest_first().where(happened), user, wanted, kinds)


def of_record(
    record: Task | ExpenseClaim | ExpenseRate | Advance | User | ReminderRule, wanted: Wanted
) -> Timeline:
    """What happened to one record by itself: who sees it may know."""
    return _latest(Event.about(record.__tablename__, record.id), None, wanted, ())


def _with_claims(happened: ColumnElement[bool], costs: Mapping[int, Decimal]) -> Select[Event]:
    """The events for which ``happened`` holds, and what was decided about the claims."""
    if costs:
        of_claims = and_(
            Event.subject_kind == ExpenseClaim.__tablename__,
            Event.subject_id.in_(list(costs)),
            Event.action.in_(OF_CLAIMS),
        )
        happened = or_(happened, of_claims)
    return Event.newest_first().where(happened)


def _costs(user: User, about: ColumnElement[bool]) -> dict[int, Decimal]:
    """By claim, the latest ones: what ``user`` may know that was spent on something."""
    sums = (
        ExpenseItem.visible_to(user)
        .where(about, ExpenseItem.counted())
        .with_only_columns(ExpenseItem.claim_id, money_sum(ExpenseItem.base_amount))
        .group_by(ExpenseItem.claim_id)
        .order_by(ExpenseItem.claim_id.desc())
        .limit(MOST_CLAIMS)
    )
    return dict(db.session.execute(sums).all())


def _latest(
    events: Select[Event], user: User | None, wanted: Wanted, kinds: Sequence[Kind],
    costs: Mapping[int, Decimal] | None = None,
) -> Timeline:  # fmt: skip
    """The newest of ``events`` with what they are about.

    :param user: ``None``: nothing but the record itself is in it, which its reader sees.
    """
    if user is not None:
        events = events.where(Event.known_to(user))
    if wanted.kind is not None and wanted.kind in kinds:
        events = events.where(Event.subject_kind.in_(SUBJECTS[wanted.kind]))
        if wanted.kind is Kind.MAILS:
            mails = select(Activity.id).join(Activity.kind).where(Option.code == "mail")
            events = events.where(Event.subject_id.in_(mails))
    if wanted.before is not None and (place := db.session.get(Event, wanted.before)):
        older = and_(Event.at == place.at, Event.id < place.id)
        events = events.where(or_(Event.at < place.at, older))
    rows = db.session.scalars(events.limit(wanted.count + 1)).all()
    shown, has_older = rows[: wanted.count], len(rows) > wanted.count
    activities = _activities(shown)
    taken_back = {activity.id for activity in activities.values() if activity.is_trashed}
    return Timeline(
        [event for event in shown if not _is_taken_back(event, taken_back)],
        wanted, kinds, has_older, shown[-1].id if shown else None,
        activities, _files(shown, user) if user else {}, costs or {},
    )  # fmt: skip


def _activities(events: Sequence[Event]) -> dict[int, Activity]:
    """By id the activities that ``events`` tell of, as they are now, those taken back too."""
    ids = _subjects(events, Activity.__tablename__)
    if not ids:
        return {}
    chosen = select(Activity).where(Activity.id.in_(ids))
    loaded = chosen.options(joinedload(Activity.kind), joinedload(Activity.contact))
    return {activity.id: activity for activity in db.session.scalars(loaded)}


def _is_taken_back(event: Event, taken_back: set[int]) -> bool:
    """Whether it tells of an activity that its author deleted, and not of the deletion."""
    is_about = event.subject_kind == Activity.__tablename__ and event.subject_id in taken_back
    return is_about and event.action is not Action.ACTIVITY_TRASHED


def _files(events: Sequence[Event], user: User) -> dict[int, Attachment]:
    """By id the files that came with ``events``, of those that ``user`` sees."""
    activity_ids = _subjects(events, Activity.__tablename__)
    ids = {id for event in events if event.action is Action.FILE_ADDED for id in _ids_in(event)}
    if not activity_ids and not ids:
        return {}
    came = or_(
        Attachment.id.in_(ids),
        and_(
            Attachment.record_kind == Activity.__tablename__,
            Attachment.record_id.in_(activity_ids),
        ),
    )
    chosen = Attachment.visible_to(user).where(came).order_by(Attachment.id)
    return {file.id: file for file in db.session.scalars(chosen)}


def _subjects(events: Sequence[Event], kind: str) -> set[int]:
    return {event.subject_id for event in events if event.subject_kind == kind}


def _ids_in(event: Event) -> list[int]:
    return [int(id) for id in event.particulars["ids"].split(",")]
