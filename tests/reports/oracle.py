"""The figures of reports once more, from the sample's CSV files, by ``csv`` and ``statistics``.

Nothing of the product is imported here: what both say is not an error that both share.
"""

from __future__ import annotations

import csv
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class Sale:
    """A row of ``sales_pipeline.csv``, with what ``sales_teams.csv`` says of its rep."""

    rep: str
    manager: str
    office: str
    product: str
    began: date
    closed: date | None
    won: bool
    value: Decimal | None

    @property
    def quarter(self) -> str:
        assert self.closed
        return f"{self.closed.year} Q{math.ceil(self.closed.month / 3)}"

    @property
    def month(self) -> str:
        assert self.closed
        return self.closed.isoformat()[:7]

    @property
    def days(self) -> int:
        assert self.closed
        return (self.closed - self.began).days


def sales(folder: Path) -> list[Sale]:
    """Every row of the sample."""
    people = {row["sales_agent"]: row for row in _rows(folder / "sales_teams.csv")}
    return [
        Sale(
            rep=row["sales_agent"],
            manager=people[row["sales_agent"]]["manager"],
            office=people[row["sales_agent"]]["regional_office"],
            product=row["product"],
            began=date.fromisoformat(row["created_on"]),
            closed=date.fromisoformat(row["close_date"]) if row["close_date"] else None,
            won=row["deal_stage"] == "Won",
            value=Decimal(row["close_value"]) if row["close_value"] else None,
        )
        for row in _rows(folder / "sales_pipeline.csv")
    ]


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def closed_between(sales: Iterable[Sale], first: date, last: date) -> list[Sale]:
    """Those that were won or lost on these days, both among them."""
    return [sale for sale in sales if sale.closed and first <= sale.closed <= last]


def by(sales: Iterable[Sale], key: Callable[[Sale], str]) -> dict[str, list[Sale]]:
    """The sales in groups."""
    groups = defaultdict(list)
    for sale in sales:
        groups[key(sale)].append(sale)
    return dict(groups)


def won(sales: list[Sale]) -> int:
    return sum(sale.won for sale in sales)


def won_sum(sales: list[Sale]) -> Decimal:
    return sum((sale.value for sale in sales if sale.won and sale.value), Decimal(0))


def win_rate(sales: list[Sale]) -> float:
    """In percent of the closed ones, by number."""
    return 100 * won(sales) / len(sales)


def cycle(sales: list[Sale], *, of_won: bool) -> list[int]:
    """The days that each took, in order."""
    return sorted(sale.days for sale in sales if sale.won is of_won)


def median(days: list[int]) -> float | None:
    return statistics.median(days) if days else None


def mean(days: list[int]) -> float | None:
    return statistics.fmean(days) if days else None


def ninetieth(days: list[int]) -> int | None:
    """The nearest rank: the least that 90 % do not exceed."""
    return next((n for at, n in enumerate(days, 1) if at * 10 >= len(days) * 9), None)
