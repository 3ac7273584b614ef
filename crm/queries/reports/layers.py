"""Bars made of several measures, one after the other, each in its colour."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from crm.queries.reports.report import Bar, Drawing, Part, Row, Table, scaled


def layered(table: Table, title: str, says: str, whole: int, said: Callable[[Row], str]) -> Drawing:
    """A bar for each row, of the measures that have a tone, to one scale; the legend names them.

    :param whole: the number of the figure whose list is behind the bar.
    :param said: what stands beside the bar.
    """
    layers = [(at, measure) for at, measure in enumerate(table.measures) if measure.tone]
    lengths = {
        row.key: sum((Decimal(row.figures[at].value or 0) for at, _layer in layers), Decimal(0))
        for row in table.rows
    }
    scale = scaled(lengths.values())
    bars = []
    for row in table.rows:
        parts, begin = [], Decimal(0)
        for at, measure in layers:
            width = scale(row.figures[at].value)
            words = f"{measure.title}: {measure.words(row.figures[at].value)}"
            parts.append(Part(width, measure.tone, begin, words))
            begin += width
        if lengths[row.key]:
            bars.append(Bar(row.label, said(row), parts, row.figures[whole].list))
    shown = {at for at, _layer in layers if any(row.figures[at].value for row in table.rows)}
    legend = [(str(measure.title), measure.tone) for at, measure in layers if at in shown]
    return Drawing(title, says, bars, legend)
