"""What conditions of approval flows compare of a claim."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crm.models.budget.using import over_budget
from crm.models.custom_field import CustomField, CustomNoun

if TYPE_CHECKING:
    from crm.models.expense_claim import ExpenseClaim


def facts_of(claim: ExpenseClaim) -> dict[str, Any]:
    """The claim's facts as plain values (``approval/conditions.py``).

    The firm's own fields are those of the customers and deals of its costs: of several choices
    all, of several numbers the largest, and yes where one says yes.
    """
    customers = {item.customer for item in claim.items if item.customer}
    deals = {item.deal for item in claim.items if item.deal}
    return {
        "amount": str(claim.base_amount),
        "category": sorted({item.category_id for item in claim.items}),
        "team": claim.claimant.team.lineage if claim.claimant.team else [],
        "over_budget": over_budget(claim),
        "grade": sorted({customer.grade_id for customer in customers if customer.grade_id}),
        **_own_fields(CustomNoun.CUSTOMER, customers),
        **_own_fields(CustomNoun.DEAL, deals),
    }


def _own_fields(noun: CustomNoun, records: Iterable[Any]) -> dict[str, Any]:
    return {
        field.key: _together([record.custom_value(field) for record in records])
        for field in CustomField.in_use(noun)
    }


def _together(values: list[Any]) -> Any:
    """What several records say, as one fact."""
    told = [value for value in values if value not in (None, [])]
    if any(isinstance(value, bool) for value in told):
        return any(told)
    if any(isinstance(value, Decimal) for value in told):
        return str(max(told))
    if any(isinstance(value, str | date) for value in told):
        return None  # texts and days are not compared
    return sorted({each.id for value in told for each in _each(value)})


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
