"""The small forms on Today: what is done about a line right where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from crm.forms.activity import NoteForm
from crm.forms.deal.move import DealMoveForm
from crm.forms.task import TaskForm
from crm.models import Deal


class AtHand(NamedTuple):
    """The forms, each drawn once a line; ``move`` makes one for a deal."""

    note: NoteForm
    task: TaskForm
    move: Callable[[Deal], DealMoveForm]


def forms_at_hand() -> AtHand:
    """The forms as they are before anything is typed."""
    return AtHand(NoteForm(), TaskForm(), DealMoveForm)
