"""Advances: money that somebody gets before they spend it, and accounts for afterwards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Select, inspect, or_, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from crm.base import Base, Currency, Key, Name, Rate, Timestamped, Versioned, stored_by_value
from crm.extensions import db
from crm.models.access import Noun, Scope, owned_within
from crm.models.advance.settling import Settlement, Settling
from crm.models.approval import Approvable, ApprovalRequest, NobodyDecides
from crm.models.company import Company
from crm.models.event import Action, Event, changes_of
from crm.models.exchange_rate import Price
from crm.models.payment_batch import PaymentBatch, Payout
from crm.models.verb_refused import VerbRefused

if TYPE_CHECKING:
    from crm.models.customer import Customer
    from crm.models.deal import Deal
    from crm.models.option import Option
    from crm.models.user import User

__all__ = ["Advance", "AdvanceRefused", "AdvanceState", "Settlement"]


class AdvanceState(StrEnum):
    """How far an advance has come."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    # Handed out, and not accounted for in full.
    PAID = "paid"
    SETTLED = "settled"


EDITABLE = frozenset({AdvanceState.RETURNED, AdvanceState.REJECTED, AdvanceState.WITHDRAWN})
# Asked for or agreed to, and not handed out yet.
UNDER_WAY = frozenset({AdvanceState.SUBMITTED, AdvanceState.APPROVED})


class AdvanceRefused(VerbRefused):
    """A verb does not fit the advance's state; ``reason`` is a word the pages explain."""


