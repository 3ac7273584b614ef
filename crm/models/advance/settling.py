"""Accounting for advances: what claims set off, and what comes back in cash."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import CheckConstraint, Date, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from crm import clock
from crm.base import Base, Key, money_sum
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.advance import Advance
    from crm.models.expense_claim import ExpenseClaim
    from crm.models.user import User


class Settlement(Base):
    """A part of an advance that is accounted for: by a claim, or by money that came back.

    A repayment that was entered wrongly stays, and so does the counter-entry that takes it back.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        UniqueConstraint("takes_back_id"),
        CheckConstraint(
            "CASE WHEN takes_back_id IS NULL THEN amount > 0 AND reason IS NULL"
            " ELSE amount < 0 AND reason IS NOT NULL AND claim_id IS NULL END",
            name="counter_entry_below_0",
        ),
    )

    id: Mapped[Key]
    advance_id: Mapped[int] = mapped_column(ForeignKey("advance.id"), index=True)
    # None: it came back in cash or by bank, with a reference.
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("expense_claim.id"), index=True)
    # In the base currency; of a counter-entry what it takes back, below 0.
    amount: Mapped[Decimal]
    # When the claim was paid, or the money came back.
    settled_on: Mapped[date] = mapped_column(Date)
    reference: Mapped[str | None] = mapped_column(String(120))
    # Of a counter-entry alone: the repayment that it takes back, and why.
    takes_back_id: Mapped[int | None] = mapped_column(ForeignKey("settlement.id"))
    reason: Mapped[str | None] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    advance: Mapped[Advance] = relationship(back_populates="settlements")
    claim: Mapped[ExpenseClaim | None] = relationship(back_populates="settlements")
    by: Mapped[User] = relationship()
    takes_back: Mapped[Settlement | None] = relationship(
        remote_side="Settlement.id", back_populates="taken_back_by"
    )
    taken_back_by: Mapped[Settlement | None] = relationship(back_populates="takes_back")

    @classmethod
    def repayments_of(cls, advance: Advance) -> Select[Settlement]:
        """What came back of ``advance``, were it taken back since."""
        chosen = select(cls).where(cls.advance_id == advance.id)
        return chosen.where(cls.claim_id.is_(None), cls.takes_back_id.is_(None))

    @property
    def can_be_taken_back(self) -> bool:
        """Whether it is a repayment that still counts."""
        return self.claim_id is None and self.takes_back is None and self.taken_back_by is None


