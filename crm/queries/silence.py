"""What the rules of the pool say: whose customers go there, and who is warned of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm import clock
from crm.extensions import db
from crm.filters.silence import last_contact
from crm.models import Company, Customer, Deal, Notification, NotificationKind, User
from crm.models.ownership import Ownership
from crm.models.pool import WARNED_BEFORE, PoolRule, PoolWarning


class Silent(NamedTuple):
    """A customer, from when its days count, and after how many days of that it is given away."""

    customer: Customer
    since: datetime
    limit: int
    # The last warning to its owner, be it about this silence or another.
    warned_last: PoolWarning | None

    @property
    def days(self) -> int:
        return (clock.now() - self.since).days

    @property
    def warned(self) -> PoolWarning | None:
        """The warning to this owner about this silence."""
        last = self.warned_last
        return last if last is not None and last.at > self.since else None

    @property
    def returns_on(self) -> date:
        return Company.current().day_of(self.since + timedelta(days=self.limit))


def counts_since() -> ColumnElement[Any]:
    """From when the days of the pool count: the last contact, or when it came to its owner."""
    contacted = last_contact()
    came = (
        select(func.max(Ownership.began_at))
        .where(Ownership.customer_id == Customer.id, Ownership.ended_at.is_(None))
        .scalar_subquery()
    )
    owned = func.coalesce(came, Customer.created_at)
    return case((contacted > owned, contacted), else_=owned)


def due_for_the_pool(*, within: timedelta = timedelta(0)) -> Sequence[Silent]:
    """The customers that go to the pool now, or ``within`` that time, the longest silent first."""
    since = counts_since().label("since")
    silent = (
        select(Customer, since, PoolRule.days, PoolWarning)
        .outerjoin(PoolWarning, PoolWarning.id == _last_warning())
        .join(
            PoolRule,
            or_(
                PoolRule.grade_id == Customer.grade_id,
                PoolRule.grade_id.is_(None) & Customer.grade_id.is_(None),
            ),
        )
        .where(
            Customer.trashed_at.is_(None),
            Customer.owner_id.is_not(None),
            ~_has_open_deal(),
        )
        .options(joinedload(Customer.owner))
        .order_by(since, Customer.id)
    )
    horizon = clock.now() + within
    found: list[Silent] = []
    for days in db.session.scalars(select(PoolRule.days).distinct()):
        rows = db.session.execute(
            silent.where(PoolRule.days == days, counts_since() <= horizon - timedelta(days=days))
        )
        found += [Silent(*row) for row in rows]
    return sorted(found, key=lambda row: (row.since, row.customer.id))


def keep_the_pool() -> None:
    """Warn the owners of customers that are about to go, and take back those that were warned of.

    The worker runs this once a day. A customer is warned of a week before it goes, or, where the
    rule is younger than its silence, a week before it goes at all: nobody loses one unawares.
    """
    if Company.current().pool_limit is None:
        return
    now = clock.now()
    told: dict[int, User] = {}
    for silent in due_for_the_pool(within=WARNED_BEFORE):
        customer, owner = silent.customer, silent.customer.owner
        assert owner is not None
        warned = silent.warned
        if warned is None:
            goes = max(silent.returns_on, Company.current().day_of(now + WARNED_BEFORE))
            db.session.add(PoolWarning(customer=customer, owner=owner, returns_on=goes))
            told[owner.id] = owner
        elif warned.returns_on <= Company.current().today():
            customer.release(by=None, silent_days=silent.days)
    db.session.flush()  # the mails name what was written above
    for owner in (each for each in told.values() if each.is_active):
        day = Company.current().today().toordinal()
        Notification.tell(owner, NotificationKind.POOL_WARNING, owner, cause=f"day {day}", day=day)


def warnings_to(owner: User) -> Select[PoolWarning]:
    """What ``owner`` was warned of and has not been in touch with since, the soonest first."""
    return (
        select(PoolWarning)
        .join(PoolWarning.customer)
        .where(
            PoolWarning.owner_id == owner.id,
            Customer.owner_id == owner.id,
            Customer.trashed_at.is_(None),
            PoolWarning.at > counts_since(),
            ~_has_open_deal(),
        )
        .options(contains_eager(PoolWarning.customer))
        .order_by(PoolWarning.returns_on, PoolWarning.id)
    )


def warning_of(customer: Customer) -> PoolWarning | None:
    """The warning that still holds of ``customer``, if there is one."""
    if customer.owner is None:
        return None
    of_it = warnings_to(customer.owner).where(PoolWarning.customer_id == customer.id)
    return db.session.scalar(of_it.order_by(None).order_by(PoolWarning.id.desc()).limit(1))


def warnings_of(owner: User, day: date) -> Sequence[PoolWarning]:
    """What ``owner`` was warned of on ``day`` and still is to lose, the soonest first."""
    zone = Company.current().timezone
    begin, end = (clock.start_of(each, zone) for each in (day, day + timedelta(days=1)))
    that_day = warnings_to(owner).where(PoolWarning.at >= begin, PoolWarning.at < end)
    return db.session.scalars(that_day).all()


def _has_open_deal() -> ColumnElement[bool]:
    """The condition that a deal with the customer is open."""
    open_deal = select(Deal.id).where(
        Deal.customer_id == Customer.id, Deal.closed_at.is_(None), Deal.trashed_at.is_(None)
    )
    return open_deal.exists()


def _last_warning() -> ScalarSelect[int]:
    """The id of the last warning to the owner of a customer."""
    return (
        select(func.max(PoolWarning.id))
        .where(PoolWarning.customer_id == Customer.id, PoolWarning.owner_id == Customer.owner_id)
        .correlate(Customer)
        .scalar_subquery()
    )
