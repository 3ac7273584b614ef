"""What rules and budgets say of claims: where they are written, read and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from crm.cost_words import breach_line, closed_lines
from crm.models import ClaimState, Company, ExpenseClaim, ExpenseItem
from crm.models.budget.using import BudgetUse, Spending, budgets_of
from crm.models.expense_claim.checking import Breach, Case, breaches_of
from crm.models.expense_claim.filling import closed_days
from crm.models.expense_rule import RuleCheck


@dataclass(frozen=True)
class Limits:
    """The rules that are broken, and the budgets that are taken from, the narrowest first."""

    breaches: Sequence[Breach] = ()
    budgets: Sequence[BudgetUse] = ()
    # Only then something forbids it: of what is handed in already the facts are told.
    can_be_handed_in: bool = True
    # The items of days for which the books are closed, and the day.
    closed: Mapping[ExpenseItem, date] = field(default_factory=dict)

    @property
    def obstacles(self) -> list[str]:
        """What forbids that the claim is handed in like this, in the reader's language."""
        until = Company.current().books_closed_until
        closed = closed_lines(self.closed, until) if until else []
        return [*closed, *(breach_line(breach) for breach in self.breaches if self._stops(breach))]

    @property
    def warnings(self) -> list[str]:
        """The other rules that are broken, in the reader's language."""
        return [breach_line(breach) for breach in self.breaches if not self._stops(breach)]

    def _stops(self, breach: Breach) -> bool:
        return self.can_be_handed_in and breach.forbids


def limits_of(claim: ExpenseClaim) -> Limits:
    """What is said of ``claim`` while it is written or decided; nothing once it is approved."""
    if claim.state in {ClaimState.APPROVED, ClaimState.PAID}:
        return Limits()
    return Limits(
        breaches_of(Case.of(claim)), budgets_of(Spending.of(claim)),
        can_be_handed_in=claim.is_editable,
        closed=closed_days(claim.items) if claim.is_editable else {},
    )  # fmt: skip


def limits_with(
    claim: ExpenseClaim, item: ExpenseItem, *, instead_of: ExpenseItem | None = None
) -> Limits:
    """What would be said because of ``item``, which is being written.

    Its receipts are not known before it is sent.

    :param claim: which it would go to, perhaps a new one that is not saved.
    :param instead_of: the item of the claim that is changed by it.
    """
    items = [*(each for each in claim.items if each is not instead_of), item]
    case = Case(claim.id, claim.claimant_id, items)
    spending = Spending(claim.claimant, items, is_counted=False)
    return Limits(
        [
            breach
            for breach in breaches_of(case)
            if item in breach.items and breach.rule.check is not RuleCheck.RECEIPT_REQUIRED
        ],
        [use for use in budgets_of(spending) if use.budget.covers(item, claim.claimant)],
        closed=closed_days([item, instead_of] if instead_of else [item]),
    )
