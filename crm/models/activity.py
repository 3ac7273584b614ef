"""Activities: the calls, visits, mails and meetings that happened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Select, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, Timestamped
from crm.extensions import db
from crm.models.access import Noun, owned_within
from crm.models.customer import Customer
from crm.models.event import Action, Event
from crm.models.passage import Noted

if TYPE_CHECKING:
    from crm.models.contact import Contact
    from crm.models.deal import Deal
    from crm.models.option import Option
    from crm.models.user import User


class Activity(Noted, Timestamped, Base):
    __tablename__ = "activity"
    __table_args__ = (
        Index(None, "customer_id", "happened_at"),
        Index(None, "by_id", "happened_at"),
    )

    NOTED = ("summary", "next_step")

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"), index=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("option.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
    summary: Mapped[str]
    next_step: Mapped[str | None]

    customer: Mapped[Customer] = relationship()
    contact: Mapped[Contact | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    kind: Mapped[Option] = relationship()
    by: Mapped[User] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[Activity]:
        """Own activities, those of people in scope, and those at customers looked after."""
        return select(cls).where(
            or_(
                owned_within(user, user.sees(Noun.CUSTOMERS), cls.by_id),
                Customer.looked_after_by(user, cls.customer_id),
            )
        )

    @classmethod
    def log(cls, activity: Activity, *, by: User) -> Activity:
        """Write down what happened."""
        activity.by = by
        db.session.add(activity)
        Event.record(
            Action.ACTIVITY_LOGGED,
            activity,
            by=by,
            at=activity.happened_at,
            kind=activity.kind.code,
            kind_zh=activity.kind.label_zh,
            kind_en=activity.kind.label_en,
            summary=activity.summary,
            contact=str(activity.contact or ""),
        )
        return activity
