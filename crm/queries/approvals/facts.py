"""What an approver needs to decide: the document, what changed, and the money around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crm.models import ApprovalAssignment, ApprovalRequest
from crm.models.approval import DOCUMENTS, DocumentKind, link_alone_decides
from crm.models.budget.using import BudgetUse
from crm.queries.approvals.around import Around, AroundDeal
from crm.queries.approvals.course import Said, said_in
from crm.queries.approvals.surroundings import READINGS, Surroundings
from crm.queries.duplicate_receipts import Duplicate, duplicates_for


@dataclass(frozen=True)
class Facts:
    """One document as it is now, with what its approver should know."""

    assignment: ApprovalAssignment
    document: Any
    surroundings: Surroundings
    changes: Sequence[str]
    content_hash: str
    version: int
    # By the items' ids.
    duplicates: Mapping[int, Sequence[Duplicate]] = field(default_factory=dict)

    @property
    def kind(self) -> DocumentKind:
        """What kind of document it is: how it is shown."""
        return DOCUMENTS[self.assignment.request.document_kind]

    @property
    def around(self) -> Sequence[Around]:
        """The customers that it names."""
        return self.surroundings.customers

    @property
    def deals(self) -> Sequence[AroundDeal]:
        """The deals that it names."""
        return self.surroundings.deals

    @property
    def budgets(self) -> Sequence[BudgetUse]:
        """The budgets that it takes from."""
        return self.surroundings.budgets

    @property
    def warnings(self) -> Sequence[str]:
        """What speaks against it."""
        return self.surroundings.warnings

    @property
    def said(self) -> Sequence[Said]:
        """The decisions and comments so far, the oldest first."""
        return said_in(self.assignment.request)

    @property
    def shown(self) -> str:
        """The document as it was shown, for deciding several together: ``together.Shown``."""
        return f"{self.assignment.id}:{self.version}:{self.content_hash}"

    @property
    def may_be_together(self) -> bool:
        """Whether it is small enough to be approved together with others."""
        return link_alone_decides(self.assignment.request)


class Asked(NamedTuple):
    """An assignment with its document, where a line about it is enough."""

    assignment: ApprovalAssignment
    document: Any


def asked_of_all(assignments: Sequence[ApprovalAssignment]) -> list[Asked]:
    """The documents of ``assignments``: few queries, however many there are."""
    documents = ApprovalRequest.documents_of([assignment.request for assignment in assignments])
    return [Asked(assignment, documents[assignment.request_id]) for assignment in assignments]


def facts_of(assignment: ApprovalAssignment) -> Facts:
    """Read what ``assignment`` is about."""
    return facts_of_all([assignment])[0]


def facts_of_all(assignments: Sequence[ApprovalAssignment]) -> list[Facts]:
    """The same for many: few queries, however many there are."""
    requests = [assignment.request for assignment in assignments]
    documents = ApprovalRequest.documents_of(requests)
    previous = ApprovalRequest.previous_of(requests)
    around = _around(requests, documents)
    duplicates = duplicates_for(assignments, documents)
    return [
        Facts(
            assignment,
            document := documents[assignment.request_id],
            around[assignment.request_id],
            READINGS[assignment.request.document_kind].changes(
                previous.get(assignment.request_id), assignment.request
            ),
            document.content_hash(),
            document.version,
            duplicates[assignment.approver_id],
        )
        for assignment in assignments
    ]


def _around(
    requests: Sequence[ApprovalRequest], documents: dict[int, Any]
) -> dict[int, Surroundings]:
    """What is around the documents, by the ids of the requests; each kind is read at once."""
    found: dict[int, Surroundings] = {}
    for kind in {request.document_kind for request in requests}:
        of_kind = [request for request in requests if request.document_kind == kind]
        read = READINGS[kind].around([documents[request.id] for request in of_kind])
        found |= {request.id: read[request.document_id] for request in of_kind}
    return found
