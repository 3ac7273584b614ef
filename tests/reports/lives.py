"""Lives of deals, lived by the verbs and replayed in plain Python: what reports say of their way.

The replay keeps a diary and knows no SQL, no stays' table and none of the reports' code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Stages 0–3 are of one pipeline, 4 and 5 of another; 3 may be retired into 2 at the end.
HERE, RETIRED, INTO = range(4), 3, 2
GAPS = [timedelta(0), timedelta(minutes=10), timedelta(hours=7), timedelta(days=3, hours=5),
        timedelta(days=40)]  # fmt: skip
deeds = st.tuples(
    st.sampled_from(["move", "move", "move", "take back", "win", "lose", "reopen"]),
    st.integers(0, 5),
    st.sampled_from(GAPS),
)
lives = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from([None, Decimal("1000.50"), Decimal("20000.00")]),
        st.integers(0, 90),
        st.lists(deeds, max_size=8),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


def day_of(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


@dataclass
class Step:
    """From where to where, when, and since when it had stood where it left."""

    left: int | str
    entered: int | str
    at: datetime
    since: datetime | None


@dataclass
class Diary:
    """One deal's way, as somebody would write it down."""

    amount: Decimal | None
    steps: list[Step] = field(default_factory=list)
    stays: list[tuple[int, datetime, datetime]] = field(default_factory=list)  # ended ones
    here: int = 0
    since: datetime | None = None
    ended: str = ""  # won, lost

    def begin(self, stage: int, at: datetime) -> None:
        self.steps.append(Step("new", stage, at, None))
        self.here, self.since = stage, at

    def move(self, stage: int, at: datetime) -> None:
        assert self.since
        if self.ended or stage == self.here:
            return
        self.steps.append(Step(self.here, stage, at, self.since))
        self.stays.append((self.here, self.since, at))
        self.here, self.since = stage, at

    def may_take_back(self, at: datetime) -> bool:
        last = self.steps[-1]
        return (
            not self.ended and isinstance(last.left, int) and isinstance(last.entered, int)
            and at - last.at < timedelta(hours=1)
        )  # fmt: skip

    def take_back(self) -> None:
        last = self.steps.pop()
        self.stays.pop()
        assert isinstance(last.left, int)
        self.here, self.since = last.left, last.since

    def close(self, how: str, at: datetime) -> None:
        assert self.since
        if self.ended:
            return
        self.steps.append(Step(self.here, how, at, self.since))
        self.stays.append((self.here, self.since, at))
        self.ended = how

    def reopen(self, at: datetime) -> None:
        if not self.ended:
            return
        self.steps.pop()  # what was won is not won any more
        self.steps.append(Step("reopened", self.here, at, None))
        self.since, self.ended = at, ""


def retired(diary: Diary) -> Diary:
    """The diary as it reads once stage 3 counts as stage 2: between the two is no step."""

    def counts_as(end: int | str) -> int | str:
        return INTO if end == RETIRED else end

    steps = [Step(counts_as(s.left), counts_as(s.entered), s.at, s.since) for s in diary.steps]
    stays = [(INTO if s == RETIRED else s, begun, ended) for s, begun, ended in diary.stays]
    kept = [step for step in steps if step.left != step.entered]
    since = diary.since
    for step in reversed(steps):  # where it stands now it stands since before
        if diary.ended or step.left != step.entered:
            break
        since = stays.pop()[1]
    here = INTO if diary.here == RETIRED else diary.here
    return Diary(diary.amount, kept, stays, here, since, diary.ended)


def seen_here(step: Step) -> tuple[int | str, int | str] | None:
    """The step as the pipeline of the stages 0–3 sees it: the other one is elsewhere."""
    if step.left not in HERE and step.entered not in HERE:
        return None
    left, entered = (
        end if isinstance(end, str) or end in HERE else "elsewhere"
        for end in (step.left, step.entered)
    )
    return left, entered


Moves = dict[tuple[int | str, int | str], tuple[int, int, Decimal, list[timedelta]]]


def moves(diaries: Iterable[Diary], first: date, last: date) -> Moves:
    """By from and to: deals, moves, the deals' amounts, and how long they had stood there."""
    found: dict[tuple[int | str, int | str], list[tuple[int, Step]]] = defaultdict(list)
    diaries = list(diaries)
    for number, diary in enumerate(diaries):
        for step in diary.steps:
            ends = seen_here(step)
            if ends and first <= day_of(step.at) <= last:
                found[ends].append((number, step))
    return {
        ends: (
            len(who := {number for number, _step in steps}),
            len(steps),
            sum((diaries[number].amount or Decimal(0) for number in who), Decimal(0)),
            sorted(step.at - step.since for _number, step in steps if step.since),
        )
        for ends, steps in found.items()
    }


def began_here(diaries: Iterable[Diary], first: date, last: date) -> Iterator[Diary]:
    for diary in diaries:
        begin = diary.steps[0]
        if begin.entered in HERE and first <= day_of(begin.at) <= last:
            yield diary


def reached(diary: Diary, stage: int) -> bool:
    """Whether it ever stood in this stage or in a later one, or was won."""
    stood = {diary.here} | {each for each, _begun, _ended in diary.stays}
    return diary.ended == "won" or any(each in HERE and each >= stage for each in stood)


def stood(diaries: Iterable[Diary], stage: int, first: date, last: date) -> list[timedelta]:
    """Of each that left the stage on these days, how long it had stood there in all."""
    return sorted(
        sum((ended - begun for each, begun, ended in diary.stays if each == stage), timedelta(0))
        for diary in diaries
        if any(step.left == stage and first <= day_of(step.at) <= last for step in diary.steps)
    )
