"""The figures as a table to read and as JSON to compare."""

from __future__ import annotations

import json
import os
import platform
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.counting import Cost
from bench.measuring import ALONE, CONCURRENCY, ROUNDS, Times
from bench.pages import FLOOR, Line

FOLDER = Path(__file__).parent / "results"
HEAD = (f"{'':18}{'median':>9}{'p95':>9}{'× floor':>9}{'goal':>6}{f'req/s at {CONCURRENCY}':>13}"
        f"{'queries':>9}{'1/20':>6}{'kB sent':>9}{'kB':>6}")  # fmt: skip


def rows_of(
    lines: list[Line], times: dict[str, Times], costs: dict[str, Cost], costs_small: dict[str, Cost]
) -> list[dict[str, Any]]:
    """One row for each line that was measured."""
    floor = times[FLOOR].median_ms
    return [
        {
            "name": line.name,
            "median_ms": round(times[line.name].median_ms, 2),
            "p95_ms": round(times[line.name].p95_ms, 2),
            "times_floor": round(times[line.name].median_ms / floor, 2),
            "goal": line.limit,
            "per_second": round(times[line.name].per_second, 1),
            "queries": costs[line.name].queries,
            "queries_in_small_world": costs_small[line.name].queries,
            "bytes_sent": times[line.name].bytes,
            "bytes": costs[line.name].bytes,
        }
        for line in lines
    ]


def table(username: str, rows: list[dict[str, Any]]) -> str:
    """``rows`` for reading; times in milliseconds."""
    printed = [f"{username}:", HEAD]
    for row in rows:
        goal = "" if row["goal"] is None else f"{row['goal']}"
        missed = "!" if row["goal"] is not None and row["times_floor"] > row["goal"] else " "
        printed.append(
            f"{row['name']:18}{row['median_ms']:9.1f}{row['p95_ms']:9.1f}{row['times_floor']:8.1f}{missed}"
            f"{goal:>6}{row['per_second']:13.0f}{row['queries']:9}{row['queries_in_small_world']:6}"
            f"{row['bytes_sent'] / 1000:9.1f}{row['bytes'] / 1000:6.0f}"
        )
    return "\n".join(printed)


def circumstances(database: str) -> dict[str, Any]:
    """Where and how it was measured."""
    return {
        "database": database, "python": platform.python_version(), "machine": platform.machine(),
        "cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2),
        "requests_alone": ROUNDS * ALONE,
    }  # fmt: skip


def text(data: dict[str, Any], people: dict[str, list[dict[str, Any]]]) -> str:
    """The whole report for reading."""
    place = (f"{data['database']}, Python {data['python']}, {data['cores']} cores, "
             f"load {data['load_before']} before we began, {data['seconds']} s")  # fmt: skip
    return "\n\n".join([place, *(table(name, rows) for name, rows in people.items())])


def save(when: datetime, words: str, data: dict[str, Any]) -> Path:
    """Keep text and JSON under ``bench/results``; the path of the text."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{when:%Y%m%d-%H%M%S}-{data['database']}.txt"
    path.write_text(words + "\n")
    path.with_suffix(".json").write_text(json.dumps(data, indent=1))
    return path
