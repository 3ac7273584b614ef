"""What others changed on a board that is open: known by its mark, and drawn where it stands.

A mark says up to which event a board is drawn. Events are numbered when they are written but seen
when they are committed, on PostgreSQL not always in that order: so a mark begins a while back, and
counts the events from there. While the number stays the same, nothing was changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from crm import clock
from crm.extensions import db
from crm.filters.deals.board import BoardFilter
from crm.models import Deal, Event, Stage, StageStay, User
from crm.policies import LARGEST_KEY
from crm.queries.board import Board, Column, board, heads, open_deals

# No change of a deal takes longer to commit; those of a long import come with the next change.
SETTLED = timedelta(seconds=60)
# Of more changed deals, and of a board with more cards, the whole board is drawn.
MOST_CHANGED, MOST_SHOWN = 200, 2_000
# A board that was not looked at for longer is drawn with stale sums until the next change.
LATELY = timedelta(days=7)
CHANGES_COLUMNS = ("pipeline", "stage")


class Mark(NamedTuple):
    """``begun``: after which event events are counted; ``counted``: how many there were."""

    begun: int
    counted: int

    @classmethod
    def now(cls) -> Mark:
        """That of a board that is drawn after this."""
        settled = select(Event.id).where(Event.at < clock.now() - SETTLED)
        begun = db.session.scalar(settled.order_by(Event.id.desc()).limit(1)) or 0
        return cls(begun, _count_after(begun))

    @classmethod
    def read(cls, written: str) -> Mark | None:
        """What ``str`` wrote; none if it is anything else."""
        parts = re.fullmatch(r"([0-9]{1,10})-([0-9]{1,9})", written)
        return cls(*map(int, parts.groups())) if parts else None

    @property
    def is_current(self) -> bool:
        """Whether nothing was changed since."""
        return _count_after(self.begun) == self.counted

    def __str__(self) -> str:
        return f"{self.begun}-{self.counted}"


@dataclass(frozen=True)
class Changes:
    """What is to be drawn anew: the whole board, or some columns and some heads."""

    board: Board
    heads: list[Column] = field(default_factory=list)
    arrived: frozenset[int] = frozenset()  # the deals whose cards come to where they were not
    is_whole: bool = False


NOTHING = Changes(Board([], []))


def shown_in(written: Iterable[str]) -> dict[int, list[int]]:
    """By stage the deals whose cards the browser says it shows, as it writes them."""
    shown: dict[int, list[int]] = {}
    for text in written:
        stage_id, *ids = [int(part) for part in text.split(",") if _is_key(part)] or [0]
        shown.setdefault(stage_id, []).extend(ids)
    return shown


def changes(
    filter: BoardFilter, user: User, stages: list[Stage], since: Mark | None,
    shown: Mapping[int, list[int]],
) -> Changes:  # fmt: skip
    """What of the board ``filter`` of ``stages`` is not any more as the browser shows it."""
    before = {deal_id: stage_id for stage_id, ids in shown.items() for deal_id in ids}
    touched = _touched(since) if since and len(before) <= MOST_SHOWN else None
    if touched is None:
        return Changes(board(filter, user, stages), is_whole=True)
    asked = touched | before.keys()
    here = open_deals(filter, user).with_only_columns(Deal.id, Deal.stage_id)
    now = {row.id: row.stage_id for row in db.session.execute(here.where(Deal.id.in_(asked)))}
    moved = {deal_id for deal_id in asked if before.get(deal_id) != now.get(deal_id)}
    if not moved and not _sees_any(touched, user):
        return NOTHING
    if filter.lanes:
        return Changes(board(filter, user, stages), arrived=frozenset(moved), is_whole=True)
    places = {each.get(deal_id) for deal_id in moved | touched for each in (before, now)}
    columns = [stage for stage in stages if stage.id in places]
    left = _stood_in(touched) - places
    others = [stage for stage in stages if stage.id in left]
    drawn = {stage_id: len(ids) for stage_id, ids in shown.items()}
    return Changes(
        board(filter, user, columns, drawn=drawn), heads(filter, user, others), frozenset(moved)
    )


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= LARGEST_KEY


def _matters() -> ColumnElement[bool]:
    """The condition that an event may change a board."""
    return or_(Event.deal_id.is_not(None), Event.subject_kind.in_(("customer", *CHANGES_COLUMNS)))


def _count_after(begun: int) -> int:
    counted = select(func.count()).select_from(Event).where(Event.id > begun, _matters())
    return db.session.scalar(counted) or 0


def _touched(since: Mark) -> set[int] | None:
    """The deals that events tell of; none where that does not say which cards changed."""
    told = select(Event.deal_id, Event.subject_kind, Event.subject_id)
    # In their order: asked for distinct ones SQLite would read an index of all events.
    after = told.where(Event.id > since.begun, _matters()).order_by(Event.id)
    events = db.session.execute(after.limit(MOST_CHANGED + 1)).all()
    if len(events) > MOST_CHANGED or any(kind in CHANGES_COLUMNS for _, kind, _ in events):
        return None
    touched = {deal_id for deal_id, *_ in events if deal_id is not None}
    if customers := {subject_id for _, kind, subject_id in events if kind == "customer"}:
        theirs = select(Deal.id).where(Deal.customer_id.in_(customers), Deal.closed_at.is_(None))
        touched |= set(db.session.scalars(theirs.limit(MOST_CHANGED)))
    return touched


def _stood_in(deal_ids: set[int]) -> set[int]:
    """The ids of the stages that these deals stand in or stood in of late: their sums changed."""
    lately = or_(StageStay.left_at.is_(None), StageStay.left_at > clock.now() - LATELY)
    stays = select(StageStay.stage_id).where(StageStay.deal_id.in_(deal_ids), lately)
    return set(db.session.scalars(stays.distinct()))


def _sees_any(deal_ids: set[int], user: User) -> bool:
    """Whether ``user`` sees one of them, be it closed or in the trash: heads count it no more."""
    seen = select(Deal.id).where(Deal.id.in_(deal_ids), Deal.seen_by(user)).limit(1)
    return db.session.scalar(seen) is not None
