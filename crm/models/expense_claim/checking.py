"""What a claim does against the rules of expenses: told where it is written and decided.

Sums are those of the claim with what others, handed in and not rejected, come to: of a person on a
day, of a customer in a quarter. Two claims that are handed in at once come one by one where a rule
that forbids adds up several claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, select

from crm.base import money_sum
from crm.extensions import db
from crm.models.expense_claim.item import ExpenseItem
from crm.models.expense_claim.states import ClaimRefused
from crm.models.expense_rule import ExpenseRule, RuleCheck, RuleEffect
from crm.terms import Span, Term

if TYPE_CHECKING:
    from crm.models.customer import Customer
    from crm.models.expense_claim import ExpenseClaim

Items = Sequence[ExpenseItem]


class Breach(NamedTuple):
    """A rule and the items that break it; of a limit also what they come to, others included."""

    rule: ExpenseRule
    items: Items
    total: Decimal | None = None
    # Of limits that add up: of which day, or of which customer and quarter.
    day: date | None = None
    customer: Customer | None = None
    quarter: Term | None = None

    @property
    def forbids(self) -> bool:
        """Whether the claim cannot be handed in with it."""
        return self.rule.effect is RuleEffect.FORBID


class RulesBroken(ClaimRefused):
    """A claim breaks rules that forbid it: ``breaches``."""

    def __init__(self, breaches: Sequence[Breach]) -> None:
        super().__init__("rules")
        self.breaches = breaches


class Case(NamedTuple):
    """What is looked at: the items of a claim, perhaps with one that is still being written."""

    # No id yet, of a claim that its first item would begin.
    claim_id: int | None
    claimant_id: int
    items: Items

    @classmethod
    def of(cls, claim: ExpenseClaim) -> Case:
        """A claim as it is."""
        return cls(claim.id, claim.claimant_id, claim.items)


def require_allowed(claim: ExpenseClaim) -> None:
    """Go on only if no rule forbids that ``claim`` is handed in.

    :raises RulesBroken: one does.
    """
    ExpenseRule.hold_sums()
    if forbidden := [breach for breach in breaches_of(Case.of(claim)) if breach.forbids]:
        raise RulesBroken(forbidden)


def breaches_of(case: Case) -> list[Breach]:
    """Which rules are broken, in the order of the rules and the items: three queries at most."""
    return breaches_of_all([case])[0]


def breaches_of_all(cases: Sequence[Case]) -> list[list[Breach]]:
    """The same of several: no more queries."""
    rules = db.session.scalars(ExpenseRule.in_force()).all() if cases else []
    others = _Others(rules, cases)
    return [
        [breach for rule in rules for breach in CHECKS[rule.check](rule, case, others)]
        for case in cases
    ]


class _Others:
    """What the others of these claims' people and customers come to, as far as rules ask."""

    def __init__(self, rules: Sequence[ExpenseRule], cases: Sequence[Case]) -> None:
        self.checks = {rule.check for rule in rules}
        self.cases = cases

    def on_day(self, day: date, rule: ExpenseRule, case: Case) -> Decimal:
        """What the claimant spent that day beside this claim, as far as ``rule`` covers it."""
        return _sum_beside(case, self._by_person[case.claimant_id, day], rule)

    def on_customer(
        self, customer: Customer, quarter: Term, rule: ExpenseRule, case: Case
    ) -> Decimal:
        """What was spent on ``customer`` in ``quarter`` beside this claim, by whomever."""
        return _sum_beside(case, self._by_customer[customer.id, quarter], rule)

    @cached_property
    def _by_person(self) -> dict[tuple[int, date], list[Row[Any]]]:
        if RuleCheck.PERSON_DAY_LIMIT not in self.checks:
            return defaultdict(list)
        from crm.models.expense_claim import ExpenseClaim

        people = {case.claimant_id for case in self.cases}
        days = {item.spent_on for case in self.cases for item in case.items}
        rows = _counted(
            ExpenseClaim.claimant_id.in_(people), ExpenseItem.spent_on.in_(days),
            by=ExpenseClaim.claimant_id,
        )  # fmt: skip
        return _grouped(rows, lambda row: (row.of, row.spent_on))

    @cached_property
    def _by_customer(self) -> dict[tuple[int, Term], list[Row[Any]]]:
        items = [item for case in self.cases for item in case.items if item.customer]
        if RuleCheck.CUSTOMER_QUARTER_LIMIT not in self.checks or not items:
            return defaultdict(list)
        quarters = {_quarter(item.spent_on) for item in items}
        first = min(quarter.first for quarter in quarters)
        last = max(quarter.last for quarter in quarters)
        rows = _counted(
            ExpenseItem.customer_id.in_({item.customer.id for item in items if item.customer}),
            ExpenseItem.spent_on.between(first, last),
            by=ExpenseItem.customer_id,
        )
        return _grouped(rows, lambda row: (row.of, _quarter(row.spent_on)))


