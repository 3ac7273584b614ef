"""Who may do what to expenses, advances, payments and budgets."""

from __future__ import annotations

from typing import Any

from crm.models import (
    Advance,
    Budget,
    Company,
    ExpenseClaim,
    Noun,
    PaymentBatch,
    Role,
    Scope,
    User,
)
from crm.policies.kinds import Predicates


def _create_claim(user: User, _kind: Any) -> bool:
    return user.changes(Noun.CLAIMS) > Scope.NONE


def _edit_claim(user: User, claim: ExpenseClaim | Advance) -> bool:
    return user.changes(Noun.CLAIMS) > Scope.NONE and claim.claimant_id == user.id


def _pay_claim(user: User, claim: ExpenseClaim | Advance) -> bool:
    return user.has_role(Role.FINANCE) and claim.claimant_id != user.id


def _pay_claims(user: User, _kind: Any) -> bool:
    return user.has_role(Role.FINANCE)


def _see_payments(user: User, _kind: Any) -> bool:
    return PaymentBatch.are_seen_by(user)


def _set_bank_account(user: User, person: User) -> bool:
    """Finance pays to the account, and so does not set it."""
    return user.id == person.id or user.is_administrator


def _see_budgets(user: User, _company: Company) -> bool:
    """Who leads those of their people; who sees every claim, all."""
    return user.leads or user.sees(Noun.CLAIMS) is Scope.ALL


def _set_budgets(user: User, _budget: Any) -> bool:
    return user.is_administrator or user.has_role(Role.FINANCE)


PREDICATES: Predicates = {
    ("create", ExpenseClaim): _create_claim,
    ("edit", ExpenseClaim): _edit_claim,
    ("copy", ExpenseClaim): _edit_claim,
    ("pay", ExpenseClaim): _pay_claim,
    ("create", Advance): _create_claim,
    ("edit", Advance): _edit_claim,
    ("pay", Advance): _pay_claim,
    ("create", PaymentBatch): _pay_claims,
    ("see", PaymentBatch): _see_payments,
    ("close_books", Company): _see_payments,
    ("set_account_codes", Company): _see_payments,
    ("set_bank_account", User): _set_bank_account,
    ("export", PaymentBatch): _see_payments,
    ("see_budgets", Company): _see_budgets,
    ("create", Budget): _set_budgets,
    ("edit", Budget): _set_budgets,
}
