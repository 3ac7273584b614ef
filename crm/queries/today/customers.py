"""Customers that go cold, and birthdays at those that are one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, exists, extract, func, literal, or_
from sqlalchemy.orm import contains_eager, joinedload

from crm import clock
from crm.base import UTCDateTime
from crm.extensions import db
from crm.filters.silence import silent_since
from crm.models import Company, Contact, Customer, Deal, Option, PoolWarning, User
from crm.queries.birthdays import days_of_birth
from crm.queries.few import Few
from crm.queries.silence import warnings_to
from crm.queries.today.length import SHOWN

# After so many days without contact a customer of this grade goes cold.
COLD_AFTER = {"a": 14, "b": 30}
COLD_AFTER_OTHERWISE = 60
BIRTHDAYS = 7


@dataclass(frozen=True)
class Cold:
    """A customer, when somebody last was in touch, and whether a deal is open there."""

    customer: Customer
    since: datetime
    has_deal: bool

    @property
    def days(self) -> int:
        return (clock.now() - self.since).days


@dataclass(frozen=True)
class Birthday:
    contact: Contact
    day: date


def cold_of(user: User) -> Few[Cold]:
    """One's own customers that nobody has been in touch with, first where most is at stake."""
    now = clock.now()
    since = silent_since()  # of one's own customers one knows everything
    has_deal = exists().where(
        Deal.customer_id == Customer.id, Deal.closed_at.is_(None), Deal.trashed_at.is_(None)
    )
    code = func.coalesce(Option.code, "")
    limit = case(
        *((code == grade, _moment(now, days)) for grade, days in COLD_AFTER.items()),
        else_=_moment(now, COLD_AFTER_OTHERWISE),
    )
    chosen = (
        Customer.visible_to(user)
        .outerjoin(Option, Option.id == Customer.grade_id)
        .where(Customer.owner_id == user.id, since < limit)
    )
    first = case((has_deal, 0), else_=1) + case((code == "a", 0), else_=1)
    rows = db.session.execute(
        chosen.add_columns(since, has_deal, func.count().over())
        .order_by(first, since, Customer.id)
        .options(joinedload(Customer.grade))
        .limit(SHOWN)
    ).all()
    return Few([Cold(*row) for *row, _ in rows], rows[0][-1] if rows else 0)


def leaving_of(user: User) -> Few[PoolWarning]:
    """One's own customers that go to the public pool, the soonest first."""
    if not Company.current().has_pool:
        return Few.none()
    load = contains_eager(PoolWarning.customer).joinedload(Customer.grade)
    return Few.of(warnings_to(user), load, shown=SHOWN)


def birthdays_of(user: User) -> Sequence[Birthday]:
    """Whose birthday it is at one's own customers within a week: the next ones, first the first."""
    today = Company.current().today()
    days = days_of_birth(today + timedelta(days=number) for number in range(BIRTHDAYS))
    month, day = extract("month", Contact.birthday), extract("day", Contact.birthday)
    born_on = [and_(month == each, day == of_month) for each, of_month in days]
    contacts = db.session.scalars(
        Contact.visible_to(user)
        .where(Customer.owner_id == user.id, or_(*born_on))
        .order_by(case(*((born, place) for place, born in enumerate(born_on))), Contact.id)
        .options(contains_eager(Contact.customer))
        .limit(SHOWN)
    )
    return [Birthday(one, days[one.birthday.month, one.birthday.day]) for one in contacts
            if one.birthday]  # fmt: skip


def _moment(now: datetime, days: int):  # type: ignore[no-untyped-def]
    return literal(now - timedelta(days=days), UTCDateTime())