class Advance(Settling, Approvable, Versioned, Timestamped, Base):
    __tablename__ = "advance"
    __table_args__ = (
        Index(None, "claimant_id", "state"),
        Index(None, "state"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "(state IN ('paid', 'settled')) = (payment_batch_id IS NOT NULL)",
            name="paid_with_a_batch",
        ),
    )

    KIND = "advance"
    # What somebody is given beforehand is no cost: no timeline of a customer or a deal tells of it.
    IS_TOLD_ALONE = True
    TRACKED = ("title", "amount", "currency", "needed_on", "customer", "deal")

    id: Mapped[Key]
    # What it is for.
    title: Mapped[Name]
    claimant_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    amount: Mapped[Decimal]
    currency: Mapped[Currency]
    rate: Mapped[Rate]
    base_amount: Mapped[Decimal]
    needed_on: Mapped[date] = mapped_column(Date)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True)
    state: Mapped[AdvanceState] = mapped_column(
        stored_by_value(AdvanceState), default=AdvanceState.WITHDRAWN
    )
    payment_batch_id: Mapped[int | None] = mapped_column(ForeignKey("payment_batch.id"), index=True)

    claimant: Mapped[User] = relationship(foreign_keys=[claimant_id])
    customer: Mapped[Customer | None] = relationship(active_history=True)
    deal: Mapped[Deal | None] = relationship(active_history=True)
    payment: Mapped[PaymentBatch | None] = relationship(back_populates="advances")
    settlements: Mapped[list[Settlement]] = relationship(
        back_populates="advance", order_by="Settlement.id"
    )

    @classmethod
    def visible_to(cls, user: User) -> Select[Advance]:
        """Those claimed within the scope of claims, and those given to ``user`` to decide."""
        scope = user.sees(Noun.CLAIMS)
        mine = owned_within(user, scope, cls.claimant_id)
        if scope is Scope.ALL:
            return select(cls)
        return select(cls).where(or_(mine, cls.id.in_(cls.given_to(user))))

    @classmethod
    def for_list(cls) -> tuple[Any, ...]:
        """Loading options for a list: no query per row."""
        return (joinedload(cls.claimant), selectinload(cls.settlements))

    @classmethod
    def for_page(cls) -> tuple[Any, ...]:
        """Loading options for one with what a decision needs."""
        return (
            joinedload(cls.claimant),
            joinedload(cls.customer),
            joinedload(cls.deal),
            joinedload(cls.payment),
            selectinload(cls.settlements).options(
                joinedload(Settlement.claim),
                joinedload(Settlement.by),
                joinedload(Settlement.takes_back),
                joinedload(Settlement.taken_back_by),
            ),
        )

    @classmethod
    def sample(
        cls, claimant: User, amount: Decimal, _category: Option, customer: Customer | None
    ) -> Advance:
        """An advance which is not kept; ``amount`` in the base currency."""
        return cls(title="", claimant=claimant, base_amount=amount, customer=customer)

    @property
    def number(self) -> str:
        """``A-000012``: how people name it on paper."""
        return f"A-{self.id:06d}"

    @property
    def is_editable(self) -> bool:
        """Only what nobody is deciding or has agreed to can change."""
        return self.state in EDITABLE

    def set_amount(self, amount: Decimal, currency: str, day: date) -> None:
        """Set what is asked for, at the rate of ``day``, the one it is asked for on.

        :raises crm.models.exchange_rate.NoRate: no rate is known for that day.
        """
        price = Price.of(amount, currency, day)
        self.amount, self.currency, self.rate, self.base_amount = price

    def submit(self, *, by: User) -> ApprovalRequest:
        """Ask for approval, for the first time or again; what is handed in already stays so.

        :raises AdvanceRefused: ``nobody`` can decide, or ``state``.
        """
        changes = (
            changes_of(self, self.TRACKED) if inspect(self).has_identity else {}
        )  # before a query flushes them
        if self.state is AdvanceState.SUBMITTED and (pending := self.request) is not None:
            return pending
        self._require(self.is_editable)
        self.state = AdvanceState.SUBMITTED
        db.session.add(self)
        db.session.flush()  # the request is bound to the version that this change makes
        try:
            request = ApprovalRequest.open(self)
        except NobodyDecides:
            raise AdvanceRefused("nobody") from None
        if changes:
            Event.record(Action.ADVANCE_CHANGED, self, by=by, changes=changes)
        self._record(
            Action.ADVANCE_SUBMITTED, by,
            approver=", ".join(each.approver.name for each in request.asked),
        )  # fmt: skip
        return request

    def withdraw(self, *, by: User) -> None:
        """Take it back; its links stop working.

        :raises AdvanceRefused: it is decided already.
        """
        if self.state is AdvanceState.WITHDRAWN:
            return
        request = self.request
        self._require(self.state is AdvanceState.SUBMITTED and request is not None)
        if request is not None:
            request.withdraw()
        self.state = AdvanceState.WITHDRAWN
        Event.record(Action.ADVANCE_WITHDRAWN, self, by=by)

    def accept(self, *, by: User, comment: str | None, by_link: bool) -> None:
        """What the approval engine calls when the last step approved it."""
        self._decided(AdvanceState.APPROVED, Action.ADVANCE_APPROVED, by, comment, by_link)

    def decline(self, *, by: User, comment: str | None, by_link: bool) -> None:
        """What the approval engine calls when somebody rejected it."""
        self._decided(AdvanceState.REJECTED, Action.ADVANCE_REJECTED, by, comment, by_link)

    def give_back(self, *, by: User, comment: str | None, by_link: bool) -> None:
        """What the approval engine calls when somebody returned it for correction."""
        self._decided(AdvanceState.RETURNED, Action.ADVANCE_RETURNED, by, comment, by_link)

    def pay_out(
        self, reference: str | None, *, by: User, paid_on: date | None = None
    ) -> PaymentBatch | None:
        """Finance hands out the money; paying again changes nothing.

        :raises AdvanceRefused: it is not approved (``state``), not what was approved
            (``changed``), or the books are ``closed`` for the day.
        """
        if self.state in {AdvanceState.PAID, AdvanceState.SETTLED}:
            return self.payment
        request, company = self.request, Company.with_books_held()
        self._require(self.state is AdvanceState.APPROVED and request is not None)
        if request is not None and request.content_hash != self.content_hash():
            raise AdvanceRefused("changed")
        paid_on = paid_on or company.today()
        if company.is_closed(paid_on):
            raise AdvanceRefused("closed")
        batch = PaymentBatch(
            paid_on=paid_on, reference=reference, by=by, total=self.base_amount,
            payouts=[self.payout],
        )  # fmt: skip
        db.session.add(batch)
        db.session.flush()  # once the advance is paid, nothing comes to its payment
        self.state, self.payment = AdvanceState.PAID, batch
        self._record(Action.ADVANCE_PAID, by, reference=reference or "")
        return self.payment

    @property
    def payout(self) -> Payout:
        """What the claimant gets, and on which account now; not saved yet."""
        return Payout.to(self.claimant, self.base_amount)

    def snapshot(self) -> dict[str, Any]:
        """What an approver decides about, as plain values."""
        return {
            "title": self.title,
            "claimant": self.claimant_id,
            "total": str(self.base_amount),
            "amount": str(self.amount),
            "currency": self.currency,
            "needed_on": self.needed_on.isoformat(),
            "customer": self.customer_id,
            "deal": self.deal_id,
        }

    def facts(self) -> dict[str, Any]:
        """What conditions of approval flows compare (``approval/conditions.py``)."""
        team = self.claimant.team
        return {
            "amount": str(self.base_amount),
            "team": team.lineage if team else [],
            "grade": [self.customer.grade_id] if self.customer and self.customer.grade_id else [],
            "outstanding": str(Advance.outstanding_of(self.claimant)),
        }

    def _decided(
        self, state: AdvanceState, action: Action, by: User, comment: str | None, by_link: bool
    ) -> None:
        self.state = state
        self._record(action, by, comment=comment or "", by_link=by_link)

    def _record(self, action: Action, by: User, **particulars: Any) -> None:
        Event.record(
            action, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency, asked=str(self.amount),
            asked_in=self.currency, **particulars,
        )  # fmt: skip

    def _require(self, fits: bool) -> None:
        if not fits:
            raise AdvanceRefused("state")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
