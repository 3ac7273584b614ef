"""What is due by a reminder rule: the records, and for each the cause.

A rule falls due at a record on a day of the company: that of the silence, so many days after the
activity or before the date; a first contact at once. What already was a cause, what somebody said
is enough of, and what lies in the trash is left out; so is a customer with whom a task of the rule
about their silence waits.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import contains_eager

from crm import clock
from crm.extensions import db
from crm.filters.silence import silent_since
from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    Deal,
    ImportEntry,
    ImportRun,
    Outcome,
    OutcomeKind,
    ReminderEnough,
    ReminderFiring,
    ReminderKind,
    ReminderRule,
    ReminderTaker,
    Task,
    User,
)
from crm.models.reminder_rule.dates import cause_of, day_meant, falls_within, field_of
from crm.models.reminder_rule.firing import Fact

# What fell due longer ago is not caught up with, however long nobody looked; for so long a
# customer is new after its hours.
LATE = timedelta(days=31)
NEW_FOR = timedelta(days=7)


class Span(NamedTuple):
    """The days on which something falls due; ``first`` ``None``: whenever it did."""

    first: date | None
    last: date


class Cause(NamedTuple):
    """Why a task is made: what happened, at which record, and what the task is about."""

    fact: Fact
    record: Any  # a customer, contact or deal
    day: date  # that its text may name

    @property
    def customer(self) -> Customer | None:
        """The customer that the record is or belongs to; a deal may have none."""
        customer: Customer | None = self.record.customer
        return customer

    @property
    def deal(self) -> Deal | None:
        return self.record if isinstance(self.record, Deal) else None

    @property
    def owner_id(self) -> int | None:
        """Who looks after the record."""
        if self.deal is not None:
            return self.deal.owner_id
        return self.customer.owner_id if self.customer is not None else None


Found = tuple[Select[Any], Callable[[Any], Cause]]


def due_now(rule: ReminderRule) -> Span:
    """When that fell due of which the rule makes tasks now, or would if all of it counted."""
    return Span(rule.counts_from, Company.current().today())


def causes(
    rule: ReminderRule, span: Span, *, most: int, seen_by: User | None = None
) -> list[Cause]:
    """What falls due by ``rule`` within ``span``, ``most`` of it.

    :param seen_by: only at records that they see; the worker sees all.
    """
    chosen, made = _FOUND[rule.kind](rule, span)
    if seen_by is not None:
        model = chosen.column_descriptions[0]["entity"]
        chosen = chosen.where(model.id.in_(model.visible_to(seen_by).with_only_columns(model.id)))
    return [made(row) for row in db.session.execute(chosen.limit(most)).unique()]


def count(rule: ReminderRule, span: Span) -> int:
    """How much falls due by ``rule`` within ``span``."""
    chosen, _made = _FOUND[rule.kind](rule, span)
    rows = chosen.order_by(None).with_only_columns(literal(1)).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def _silence(rule: ReminderRule, span: Span) -> Found:
    since = _silent_since(rule)
    by_grade = [
        and_(
            Customer.grade_id == each.grade_id if each.grade_id else Customer.grade_id.is_(None),
            *_on_days(since, span, timedelta(days=each.days)),
        )
        for each in rule.grades
    ]
    waiting = select(Task.id).where(
        *_of_silence(rule), Task.done_at.is_(None), Task.trashed_at.is_(None)
    )
    told = select(ReminderFiring.id).where(*_fired(rule, Customer), ReminderFiring.since >= since)
    chosen = (
        select(Customer, since.label("since"))
        .where(or_(false(), *by_grade), *_at_customer(rule), *_not_enough(rule, Customer),
               ~waiting.correlate(Customer).exists(), ~told.correlate(Customer).exists())
        .order_by(Customer.id)
    )  # fmt: skip

    def made(row: Any) -> Cause:
        fact = Fact("customer", row[0].id, f"silent since {row[1].isoformat()}", row[1])
        return Cause(fact, row[0], Company.current().day_of(row[1]))

    return chosen, made


def _silent_since(rule: ReminderRule) -> ColumnElement[Any]:
    """The last contact, or when a task of the rule about its silence was done, if that is later."""
    settled = (
        select(func.max(Task.done_at))
        .where(*_of_silence(rule))
        .correlate(Customer)
        .scalar_subquery()
    )
    since = silent_since()
    return case((settled > since, settled), else_=since)


def _of_silence(rule: ReminderRule) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a task of ``rule`` is about a customer's silence.

    Whichever customer it was made for: with what hangs on one that is merged it moves.
    """
    # No join: SQLite would read all that the rule ever made, for each customer.
    made_by = select(ReminderFiring.rule_id).where(ReminderFiring.id == Task.firing_id)
    return Task.customer_id == Customer.id, made_by.correlate(Task).scalar_subquery() == rule.id


def _activity(rule: ReminderRule, span: Span) -> Found:
    late = Company.current().today() - LATE
    span = Span(max(span.first or late, late), span.last)
    told = select(ReminderFiring.id).where(*_fired(rule, Activity))
    chosen = (
        select(Activity)
        .join(Activity.customer)
        .where(
            Activity.kind_id == rule.activity_kind_id, Activity.trashed_at.is_(None),
            *_on_days(Activity.happened_at, span, timedelta(days=rule.days or 0)),
            *_at_customer(rule), *_not_enough(rule, Customer), ~told.correlate(Activity).exists(),
        )
        .options(contains_eager(Activity.customer))
        .order_by(Activity.happened_at, Activity.id)
    )  # fmt: skip

    def made(row: Any) -> Cause:
        activity: Activity = row[0]
        fact = Fact("activity", activity.id, "activity", activity.happened_at)
        return Cause(fact, activity.customer, Company.current().day_of(activity.happened_at))

    return chosen, made


