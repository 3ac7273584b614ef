"""How far a claim can come, and the refusal to take it further."""

from __future__ import annotations

from enum import StrEnum


class ClaimState(StrEnum):
    """How far a claim has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAID = "paid"


class ClaimRefused(Exception):
    """A verb does not fit the claim's state; ``reason`` is a word the pages explain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
