"""What the pages of a document show of its approval: the way, the trail, the form to ask in."""

from __future__ import annotations

from typing import Any

from crm.forms.approval import CommentForm
from crm.models import ApprovalRequest
from crm.policies import may
from crm.queries.approvals.ways import trail_of, way_ahead, way_of


def standing_of(request: ApprovalRequest) -> dict[str, Any]:
    """How ``request`` stands."""
    return {
        "request_row": request, "way": way_of(request), "comes_again": False,
        "trail": trail_of(request), "comment_form": CommentForm(formdata=None),
    }  # fmt: skip


def standing_of_document(document: Any) -> dict[str, Any]:
    """How the latest request of ``document`` stands; of what can be handed in, who would decide."""
    request = document.request
    shown = standing_of(request) if request else {"request_row": None, "way": [], "trail": []}
    if document.is_editable and may("edit", document) and document.base_amount:
        shown |= {"way": way_ahead(document), "comes_again": request is not None}
    return shown
