"""The lists: by the noun in their records' names, the filter that says all about each."""

from __future__ import annotations

from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.tasks import TaskFilter

LISTS: dict[str, type[ListFilter]] = {
    "customer": CustomerFilter,
    "contact": ContactFilter,
    "deal": DealFilter,
    "task": TaskFilter,
    "claim": ExpenseClaimFilter,
}