def _counted(*conditions: ColumnElement[bool], by: Any) -> Select[Any]:
    """Sums of what was handed in and not rejected, by claim, category and day, and ``by``."""
    keys = (ExpenseItem.claim_id, ExpenseItem.category_id, ExpenseItem.spent_on, by)
    return (
        select(*keys[:3], by.label("of"), money_sum(ExpenseItem.base_amount).label("spent"))
        .join(ExpenseItem.claim)
        .where(ExpenseItem.counted(), *conditions)
        .group_by(*keys)
    )


def _grouped(chosen: Select[Any], key: Callable[[Row[Any]], Hashable]) -> dict[Any, list[Row[Any]]]:
    groups = defaultdict(list)
    for row in db.session.execute(chosen):
        groups[key(row)].append(row)
    return groups


def _sum_beside(case: Case, rows: Iterable[Row[Any]], rule: ExpenseRule) -> Decimal:
    beside = (row.spent for row in rows
              if row.claim_id != case.claim_id and rule.covers(row.category_id))  # fmt: skip
    return sum(beside, Decimal(0))


def _dear_items(rule: ExpenseRule, case: Case, _others: _Others) -> Iterator[Breach]:
    for bill in _bills(rule, case):
        if (total := _total(bill)) > rule.allowed:
            yield Breach(rule, bill, total)


def _dear_days(rule: ExpenseRule, case: Case, others: _Others) -> Iterator[Breach]:
    for day, items in _together(rule, case, lambda item: item.spent_on).items():
        total = _total(items) + others.on_day(day, rule, case)
        if total > rule.allowed:
            yield Breach(rule, items, total, day=day)


def _dear_customers(rule: ExpenseRule, case: Case, others: _Others) -> Iterator[Breach]:
    of = _together(rule, case, lambda item: (item.customer, _quarter(item.spent_on)))
    for (customer, quarter), items in of.items():
        if customer is None:
            continue
        total = _total(items) + others.on_customer(customer, quarter, rule, case)
        if total > rule.allowed:
            yield Breach(rule, items, total, customer=customer, quarter=quarter)


def _without_receipt(rule: ExpenseRule, case: Case, _others: _Others) -> Iterator[Breach]:
    for bill in _bills(rule, case):
        # What a rate grants needs none.
        if _total(bill) > rule.allowed and not any(i.receipts or i.is_computed for i in bill):
            yield Breach(rule, bill)


def _without_customer(rule: ExpenseRule, case: Case, _others: _Others) -> Iterator[Breach]:
    for bill in _bills(rule, case):
        lacking = [item for item in bill if item.customer is None]
        if lacking and _total(bill) > rule.allowed:
            yield Breach(rule, lacking)


CHECKS: dict[RuleCheck, Callable[[ExpenseRule, Case, _Others], Iterator[Breach]]] = {
    RuleCheck.ITEM_LIMIT: _dear_items,
    RuleCheck.PERSON_DAY_LIMIT: _dear_days,
    RuleCheck.CUSTOMER_QUARTER_LIMIT: _dear_customers,
    RuleCheck.RECEIPT_REQUIRED: _without_receipt,
    RuleCheck.CUSTOMER_REQUIRED: _without_customer,
}


def _bills(rule: ExpenseRule, case: Case) -> Iterable[Items]:
    """The items that ``rule`` covers; what one bill was shared out to stays one bill."""
    return _together(rule, case, lambda item: item.split_of or item).values()


def _together(
    rule: ExpenseRule, case: Case, key: Callable[[ExpenseItem], Any]
) -> dict[Any, list[ExpenseItem]]:
    groups = defaultdict(list)
    for item in case.items:
        if rule.covers(item.category.id):
            groups[key(item)].append(item)
    return groups


def _total(items: Items) -> Decimal:
    return sum((item.base_amount for item in items), Decimal(0))


def _quarter(day: date) -> Term:
    return Term.around(Span.QUARTER, day)
