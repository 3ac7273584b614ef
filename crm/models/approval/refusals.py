"""Why a decision is not taken, or a document not asked about."""

from __future__ import annotations


class NotAllowed(Exception):
    """This person may not decide: not the approver, deactivated, or the claimant."""


class AlreadyDecided(Exception):
    """The assignment was decided before; ``same`` tells whether it was the same decision."""

    def __init__(self, same: bool) -> None:
        super().__init__("same" if same else "opposite")
        self.same = same


class NoLongerAsked(Exception):
    """Somebody else decided in the meantime, or was given the assignment."""


class DocumentChanged(Exception):
    """The document is not what was shown, or its request is closed."""


class CommentMissing(Exception):
    """Rejecting and returning need a comment."""


class NobodyDecides(Exception):
    """Nobody could be asked: the claimant is the only administrator."""


# Every reason for which a decision is not taken.
REFUSALS = (
    NotAllowed, AlreadyDecided, NoLongerAsked, DocumentChanged, CommentMissing, NobodyDecides,
)  # fmt: skip
