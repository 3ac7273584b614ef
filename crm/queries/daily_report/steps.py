"""Which deals each rep began, moved, won and lost: who did it counts, whoever owns them now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select

from crm.extensions import db
from crm.filters.days import Days
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.deals.history import LOST, NEW, WON, Move, steps
from crm.models import Deal, User
from crm.queries.daily_report.figures import NAMED, Counted, Lists, Named

# What each kind of step is, as the list of deals is narrowed to it.
KINDS = {"new": Move("new-"), "moved": Move("stage-stage"), "won": Move("-won"),
         "lost": Move("-lost")}  # fmt: skip


@dataclass(frozen=True)
class Steps:
    """A rep's deals that were new, went on, were won or lost."""

    new: Counted = field(default_factory=Counted)
    moved: Counted = field(default_factory=Counted)
    won: Counted = field(default_factory=Counted)
    lost: Counted = field(default_factory=Counted)

    @property
    def count(self) -> int:
        return self.new.count + self.moved.count + self.won.count + self.lost.count


@dataclass
class Found:
    """What was found of one rep and kind: whose amounts, and what each step was."""

    amounts: dict[int, Decimal] = field(default_factory=dict)
    names: list[Named] = field(default_factory=list)


def steps_of(here: Days, ids: Sequence[int], user: User) -> Mapping[int, Steps]:
    """By rep, in one query; each deal counts once however often it was moved."""
    step = steps(here)
    rows = db.session.execute(
        select(step.c.by, step.c.left, step.c.entered, Deal.id, Deal.name, Deal.base_amount)
        .join(Deal, Deal.id == step.c.deal_id)
        .where(step.c.by.in_(ids), Deal.id.in_(Deal.visible_to(user).with_only_columns(Deal.id)))
        .order_by(Deal.id, step.c.since)
    )
    found: dict[int, dict[str, Found]] = defaultdict(lambda: defaultdict(Found))
    for by, left, entered, id, name, amount in rows:
        kind = _kind(left, entered)
        one = found[by][kind]
        one.amounts[id] = amount or Decimal(0)
        note = Move.between(left, entered).words() if kind == "moved" else ""
        one.names.append(Named(name, id, note))
    here_moved = DealFilter(status=DealStatus.ALL, moved_on=here)
    lists = {kind: Lists(here_moved.changed(moved=move), "moved_by")
             for kind, move in KINDS.items()}  # fmt: skip
    return {id: _steps(lists, id, found[id]) for id in ids}


def _kind(left: int, entered: int) -> str:
    if left == NEW:
        return "new"
    return {WON: "won", LOST: "lost"}.get(entered, "moved")


def _steps(lists: Mapping[str, Lists], id: int, found: Mapping[str, Found]) -> Steps:
    return Steps(**{
        kind: Counted(
            len(one.amounts), of_kind.of(id), one.names[:NAMED], len(one.names),
            amount=sum(one.amounts.values(), Decimal(0)),
        )
        for kind, of_kind in lists.items()
        for one in (found.get(kind) or Found(),)
    })  # fmt: skip
