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
from crm.models.advance import UNDER_WAY
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
    people = {each.claimant_id for each in advances}
    owed, asked = Advance.outstanding_of_all(people), Advance.under_way_of_all(people)
    return {
        each.id: Surroundings(
            customers[each.id], deals[each.id],
            warnings=list(_owing(each, owed[each.claimant_id], asked[each.claimant_id])),
        )
        for each in advances
    }  # fmt: skip


def _owing(advance: Advance, owed: Decimal, asked: Decimal) -> Iterator[str]:
    """What the claimant has, or will get, of other advances: ``owed`` and ``asked`` are of all."""
    if owed := owed - advance.outstanding:
        yield _("Of earlier advances %(amount)s is not yet accounted for.", amount=money(owed))
    if asked := asked - (advance.base_amount if advance.state in UNDER_WAY else 0):
        yield _("Other advances, asked for or approved but not yet paid: %(amount)s.",
                amount=money(asked))  # fmt: skip


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
