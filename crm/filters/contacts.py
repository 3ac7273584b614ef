"""The filter of the contact list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Select
from sqlalchemy.orm import contains_eager

from crm.filters.base import ListFilter
from crm.models import Contact, User


@dataclass(frozen=True)
class ContactFilter(ListFilter):
    customer: int | None = None

    SORTS: ClassVar[dict[str, tuple[Any, ...]]] = {
        "name": (Contact.name, Contact.id),
        "created": (Contact.created_at, Contact.id),
    }
    DEFAULT_SORT: ClassVar[str] = "-created"
    OPTIONS: ClassVar[tuple[Any, ...]] = (contains_eager(Contact.customer),)

    def narrow(self, user: User) -> Select[Any]:
        chosen = Contact.visible_to(user)
        if self.customer is not None:
            chosen = chosen.where(Contact.customer_id == self.customer)
        return chosen.where(Contact.matching(self.q)) if self.q else chosen
