"""What an approver should know beside the document itself: for each kind of documents, one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _

from crm.cost_words import breach_line, budget_name
from crm.formatting import money
from crm.models import Advance, ApprovalRequest, ExpenseClaim
from crm.models.budget.using import BudgetUse, Spending, budgets_of_all
from crm.models.expense_claim.checking import Breach, Case, breaches_of_all
from crm.queries.approvals.around import (
    Around,
    AroundDeal,
    around_claims,
    customers_around,
    deals_around,
    deals_around_claims,
)
from crm.queries.approvals.changes import changes_of_advance, changes_of_claim


@dataclass(frozen=True)
class Surroundings:
    """The customers and deals that a document names, and what speaks against it."""

    customers: Sequence[Around] = ()
    deals: Sequence[AroundDeal] = ()
    budgets: Sequence[BudgetUse] = ()
    # In the reader's language, a line each.
    warnings: Sequence[str] = ()
    # What the claimant was given before and has not accounted for, in the base currency.
    owed: Decimal = Decimal(0)


class Reading(NamedTuple):
    """How one kind of documents is read for its approvers."""

    # Of many documents, by their ids: few queries, however many there are.
    around: Callable[[Sequence[Any]], dict[int, Surroundings]]
    # What a request asks otherwise than the one before.
    changes: Callable[[ApprovalRequest | None, ApprovalRequest], Sequence[str]]


def around_expense_claims(claims: Sequence[ExpenseClaim]) -> dict[int, Surroundings]:
    """What is around claims: customers, deals, budgets, and the rules that they break."""
    customers, deals = around_claims(claims), deals_around_claims(claims)
    breaches = breaches_of_all([Case.of(claim) for claim in claims])
    budgets = budgets_of_all([Spending.of(claim) for claim in claims])
    return {
        claim.id: Surroundings(
            customers[claim.id], deals[claim.id], uses, list(_warnings(broken, uses))
        )
        for claim, broken, uses in zip(claims, breaches, budgets, strict=True)
    }


def around_advances(advances: Sequence[Advance]) -> dict[int, Surroundings]:
    """What is around advances: an advance itself is no cost yet."""
    customers = customers_around({each.id: _some(each.customer) for each in advances})
    deals = deals_around({each.id: _some(each.deal) for each in advances})
    out = Advance.outstanding_of_all({each.claimant_id for each in advances})
    owed = {each.id: out[each.claimant_id] - each.outstanding for each in advances}
    return {
        each.id: Surroundings(
            customers[each.id], deals[each.id], warnings=_owing(owed[each.id]), owed=owed[each.id]
        )
        for each in advances
    }


def _owing(owed: Decimal) -> list[str]:
    if not owed:
        return []
    return [_("Of earlier advances %(amount)s is not yet accounted for.", amount=money(owed))]


def _some(record: Any) -> list[Any]:
    return [record] if record is not None else []


def _warnings(broken: Sequence[Breach], uses: Sequence[BudgetUse]) -> Iterator[str]:
    for breach in broken:
        yield breach_line(breach)
    for use in uses:
        if use.is_over:
            yield _("Over budget by %(amount)s: %(budget)s",
                    amount=money(-use.left), budget=budget_name(use.budget))  # fmt: skip


# The kinds are those of ``DOCUMENTS``.
READINGS: dict[str, Reading] = {
    "expense_claim": Reading(around_expense_claims, changes_of_claim),
    "advance": Reading(around_advances, changes_of_advance),
}
