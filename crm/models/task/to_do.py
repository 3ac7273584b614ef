"""What is to be done, by whom and about what: so much a task and its series have in common."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Time
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from crm.base import Name

if TYPE_CHECKING:
    from crm.models.customer import Customer
    from crm.models.deal import Deal
    from crm.models.user import User

# By these names one is made like the other.
COMMON = ("title", "note", "due_time", "minutes", "urgent", "important", "assignee", "customer",
          "deal", "created_by")  # fmt: skip


class ToDo:
    """A mixin: the columns of what is to be done, on whichever day."""

    title: Mapped[Name]
    note: Mapped[str | None]
    # Of an appointment: by the company's clock, as its day is the company's.
    due_time: Mapped[time | None] = mapped_column(Time)
    minutes: Mapped[int | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    important: Mapped[bool] = mapped_column(default=False)
    assignee_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True)

    @declared_attr
    @classmethod
    def assignee(cls) -> Mapped[User]:
        return relationship("User", active_history=True, foreign_keys=[cls.assignee_id])

    @declared_attr
    @classmethod
    def created_by(cls) -> Mapped[User]:
        return relationship("User", foreign_keys=[cls.created_by_id])

    @declared_attr
    @classmethod
    def customer(cls) -> Mapped[Customer | None]:
        return relationship("Customer", active_history=True)

    @declared_attr
    @classmethod
    def deal(cls) -> Mapped[Deal | None]:
        return relationship("Deal", active_history=True)

    @property
    def common(self) -> dict[str, Any]:
        """What another one is made of that is like this one."""
        return {name: getattr(self, name) for name in COMMON}