def _date(rule: ReminderRule, span: Span) -> Found:
    field, today = field_of(rule.date_field or ""), Company.current().today()
    assert field is not None
    before = timedelta(days=rule.days or 0)
    ahead = max(rule.missed_since(today), today - LATE)
    first = max(ahead, span.first + before) if span.first else ahead
    last = max(span.last + before, first)
    offers = span.last + before >= first and field.is_offered
    model, cause = field.model, cause_of(field, first, last, yearly=rule.yearly)
    told = select(ReminderFiring.id).where(*_fired(rule, model), ReminderFiring.cause == cause)
    chosen = (
        select(model, cause.label("cause"))
        .where(
            falls_within(field.text, first, last, yearly=rule.yearly, today=today),
            true() if offers else false(),
            *_of_noun(rule, model), *_not_enough(rule, model), ~told.correlate(model).exists(),
        )
        .order_by(field.text, model.id)
    )  # fmt: skip
    if model is not Customer:
        chosen = chosen.outerjoin(model.customer).options(contains_eager(model.customer))
    if field.key == "deal.expected_close":
        chosen = chosen.where(Deal.closed_at.is_(None))

    def made(row: Any) -> Cause:
        day, zone = day_meant(row[1]), Company.current().timezone
        fact = Fact(model.__tablename__, row[0].id, row[1], clock.start_of(day, zone))
        return Cause(fact, row[0], day)

    return chosen, made


def _first_contact(rule: ReminderRule, span: Span) -> Found:
    hours, zone = timedelta(hours=rule.hours or 0), Company.current().timezone
    begin = clock.now() - hours - NEW_FOR
    if span.first is not None:
        begin = max(begin, clock.start_of(span.first, zone))
    contact = select(Activity.id).where(
        Activity.customer_id == Customer.id, Activity.trashed_at.is_(None)
    )
    imported = (
        select(ImportEntry.id)
        .join(ImportRun)
        .where(
            ImportEntry.record_id == Customer.id, ImportEntry.changes.is_(None),
            func.coalesce(func.nullif(ImportEntry.noun, ""), ImportRun.noun) == "customer",
        )
    )  # fmt: skip
    told = select(ReminderFiring.id).where(*_fired(rule, Customer))
    chosen = (
        select(Customer)
        .where(
            Customer.created_at >= begin,
            Customer.created_at < clock.start_of(span.last + timedelta(days=1), zone),
            *_at_customer(rule), *_not_enough(rule, Customer),
            ~contact.exists(), ~imported.exists(), ~told.correlate(Customer).exists(),
        )
        .order_by(Customer.created_at, Customer.id)
    )  # fmt: skip

    def made(row: Any) -> Cause:
        at = row[0].created_at
        return Cause(Fact("customer", row[0].id, "new", at), row[0], Company.current().day_of(at))

    return chosen, made


_FOUND: dict[ReminderKind, Callable[[ReminderRule, Span], Found]] = {
    ReminderKind.SILENCE: _silence,
    ReminderKind.ACTIVITY: _activity,
    ReminderKind.DATE: _date,
    ReminderKind.FIRST_CONTACT: _first_contact,
}


def _on_days(moment: Any, span: Span, after: timedelta) -> list[ColumnElement[bool]]:
    """The conditions that so long after a moment, counted in the company's days, lies in a span."""
    zone, end = Company.current().timezone, span.last - after + timedelta(days=1)
    conditions = [moment < _literal(clock.start_of(end, zone))]
    if span.first is not None:
        conditions.append(moment >= _literal(clock.start_of(span.first - after, zone)))
    return conditions


def _literal(moment: datetime) -> ColumnElement[Any]:
    return literal(moment, Customer.created_at.type)


def _fired(rule: ReminderRule, model: Any) -> tuple[ColumnElement[bool], ...]:
    """The conditions that ``rule`` fired at a record of ``model``."""
    return (
        ReminderFiring.rule_id == rule.id,
        ReminderFiring.record_kind == model.__tablename__,
        ReminderFiring.record_id == model.id,
    )


def _not_enough(rule: ReminderRule, model: Any) -> tuple[ColumnElement[bool], ...]:
    """The condition that nobody said that ``rule`` is enough at a record of ``model``."""
    said = select(ReminderEnough.id).where(
        ReminderEnough.rule_id == rule.id,
        ReminderEnough.record_kind == model.__tablename__,
        ReminderEnough.record_id == model.id,
    )
    return (~said.correlate(model).exists(),)


def _of_noun(rule: ReminderRule, model: Any) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a record of ``model`` is in use, with an owner where one is needed."""
    if model is Customer:
        return _at_customer(rule)
    if model is Contact:
        return (Contact.trashed_at.is_(None), *_at_customer(rule), *_not_in_pool())
    lost = select(Outcome.id).where(Outcome.deal_id == Deal.id, Outcome.kind == OutcomeKind.LOST)
    in_use = or_(Deal.customer_id.is_(None), Customer.trashed_at.is_(None))
    return Deal.trashed_at.is_(None), in_use, ~lost.exists()


def _not_in_pool() -> tuple[ColumnElement[bool], ...]:
    """The condition that a customer's people are known: of one in the pool no task names them."""
    return (Customer.owner_id.is_not(None),) if Company.current().has_pool else ()


def _at_customer(rule: ReminderRule) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a customer is in use, with an owner where the rule needs one."""
    if rule.taker in (ReminderTaker.OWNER, ReminderTaker.SUPERIOR):
        return Customer.trashed_at.is_(None), Customer.owner_id.is_not(None)
    return (Customer.trashed_at.is_(None),)
