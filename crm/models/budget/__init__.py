"""Budgets: what may be spent in a month, a quarter or a year, on whom, by whom and for what."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Select,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm.base import GOES_ALONG, Base, Key, Timestamped, Versioned
from crm.extensions import db
from crm.models.access import Noun, Scope
from crm.models.company import Company
from crm.models.customer import Customer
from crm.models.deal import Deal
from crm.models.event import Action, Event
from crm.models.team import Team
from crm.models.termed import Termed
from crm.terms import Term

if TYPE_CHECKING:
    from crm.models.expense_claim import ExpenseItem
    from crm.models.option import Option
    from crm.models.user import User


class BudgetPlan(NamedTuple):
    """What a budget is to be."""

    term: Term
    amount: Decimal
    customer: Customer | None = None
    deal: Deal | None = None
    team: Team | None = None
    category: Option | None = None


class Budget(Termed, Versioned, Timestamped, Base):
    """What is spent on all that is set counts; what is not set narrows nothing."""

    __tablename__ = "budget"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount_not_negative"),)

    id: Mapped[Key]
    # The last day of its term, so that whether a day lies in it can be asked of the database.
    last: Mapped[date] = mapped_column(Date, index=True)
    customer_id: Mapped[int | None] = mapped_column(
        ForeignKey("customer.id"), index=True, info=GOES_ALONG
    )
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True, info=GOES_ALONG)
    # With the teams below it; it goes with the team.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    # In the base currency.
    amount: Mapped[Decimal]

    customer: Mapped[Customer | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    team: Mapped[Team | None] = relationship()
    category: Mapped[Option | None] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[Budget]:
        """Those ``user`` may look up: all, or of who leads those of their team and customers.

        What is named in it is never somebody of whom the reader must not know. Who may look up
        none is still told what is left where they spend, and where they decide.
        """
        return select(cls).where(cls.seen_by(user))

    @classmethod
    def seen_by(cls, user: User) -> ColumnElement[bool]:
        """The condition that ``user`` may look it up."""
        scope = user.sees(Noun.CLAIMS)
        if scope is Scope.ALL:
            return true()
        if scope is not Scope.TEAM or user.team is None:
            return false()
        below = select(Team.id).where(Team.path.startswith(user.team.path, autoescape=True))
        customers = Customer.visible_to(user).with_only_columns(Customer.id)
        deals = Deal.visible_to(user).with_only_columns(Deal.id)
        theirs = cls.team_id.is_(None) & (cls.customer_id.is_not(None) | cls.deal_id.is_not(None))
        return (
            or_(cls.team_id.in_(below), theirs)
            & or_(cls.customer_id.is_(None), cls.customer_id.in_(customers))
            & or_(cls.deal_id.is_(None), cls.deal_id.in_(deals))
        )

    @classmethod
    def for_words(cls) -> tuple[Any, ...]:
        """Loading options for what a budget is called."""
        return tuple(map(joinedload, (cls.customer, cls.deal, cls.team, cls.category)))

    @classmethod
    def like(cls, plan: BudgetPlan) -> Select[Budget]:
        """Those that are for the same as ``plan``, whatever their amount."""
        return select(cls).where(
            cls.span == plan.term.span,
            cls.first == plan.term.first,
            cls.customer == plan.customer,
            cls.deal == plan.deal,
            cls.team == plan.team,
            cls.category == plan.category,
        )

    @classmethod
    def planned(cls, plan: BudgetPlan) -> Budget:
        """What a budget for ``plan`` would be; it is not kept."""
        budget = cls()
        budget._fill(plan)
        return budget

    @classmethod
    def set_up(cls, plan: BudgetPlan, *, by: User | None) -> Budget:
        """A new budget."""
        budget = cls.planned(plan)
        db.session.add(budget)
        budget._record("", by)
        return budget

    @property
    def plan(self) -> BudgetPlan:
        """What it is."""
        return BudgetPlan(
            self.term, self.amount, self.customer, self.deal, self.team, self.category
        )

    @property
    def narrowness(self) -> int:
        """How much is set beside the term."""
        return sum(each is not None for each in self.plan[2:])

    def covers(self, item: ExpenseItem, claimant: User) -> bool:
        """Whether a cost of ``claimant`` counts in it."""
        return (
            self.first <= item.spent_on <= self.last
            and self.customer in (None, item.customer)
            and self.deal in (None, item.deal)
            and self.category in (None, item.category)
            and self._covers_team(claimant.team)
        )

    def _covers_team(self, team: Team | None) -> bool:
        return self.team is None or (team is not None and team.is_within(self.team))

    def set_to(self, plan: BudgetPlan, *, by: User | None) -> None:
        """Let it be what ``plan`` says; the same again changes nothing."""
        before = self._written
        self._fill(plan)
        if self._written != before:
            self._record(before, by)

    def remove(self, *, by: User | None) -> None:
        """Take it away."""
        before = self._written
        db.session.delete(self)
        self._record(before, by, after="")

    def _fill(self, plan: BudgetPlan) -> None:
        (self.span, self.first), self.last = plan.term, plan.term.last
        self.amount = plan.amount
        self.customer, self.deal = plan.customer, plan.deal
        self.team, self.category = plan.team, plan.category

    def _record(self, before: str, by: User | None, *, after: str | None = None) -> None:
        # Of the company, not of the customer: budgets are not for everybody who sees one.
        changes = {"budget": [before, self._written if after is None else after]}
        Event.record(Action.BUDGET_CHANGED, Company.current(), by=by, changes=changes)

    @property
    def _written(self) -> str:
        """What a history keeps."""
        kept = {
            "term": self.term.code,
            "customer": self.customer.name if self.customer else "",
            "deal": self.deal.name if self.deal else "",
            "team": self.team.name if self.team else "",
            "category": self.category.both if self.category else "",
            "amount": str(self.amount),
        }
        return json.dumps(kept, ensure_ascii=False)
