"""Accounting for advances: what claims set off, and what comes back in cash."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, String, select
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
    """A part of an advance that is accounted for: by a claim, or by money that came back."""

    __tablename__ = "settlement"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    id: Mapped[Key]
    advance_id: Mapped[int] = mapped_column(ForeignKey("advance.id"), index=True)
    # None: it came back in cash or by bank, with a reference.
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("expense_claim.id"), index=True)
    # In the base currency.
    amount: Mapped[Decimal]
    reference: Mapped[str | None] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    advance: Mapped[Advance] = relationship(back_populates="settlements")
    claim: Mapped[ExpenseClaim | None] = relationship(back_populates="settlements")
    by: Mapped[User] = relationship()


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

    def repay(self: Advance, amount: Decimal, reference: str | None, *, by: User) -> None:
        """The claimant gives ``amount`` back, in the base currency.

        :raises AdvanceRefused: ``too_much`` or nothing, or the ``state``.
        """
        from crm.models.advance import AdvanceRefused, AdvanceState

        if self.state is not AdvanceState.PAID:
            raise AdvanceRefused("state")
        if not 0 < amount <= self.outstanding:
            raise AdvanceRefused("too_much")
        self._settle(amount, by=by, reference=reference)

    def _settle(
        self: Advance, amount: Decimal, *, by: User, claim: ExpenseClaim | None = None,
        reference: str | None = None,
    ) -> None:  # fmt: skip
        from crm.models.advance import AdvanceState

        self.settlements.append(
            Settlement(amount=amount, claim=claim, reference=reference, by=by, at=clock.now())
        )
        if not self.outstanding:
            self.state = AdvanceState.SETTLED
        else:
            self.touch()  # a new version: what is outstanding is another amount
        Event.record(
            Action.ADVANCE_SETTLED, self, by=by, amount=str(amount),
            currency=Company.current().base_currency,
            by_what=claim.number if claim else reference or "",
        )  # fmt: skip


class Share(NamedTuple):
    """What a claim accounts for of an advance, in the base currency."""

    claim: ExpenseClaim
    advance: Advance
    amount: Decimal


def set_off(shares: Sequence[Share], *, by: User) -> None:
    """Account for advances by claims, which are paid in this moment."""
    for share in shares:
        share.advance._settle(share.amount, by=by, claim=share.claim)


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
