"""How far a claim can come, and the refusal to take it further."""

from __future__ import annotations

from enum import StrEnum

from crm.models.verb_refused import VerbRefused


class ClaimState(StrEnum):
    """How far a claim has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    # Sent back by an approver, to be corrected and handed in again.
    RETURNED = "returned"
    PAID = "paid"


# Nobody is deciding about it, and nobody has agreed to it.
EDITABLE = frozenset({ClaimState.DRAFT, ClaimState.REJECTED, ClaimState.RETURNED})
# The money is spent, unless whoever decides says no: it counts.
COUNTED = frozenset(ClaimState) - EDITABLE
# So many costs can be read and decided about as one; approvers, the paper and rules take them all.
MOST_ITEMS = 200


class ClaimRefused(VerbRefused):
    """A verb does not fit the claim's state; ``reason`` is a word the pages explain."""
