"""Every list by its name: what is saved of it, done in it, and found beside a record of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.filters.deals.board import BoardFilter
from crm.filters.deals.forecast import ForecastFilter
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.expense_items import ExpenseItemFilter
from crm.filters.tasks import TaskFilter
from crm.filters.tasks.quadrants import QuadrantFilter

LISTS: dict[str, type[ListFilter]] = {
    "customers": CustomerFilter,
    "contacts": ContactFilter,
    "deals": DealFilter,
    "board": BoardFilter,
    "forecast": ForecastFilter,
    "tasks": TaskFilter,
    "task_quadrants": QuadrantFilter,
    "claims": ExpenseClaimFilter,
    "expense_items": ExpenseItemFilter,
}


def list_at(page: str) -> ListFilter | None:
    """The list at the address ``page``, narrowed as it is there; none if no list stands there."""
    path, query = urlsplit(page).path, urlsplit(page).query
    kind = next((each for each in LISTS.values() if each().bare_url == path), None)
    return kind.parse_text(query) if kind else None
