"""How a report is drawn: a bar for each row, of one part or of several in their colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from crm.filters.base import ListFilter
from crm.formatting import room_of
from crm.queries.reports.figures import Amount, Page, Row, behind_first

if TYPE_CHECKING:
    from crm.queries.reports.report import Table

# More than these are not drawn: the table has all of them.
MOST_DRAWN = 20
# Narrow characters, side by side, that a bar has room for on a phone; and those that its label gets
# of them where a bar says little, and where it says much.
LINE = 42
LONGEST_LABEL, SHORTEST_LABEL = 34, 10


@dataclass(frozen=True)
class Part:
    """A part of a bar: where it begins and how wide it is, in percent of the drawing."""

    width: Decimal
    tone: str = "blue"
    begin: Decimal = Decimal(0)
    words: str = ""


@dataclass(frozen=True)
class Bar:
    """A row as it is drawn; ``mark`` is where it stood in the compared days, in percent."""

    label: str
    words: str
    parts: Sequence[Part]
    list: ListFilter | Page | None = None
    mark: Amount = None

    @property
    def short(self) -> str:
        """As much of its label as there is room for beside the words."""
        room = min(LONGEST_LABEL, max(SHORTEST_LABEL, LINE - 1 - room_of(self.words)))
        if room_of(self.label) <= room:
            return self.label
        fitting = (at for at in range(len(self.label), 0, -1) if room_of(self.label[:at]) < room)
        return f"{self.label[: next(fitting)]}…"


@dataclass(frozen=True)
class Drawing:
    """What is drawn of a report, and in words what can be seen in it."""

    title: str
    says: str
    bars: Sequence[Bar]
    # What the colours of the parts mean: words and tone.
    legend: Sequence[tuple[str, str]] = ()
    more: int = 0  # how many bars were not even made

    @property
    def drawn(self) -> Sequence[Bar]:
        return self.bars[:MOST_DRAWN]

    @property
    def left_off(self) -> int:
        """How many bars there is no room for."""
        return len(self.bars) - len(self.drawn) + self.more


def scaled(values: Iterable[Amount]) -> Callable[[Amount], Decimal]:
    """Amounts in percent of the largest one, to be drawn to one scale."""
    most = max((Decimal(value) for value in values if value), default=Decimal(0))
    return lambda value: Decimal(value or 0) * 100 / most if most else Decimal(0)


def layered(table: Table, title: str, says: str, whole: int, said: Callable[[Row], str]) -> Drawing:
    """A bar for each row, of the measures that have a tone, to one scale; the legend names them.

    :param whole: the number of the figure whose list is behind the bar; where that is nothing,
        the first of the parts.
    :param said: what stands beside the bar.
    """
    layers = [(at, measure) for at, measure in enumerate(table.measures) if measure.tone]
    lengths = {
        row.key: sum((Decimal(row.figures[at].value or 0) for at, _layer in layers), Decimal(0))
        for row in table.rows
    }
    scale = scaled(lengths.values())
    rows = _drawn(table, lengths)
    bars = []
    for row in rows[:MOST_DRAWN]:  # to say what stands beside thousands takes long
        parts, begin = [], Decimal(0)
        for at, measure in layers:
            width = scale(row.figures[at].value)
            words = f"{measure.title}: {measure.words(row.figures[at].value)}"
            parts.append(Part(width, measure.tone, begin, words))
            begin += width
        behind = behind_first(row, whole, *(at for at, _layer in layers))
        bars.append(Bar(row.label, said(row), parts, behind))
    shown = {at for at, _layer in layers if any(row.figures[at].value for row in table.rows)}
    legend = [(str(measure.title), measure.tone) for at, measure in layers if at in shown]
    return Drawing(title, says, bars, legend, more=len(rows) - len(bars))


def _drawn(table: Table, lengths: Mapping[str, Decimal]) -> Sequence[Row]:
    """The rows that have a bar: in time those between two others, too, or they would seem to
    follow each other."""
    found = [at for at, row in enumerate(table.rows) if lengths[row.key]]
    if table.is_timeline and found:
        return table.rows[found[0] : found[-1] + 1]
    return [table.rows[at] for at in found]
