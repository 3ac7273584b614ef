"""The public pool (公海): customers without an owner, and the rules of their return to it.

The pool is off until the company sets how many customers a person may own. A customer nobody has
been in touch with for its grade's days goes back to the pool, after a warning; not one with an open
deal. Who lost a customer so cannot claim it again for a while.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Date, ForeignKey, Index, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.verb_refused import VerbRefused

if TYPE_CHECKING:
    from crm.models.customer import Customer
    from crm.models.option import Option
    from crm.models.ownership import Ownership
    from crm.models.user import User

WARNED_BEFORE = timedelta(days=7)
# A rule counts at least as many days as make a warning, and at most ten years.
LEAST_SILENCE, MOST_SILENCE = 8, 3650
# So long a customer that was given to the pool by mistake can be taken back.
UNDOABLE_FOR = timedelta(days=1)


class PoolRefused(VerbRefused):
    """A customer cannot be claimed; ``reason`` is a word the pages explain."""


class PoolRule(Base):
    """After how many days without contact customers of a grade go back to the pool."""

    __tablename__ = "pool_rule"

    id: Mapped[Key]
    # None: customers without a grade.
    grade_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"), unique=True)
    days: Mapped[int]

    grade: Mapped[Option | None] = relationship()

    @classmethod
    def all_of(cls) -> dict[int | None, int]:
        """The rules in force: grade's id → days."""
        rows = db.session.execute(select(cls.grade_id, cls.days))
        return {row.grade_id: row.days for row in rows}

    @classmethod
    def set_all(cls, wanted: dict[Option | None, int]) -> dict[str, list[str]]:
        """Let these be the rules: what changed by it, as a history keeps it."""
        rules = {rule.grade: rule for rule in db.session.scalars(select(cls).order_by(cls.id))}
        before = _in_words({grade: rule.days for grade, rule in rules.items()})
        for grade, rule in rules.items():
            if grade in wanted:
                rule.days = wanted[grade]
            else:
                db.session.delete(rule)
        db.session.add_all(
            cls(grade=grade, days=days) for grade, days in wanted.items() if grade not in rules
        )
        after = _in_words(wanted)
        return {"pool_rules": [before, after]} if before != after else {}


class PoolWarning(Base):
    """An owner was told that a customer goes back to the pool unless they get in touch."""

    __tablename__ = "pool_warning"
    __table_args__ = (Index(None, "customer_id", "at"), Index(None, "owner_id", "at"))

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    returns_on: Mapped[date] = mapped_column(Date)

    customer: Mapped[Customer] = relationship()
    owner: Mapped[User] = relationship()


