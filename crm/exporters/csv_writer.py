"""CSV: UTF-8 with a byte-order mark, by which Excel knows it, and CRLF between the rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import IO

from crm.exporters.cells import Row


def write(file: IO[bytes], _name: str, titles: Row, rows: Iterable[Row]) -> None:
    """Write the titles and a line for each row; days and moments as ISO 8601 writes them."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(text)
    lines.writerow(titles)
    lines.writerows(rows)
    text.detach()  # the file stays open: it is read next
