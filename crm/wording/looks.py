"""How states look as badges, on pages and in lists: the colour and the icon of each."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from crm.models import AdvanceState, ClaimState, ImportState
from crm.models.approval import Decision


class Look(NamedTuple):
    """What ``ui.badge`` takes beside the words."""

    tone: str
    icon: str = ""


LOOKS: dict[type[StrEnum], dict[StrEnum, Look]] = {
    ClaimState: {
        ClaimState.DRAFT: Look("grey", "pencil"),
        ClaimState.SUBMITTED: Look("amber", "clock"),
        ClaimState.APPROVED: Look("blue", "check"),
        ClaimState.RETURNED: Look("orange", "undo-2"),
        ClaimState.REJECTED: Look("red", "x"),
        ClaimState.PAID: Look("green", "banknote"),
    },
    AdvanceState: {
        AdvanceState.SUBMITTED: Look("amber", "clock"),
        AdvanceState.RETURNED: Look("orange", "undo-2"),
        AdvanceState.REJECTED: Look("red", "x"),
        AdvanceState.WITHDRAWN: Look("grey", "pencil"),
        AdvanceState.APPROVED: Look("blue", "check"),
        # Green is what nobody has to do anything about any more.
        AdvanceState.PAID: Look("violet", "banknote"),
        AdvanceState.SETTLED: Look("green", "check"),
    },
    Decision: {
        Decision.APPROVED: Look("green", "check"),
        Decision.REJECTED: Look("red", "x"),
        Decision.RETURNED: Look("orange", "undo-2"),
    },
    ImportState: {
        ImportState.MAPPING: Look("amber"),
        ImportState.CHECKING: Look("blue"),
        ImportState.CHECKED: Look("amber"),
        ImportState.WRITING: Look("blue"),
        ImportState.DONE: Look("green"),
        ImportState.UNDOING: Look("blue"),
        ImportState.UNDONE: Look("grey"),
        ImportState.FAILED: Look("red"),
    },
}


def look_of(state: StrEnum) -> Look:
    """How ``state`` looks, wherever it stands."""
    return LOOKS[type(state)][state]
