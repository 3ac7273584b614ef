"""Many records changed at once: each is judged and changed by itself, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_args

from flask_babel import gettext as _

from crm.extensions import db
from crm.models import User
from crm.models.deal import Missing, OwnerLocked, StageChanged
from crm.models.expense_claim import ClaimRefused
from crm.models.pool import PoolRefused
from crm.policies import find_all, may
from crm.refusals import changed_words, locked_words, missing_words
from crm.wording.refusals import refusal_word

# What a verb says that does not fit a record as it is; it has changed nothing then.
Refused = ClaimRefused | PoolRefused | Missing | StageChanged | OwnerLocked
REFUSALS = get_args(Refused)

# As many as can be looked over, and are held at a time.
MOST = 200


class Left(NamedTuple):
    """A record that stayed as it was, and why."""

    record: Any
    reason: str


@dataclass(frozen=True)
class Batch:
    """What became of the records that were chosen."""

    done: list[Any] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    # How many are not there any more, or out of sight.
    missing: int = 0


def carry_out(model: Any, ids: Iterable[int], verb: str, deed: Callable[[Any], None]) -> Batch:
    """Do ``deed`` to each record whom the user may ``verb``; the others are named with the reason.

    The records are held, in the order of their ids, until the transaction ends.
    """
    wanted = set(ids)
    records = find_all(model, wanted, lock=True)
    batch = Batch(missing=len(wanted) - len(records))
    for record in records:
        if not may(verb, record):
            batch.left.append(Left(record, _("It is not yours to change.")))
            continue
        try:
            deed(record)
        except REFUSALS as refused:
            batch.left.append(Left(record, _reason(refused)))
        else:
            batch.done.append(record)
    return batch


def restore(model: Any, ids: Iterable[int], by: User) -> int:
    """Take those of them that ``by`` may restore back from the trash; returns how many."""
    chosen = model.trash_of(by).where(model.id.in_(set(ids))).options(*model.for_changes())
    mine = [record for record in db.session.scalars(chosen) if may("restore", record)]
    for record in mine:
        record.restore(by=by)
    return len(mine)


def _reason(refused: Refused) -> str:
    match refused:
        case Missing():
            return _("It needs this first: %(names)s.", names=missing_words(refused))
        case StageChanged():
            return changed_words(refused)
        case OwnerLocked():
            return locked_words(refused)
    if refused.reason == "state":
        return _("Its status does not allow it.")
    return refusal_word(refused.reason)