class Settling:
    """The part of an advance that is accounted for."""

    if TYPE_CHECKING:
        settlements: Mapped[list[Settlement]]

    @property
    def settled(self: Advance) -> Decimal:
        """What is accounted for, in the base currency."""
        return sum((each.amount for each in self.settlements), Decimal(0))

    @property
    def outstanding(self: Advance) -> Decimal:
        """What is still to be accounted for, in the base currency; nothing before it is paid."""
        from crm.models.advance import AdvanceState

        return self.base_amount - self.settled if self.state is AdvanceState.PAID else Decimal(0)

    @classmethod
    def outstanding_of(cls, person: User) -> Decimal:
        """What ``person`` has still to account for, in the base currency."""
        return cls.outstanding_of_all({person.id})[person.id]

    @classmethod
    def outstanding_of_all(cls, people: Set[int]) -> dict[int, Decimal]:
        """What each of ``people`` has still to account for, in the base currency: by their ids."""
        from crm.models.advance import Advance, AdvanceState

        theirs = Advance.claimant_id.in_(people), Advance.state == AdvanceState.PAID
        whose = Advance.claimant_id
        paid = select(whose, money_sum(Advance.base_amount)).where(*theirs).group_by(whose)
        settled = (
            select(whose, money_sum(Settlement.amount))
            .join(Settlement.advance).where(*theirs).group_by(whose)
        )  # fmt: skip
        left = dict.fromkeys(people, Decimal(0))
        for person, amount in db.session.execute(paid):
            left[person] += amount
        for person, amount in db.session.execute(settled):
            left[person] -= amount
        return left

    @classmethod
    def under_way_of_all(cls, people: Set[int]) -> dict[int, Decimal]:
        """What each of ``people`` asked for and has not got yet, in the base currency: by ids."""
        from crm.models.advance import UNDER_WAY, Advance

        whose = Advance.claimant_id
        rows = db.session.execute(
            select(whose, money_sum(Advance.base_amount))
            .where(whose.in_(people), Advance.state.in_(UNDER_WAY))
            .group_by(whose)
        )
        return dict.fromkeys(people, Decimal(0)) | dict(rows.all())

    def repay(
        self: Advance, amount: Decimal, reference: str | None, *, by: User, on: date | None = None
    ) -> None:
        """The claimant gives ``amount`` back, in the base currency.

        :param on: the day on which it came back; default: today.
        :raises AdvanceRefused: ``too_much`` or nothing, the ``state``, the books are ``closed`` for
            the day, or it is a ``day`` before the advance was paid or one to come.
        """
        from crm.models.advance import AdvanceRefused, AdvanceState

        if self.state is not AdvanceState.PAID or self.payment is None:
            raise AdvanceRefused("state")
        if not 0 < amount <= self.outstanding:
            raise AdvanceRefused("too_much")
        on = _bookable(on, not_before=self.payment.paid_on)
        self._settle(Settlement(amount=amount, settled_on=on, reference=reference, by=by))
        self._tell(Action.ADVANCE_REPAID, amount, by=by, reference=reference or "", day=str(on))

    def take_back(
        self: Advance, repayment: Settlement, reason: str, *, by: User, on: date | None = None
    ) -> None:
        """Take a repayment back that was entered wrongly: a counter-entry stands beside it.

        Taking it back again changes nothing.

        :param on: the day of the counter-entry; default: today.
        :raises AdvanceRefused: it is no repayment (``state``), the books are ``closed`` for the
            day, or it is a ``day`` before that of the repayment or one to come.
        """
        from crm.models.advance import AdvanceRefused

        if repayment.taken_back_by is not None:
            return
        if repayment not in self.settlements or not repayment.can_be_taken_back:
            raise AdvanceRefused("state")
        on = _bookable(on, not_before=repayment.settled_on)
        self._settle(
            Settlement(
                amount=-repayment.amount, settled_on=on, reference=repayment.reference, by=by,
                takes_back=repayment, reason=reason,
            )
        )  # fmt: skip
        self._tell(
            Action.ADVANCE_REPAYMENT_TAKEN_BACK, repayment.amount, by=by, comment=reason,
            day=str(repayment.settled_on),
        )  # fmt: skip

    def _settle(self: Advance, part: Settlement) -> None:
        """Add ``part`` to what is accounted for; its state is what is left."""
        from crm.models.advance import AdvanceState

        part.at = clock.now()
        self.settlements.append(part)
        self.state = AdvanceState.SETTLED if self.settled == self.base_amount else AdvanceState.PAID
        self.touch()  # a new version: what is outstanding is another amount

    def _tell(
        self: Advance, action: Action, amount: Decimal, *, by: User, **particulars: Any
    ) -> None:
        currency = Company.current().base_currency
        Event.record(action, self, by=by, amount=str(amount), currency=currency, **particulars)


def _bookable(day: date | None, *, not_before: date) -> date:
    """``day``, or today, if something that follows what was on ``not_before`` can be of it.

    :raises AdvanceRefused: ``closed`` or ``day``.
    """
    from crm.models.advance import AdvanceRefused

    company = Company.with_books_held()
    day = day or company.today()
    if company.is_closed(day):
        raise AdvanceRefused("closed")
    if not not_before <= day <= company.today():
        raise AdvanceRefused("day")
    return day


class Share(NamedTuple):
    """What a claim accounts for of an advance, in the base currency."""

    claim: ExpenseClaim
    advance: Advance
    amount: Decimal


def set_off(shares: Sequence[Share], *, by: User, on: date) -> None:
    """Account for advances by claims, which are paid in this moment, dated ``on``."""
    for claim, advance, amount in shares:
        part = Settlement(amount=amount, settled_on=on, by=by)
        advance._settle(part)
        part.claim = claim
        advance._tell(Action.ADVANCE_SETTLED, amount, by=by, by_what=claim.number)


def shares_of(claims: Sequence[ExpenseClaim], *, hold: bool = False) -> list[Share]:
    """What ``claims``, paid together now, account for: of each person the oldest advance first.

    :param hold: others who pay wait: the same money is not set off twice.
    """
    advances = _unsettled({claim.claimant_id for claim in claims}, hold=hold)
    left = {advance.id: advance.outstanding for advance in advances}
    shares = []
    for claim in claims:
        rest = claim.base_amount
        for advance in advances:
            part = min(rest, left[advance.id])
            if advance.claimant_id == claim.claimant_id and part > 0:
                shares.append(Share(claim, advance, part))
                left[advance.id] -= part
                rest -= part
    return shares


def _unsettled(people: set[int], *, hold: bool) -> Sequence[Advance]:
    """The advances that these people have still to account for, the oldest first."""
    from crm.models.advance import Advance, AdvanceState

    chosen = (
        select(Advance)
        .where(Advance.claimant_id.in_(people), Advance.state == AdvanceState.PAID)
        .order_by(Advance.id)
        .options(selectinload(Advance.settlements))
    )
    if hold:
        chosen = chosen.with_for_update(of=Advance).execution_options(populate_existing=True)
    return db.session.scalars(chosen).all()
