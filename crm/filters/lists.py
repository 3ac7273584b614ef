"""Every list by its name: what is saved of it, done in it, and found beside a record of it."""

from __future__ import annotations

from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.tasks import TaskFilter

LISTS: dict[str, type[ListFilter]] = {
    "customers": CustomerFilter,
    "contacts": ContactFilter,
    "deals": DealFilter,
    "tasks": TaskFilter,
    "claims": ExpenseClaimFilter,
}
