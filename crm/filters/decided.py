"""The filter of what somebody has decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from crm.filters import facets
from crm.filters.base import ListFilter, one_of
from crm.filters.days import Days
from crm.filters.facets import Facet, Person, of_people
from crm.models import ApprovalAssignment, ApprovalRequest, User
from crm.models.approval import Decision
from crm.paging import Order, Page


@dataclass(frozen=True)
class DecidedFilter(ListFilter):
    decision: tuple[Decision, ...] = ()
    on: Days | None = None
    claimant: tuple[Person, ...] = ()

    ENDPOINT: ClassVar[str] = "decided_requests.index"
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("decision", _l("Decision"), Decision),
        facets.days("on", _l("Decided"), "this_week", "this_month", "last_month", "this_quarter",
                    "this_year"),
        facets.people("claimant", _l("Claimant"), ApprovalRequest.claimant_id),
    )  # fmt: skip

    def narrow(self, user: User) -> Select[Any]:
        return (
            ApprovalAssignment.decided_by(user)
            .order_by(None)
            .join(ApprovalAssignment.request)
            .where(
                *one_of(ApprovalAssignment.decision, self.decision),
                *of_people(ApprovalRequest.claimant_id, self.claimant, user),
                *(self.on.of_moment(ApprovalAssignment.decided_at) if self.on else ()),
            )
        )

    def placed(self, user: User) -> Order:
        """The latest first."""
        return Order.by(
            ApprovalAssignment.decided_at, descending=True, unique=ApprovalAssignment.id
        )

    def shown_to(self, user: User) -> Page[Any]:
        return Page.of(
            self.narrow(user), self.placed(user), after=self.after, before=self.before,
            options=(joinedload(ApprovalAssignment.request).joinedload(ApprovalRequest.claimant),
                     joinedload(ApprovalAssignment.in_place_of)),
        )  # fmt: skip
