"""The filter of the customer list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Select

from crm.filters.base import ListFilter
from crm.models import Customer, CustomerKind, User


@dataclass(frozen=True)
class CustomerFilter(ListFilter):
    kind: CustomerKind | None = None
    owner: int | None = None
    grade: int | None = None
    industry: int | None = None
    region: int | None = None
    source: int | None = None

    SORTS: ClassVar[dict[str, tuple[Any, ...]]] = {
        "name": (Customer.name, Customer.id),
        "created": (Customer.created_at, Customer.id),
        "code": (Customer.id,),
    }
    DEFAULT_SORT: ClassVar[str] = "-created"
    OPTIONS: ClassVar[tuple[Any, ...]] = Customer.for_list()

    def narrow(self, user: User) -> Select[Any]:
        chosen = Customer.visible_to(user)
        if self.q:
            chosen = chosen.where(Customer.matching(self.q))
        if self.kind:
            chosen = chosen.where(Customer.kind == self.kind)
        for column, value in (
            (Customer.owner_id, self.owner),
            (Customer.grade_id, self.grade),
            (Customer.industry_id, self.industry),
            (Customer.region_id, self.region),
            (Customer.source_id, self.source),
        ):
            if value is not None:
                chosen = chosen.where(column == value)
        return chosen
