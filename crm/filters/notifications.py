"""The filter of what somebody was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case
from sqlalchemy.orm import joinedload

from crm.filters import facets
from crm.filters.base import ListFilter, one_of
from crm.filters.facets import Facet
from crm.models import Notification, NotificationKind, User
from crm.paging import Order, Page


@dataclass(frozen=True)
class NotificationFilter(ListFilter):
    kind: tuple[NotificationKind, ...] = ()

    ENDPOINT: ClassVar[str] = "notifications.index"
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("kind", _l("What about"), NotificationKind),
    )

    def narrow(self, user: User) -> Select[Any]:
        mine = Notification.visible_to(user).order_by(None)
        return mine.where(*one_of(Notification.kind, self.kind))

    def placed(self, user: User) -> Order:
        """What was not read first, and of that the latest."""
        is_unread = case((Notification.read_at.is_(None), 1), else_=0)
        return Order.by(is_unread, Notification.made_at, descending=True, unique=Notification.id)

    def shown_to(self, user: User) -> Page[Any]:
        return Page.of(
            self.narrow(user), self.placed(user), after=self.after, before=self.before,
            options=(joinedload(Notification.by),),
        )  # fmt: skip
