"""What the lists of all kinds of documents that are approved narrow by: who decides, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, select

from crm.filters import facets
from crm.filters.base import ListFilter
from crm.filters.days import Days
from crm.filters.facets import Facet, Person, of_people
from crm.models import ApprovalAssignment, ApprovalRequest, User

# The ways to narrow such a list that all of them have, besides who handed it in.
DECIDING: tuple[Facet, ...] = (
    facets.leaders("approver", _l("Approver")),
    facets.days("decided", _l("Decided on"), "this_month", "last_month", "this_quarter"),
    facets.switch("asked", _l("Waits for a decision")),
)


@dataclass(frozen=True)
class DocumentFilter(ListFilter):
    """The filter of a list of documents of one kind (``approval.DOCUMENTS``)."""

    claimant: tuple[Person, ...] = ()
    team: tuple[int, ...] = ()
    approver: tuple[Person, ...] = ()
    decided: Days | None = None
    asked: bool = False  # somebody is asked now

    MODEL: ClassVar[Any]

    def decided_by(self, user: User) -> Iterator[ColumnElement[bool]]:
        """That the approvers decided it, that they are to decide it, or that they were given it."""
        theirs = of_people(ApprovalAssignment.approver_id, self.approver, user)
        part = ApprovalAssignment
        if self.decided:
            on_these_days = self.decided.of_moment(part.decided_at)
            yield self._is_among(_given(part.decided_at.is_not(None), *on_these_days, *theirs))
        if self.asked:
            asked = part.open().order_by(None).where(*theirs)
            yield self._is_among(asked.with_only_columns(ApprovalRequest.document_id))
        if self.approver and not (self.decided or self.asked):
            yield self._is_among(_given(part.asked_at.is_not(None), *theirs))

    def _is_among(self, given: Select[Any]) -> ColumnElement[bool]:
        of_kind = given.where(ApprovalRequest.document_kind == self.MODEL.KIND)
        is_so: ColumnElement[bool] = self.MODEL.id.in_(of_kind)
        return is_so


def _given(*which: ColumnElement[bool]) -> Select[Any]:
    """The ids of the documents that were given to somebody to decide."""
    return select(ApprovalRequest.document_id).join(ApprovalAssignment).where(*which)
