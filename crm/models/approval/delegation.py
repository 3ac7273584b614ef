"""Delegations: who decides for somebody who is away, from one day to another."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Select, or_, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, Timestamped
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.user import User
from crm.models.verb_refused import VerbRefused


class DelegationRefused(VerbRefused):
    """``reason``: ``self``, ``left``, ``days`` or ``overlap``."""


class Delegation(Timestamped, Base):
    __tablename__ = "delegation"
    __table_args__ = (
        Index(None, "user_id", "first", "last"),
        CheckConstraint("first <= last", name="days_in_order"),
        CheckConstraint("user_id <> delegate_id", name="to_somebody_else"),
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    delegate_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    # The company's days, both of them included.
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    note: Mapped[str | None]
    # Taken back before its last day.
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    delegate: Mapped[User] = relationship(foreign_keys=[delegate_id])

    @classmethod
    def begin(
        cls, user: User, delegate: User, first: date, last: date, *, by: User,
        note: str | None = None,
    ) -> Delegation:  # fmt: skip
        """``delegate`` decides for ``user`` on these days. What waits already is theirs, too, as
        soon as the first day has come (``pressing.hand_over_of``).

        :raises DelegationRefused: to oneself, to who has left, on no days or on days gone by, or
            where somebody decides for them on one of these days already.
        """
        if user.id == delegate.id:
            raise DelegationRefused("self")
        if not delegate.is_active:
            raise DelegationRefused("left")
        if last < first or last < Company.current().today():
            raise DelegationRefused("days")
        db.session.execute(select(User.id).where(User.id == user.id).with_for_update())
        together = cls.of(user).where(cls.first <= last, cls.last >= first)
        if db.session.scalar(together.limit(1)) is not None:
            raise DelegationRefused("overlap")
        delegation = cls(
            user_id=user.id, delegate_id=delegate.id, first=first, last=last, note=note or None
        )
        db.session.add(delegation)
        Event.record(
            Action.DELEGATION_BEGUN, delegation, by=by, name=user.name, delegate=delegate.name,
            first=first.isoformat(), last=last.isoformat(),
        )  # fmt: skip
        return delegation

    @classmethod
    def of(cls, user: User) -> Select[Delegation]:
        """Those of ``user`` that were not taken back, the next one first."""
        return (
            select(cls)
            .where(cls.user_id == user.id, cls.ended_at.is_(None))
            .options(joinedload(cls.delegate))
            .order_by(cls.first, cls.id)
        )

    @classmethod
    def visible_to(cls, user: User) -> Select[Delegation]:
        """One's own, and those by which one decides for others; administrators see all."""
        chosen = select(cls)
        if user.is_administrator:
            return chosen
        return chosen.where(or_(cls.user_id == user.id, cls.delegate_id == user.id))

    @classmethod
    def in_force(cls, day: date) -> Select[Delegation]:
        """Those of this day."""
        return select(cls).where(cls.ended_at.is_(None), cls.first <= day, cls.last >= day)

    @classmethod
    def stand_in_for(cls, person: User, day: date, *, never: set[int]) -> User | None:
        """Who decides for ``person`` on ``day``: the delegate, or who decides for that one.

        :param never: the ids of those who cannot: the claimant. Whoever comes before them decides.
        """
        seen, found = {person.id} | never, None
        current = person
        while True:
            delegation = db.session.scalar(
                cls.in_force(day).where(cls.user_id == current.id).limit(1)
            )
            if delegation is None or delegation.delegate_id in seen:
                return found
            if not delegation.delegate.is_active:
                return found
            current = found = delegation.delegate
            seen.add(current.id)

    @classmethod
    def deciding_for(cls, person: User, *never: int) -> User:
        """``person``, or who decides for them while they are away; never who has one of these ids:
        the claimant, and whose part it is."""
        today = Company.current().today()
        return cls.stand_in_for(person, today, never=set(never)) or person

    def is_on(self, day: date) -> bool:
        """Whether it holds on ``day``."""
        return self.ended_at is None and self.first <= day <= self.last

    def end(self, *, by: User) -> None:
        """Take it back: what was handed over stays where it is."""
        if self.ended_at is None:
            self.ended_at = clock.now()
            Event.record(
                Action.DELEGATION_ENDED, self, by=by, name=self.user.name,
                delegate=self.delegate.name,
            )  # fmt: skip