class Pooled:
    """The part of a customer that can be in the pool."""

    if TYPE_CHECKING:
        owner: Mapped[User | None]

    def claim(self: Customer, *, by: User) -> None:
        """Take the customer out of the pool; claiming one's own customer changes nothing.

        :raises PoolRefused: the pool is ``off``, somebody else has ``taken`` it, the person owns as
            many as the ``limit`` allows, or lost it and is still ``resting``.
        """
        company = Company.current()
        if self.owner_id == by.id:
            return
        if company.pool_limit is None:
            raise PoolRefused("off")
        if self.owner_id is not None:
            raise PoolRefused("taken")
        _hold(by)
        if _owned_by(by) >= company.pool_limit:
            raise PoolRefused("limit")
        if _lost_lately(self, by, timedelta(days=company.pool_rest_days)):
            raise PoolRefused("resting")
        self.owner = by
        Event.record(Action.CUSTOMER_CLAIMED, self, by=by, name=self.name)

    @property
    def lies_in_pool(self: Customer) -> bool:
        """Whether whoever may can claim it."""
        return self.owner_id is None and Company.current().has_pool

    def release(self: Customer, *, by: User | None, silent_days: int | None = None) -> None:
        """Give the customer to the pool; one that is in it already stays.

        :param silent_days: by rule, after so many days without contact; ``None``: by a person.
        :raises PoolRefused: a deal here stays with its owner in its stage, and so it is ``locked``.
        """
        if self.owner is None:
            return
        if self.locking_deal is not None:
            raise PoolRefused("locked")
        owner, self.owner = self.owner, None
        Event.record(
            Action.CUSTOMER_RELEASED, self, by=by, owner=owner.name, silent_days=silent_days
        )

    def take_back(self: Customer, *, by: User) -> None:
        """Undo what ``by`` gave to the pool within a day, as if nobody had.

        :raises PoolRefused: somebody has ``taken`` it meanwhile, somebody else gave it to the pool,
            it is too ``late``, or its owner claimed others meanwhile, up to the ``limit``.
        """
        if self.owner_id is not None:
            raise PoolRefused("taken")
        last, ended = _last_at_the_pool(self), _last_ownership(self)
        if (
            last is None or last.action is not Action.CUSTOMER_RELEASED or last.by_id != by.id
            or last.at <= clock.now() - UNDOABLE_FOR
            or ended is None or ended.began_at > last.at  # somebody had it between then and now
        ):  # fmt: skip
            raise PoolRefused("late")
        if _has_filled_up(ended.owner, last.at):
            raise PoolRefused("limit")
        self.owner = ended.owner
        db.session.flush()  # the ownership that the flush began gives way to the one that goes on
        ended.go_on()
        Event.record(Action.CUSTOMER_TAKEN_BACK, self, by=by, owner=ended.owner.name)


def _in_words(rules: dict[Option | None, int]) -> str:
    """``A 30, B 60``, in both languages, as a history keeps it."""
    if not rules:
        return ""
    ordered = sorted(rules.items(), key=lambda rule: rule[0].position if rule[0] else 2**30)
    return "\n".join(
        ", ".join(f"{grade.label(language) if grade else '—'} {days}" for grade, days in ordered)
        for language in ("zh", "en")
    )


def _hold(user: User) -> None:
    """Let who claims two at once claim one after the other: the limit counts both."""
    from crm.models.user import User

    db.session.execute(select(User.id).where(User.id == user.id).with_for_update())


def _last_at_the_pool(customer: Customer) -> Event | None:
    """What went in or out last: how ``customer`` came to lie there, if anybody gave it."""
    passages = (Action.CUSTOMER_RELEASED, Action.CUSTOMER_CLAIMED, Action.CUSTOMER_TAKEN_BACK)
    happened = Event.about(customer.__tablename__, customer.id)
    return db.session.scalar(happened.where(Event.action.in_(passages)).limit(1))


def _last_ownership(customer: Customer) -> Ownership | None:
    from crm.models.ownership import Ownership

    return db.session.scalar(Ownership.of(customer).limit(1))


def _owned_by(user: User) -> int:
    from crm.models.customer import Customer

    # What lies in the trash can come back from there; what was merged into another cannot.
    there = or_(Customer.trashed_at.is_(None), Customer.in_trash())
    owned = Customer.owner_id == user.id, there
    return db.session.scalar(select(func.count(Customer.id)).where(*owned)) or 0


def _has_filled_up(owner: User, since: datetime) -> bool:
    """Whether ``owner`` claimed others since then, and has as many by now as the limit allows."""
    limit = Company.current().pool_limit
    claimed = select(Event.id).where(
        Event.action == Action.CUSTOMER_CLAIMED, Event.by_id == owner.id, Event.at >= since
    )
    _hold(owner)
    return (
        limit is not None
        and db.session.scalar(claimed.limit(1)) is not None
        and _owned_by(owner) >= limit
    )


def _lost_lately(customer: Customer, user: User, rest: timedelta) -> bool:
    from crm.models.ownership import Ownership

    lost = select(Ownership.id).where(
        Ownership.customer_id == customer.id,
        Ownership.owner_id == user.id,
        Ownership.ended_at > clock.now() - rest,
    )
    return db.session.scalar(lost.limit(1)) is not None
