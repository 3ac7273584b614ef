"""The filter of the list of expense claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Select

from crm.filters.base import ListFilter
from crm.models import ClaimState, ExpenseClaim, ExpenseItem, User


@dataclass(frozen=True)
class ExpenseClaimFilter(ListFilter):
    state: ClaimState | None = None
    claimant: int | None = None
    customer: int | None = None
    deal: int | None = None

    SORTS: ClassVar[dict[str, tuple[Any, ...]]] = {
        "created": (ExpenseClaim.created_at, ExpenseClaim.id),
        "amount": (ExpenseClaim.base_amount, ExpenseClaim.id),
        "number": (ExpenseClaim.id,),
    }
    DEFAULT_SORT: ClassVar[str] = "-created"
    OPTIONS: ClassVar[tuple[Any, ...]] = ExpenseClaim.for_list()

    def narrow(self, user: User) -> Select[Any]:
        chosen = ExpenseClaim.visible_to(user)
        if self.q:
            chosen = chosen.where(ExpenseClaim.matching(self.q))
        if self.state:
            chosen = chosen.where(ExpenseClaim.state == self.state)
        if self.claimant is not None:
            chosen = chosen.where(ExpenseClaim.claimant_id == self.claimant)
        if self.customer is not None:
            chosen = chosen.where(ExpenseClaim.items.any(ExpenseItem.customer_id == self.customer))
        if self.deal is not None:
            chosen = chosen.where(ExpenseClaim.items.any(ExpenseItem.deal_id == self.deal))
        return chosen
