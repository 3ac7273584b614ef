"""XLSX, written row by row by XlsxWriter: numbers are numbers, days are days, text is never run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from crm.exporters.cells import Percent, Rate, Row, Value
from crm.formatting import room_of

# What a cell holds at most, how many digits Excel keeps of a number, and the first year that its
# calendar knows. What would be rounded is text.
LONGEST_TEXT = 32_767
MOST_DIGITS = 15
FIRST_YEAR = 1900
LONGEST_NAME, NOT_IN_NAMES = 31, re.compile(r"[\[\]:*?/\\]")
NARROWEST, WIDEST = 10, 40
# The rows by which a column's width is found; they are kept until then.
SAMPLE = 100

FORMATS: dict[type, dict[str, str]] = {
    Decimal: {"num_format": "#,##0.00"},
    Rate: {"num_format": "0.00####"},
    Percent: {"num_format": "0.0#%"},
    datetime: {"num_format": "yyyy-mm-dd hh:mm"},
    date: {"num_format": "yyyy-mm-dd"},
}


def write(file: IO[bytes], name: str, titles: Row, rows: Iterable[Row]) -> None:
    """Write one sheet called ``name``: the titles stay in sight and can be filtered by."""
    # In constant memory rows go to a temporary file as they come, so they must come in order.
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(_sheet_name(name))
        formats = {kind: book.add_format(look) for kind, look in FORMATS.items()}
        bold = book.add_format({"bold": True})
        widths = [_width(title) for title in titles]
        for at, title in enumerate(titles):
            sheet.write_string(0, at, str(title), bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for at, value in enumerate(row):
                _write(sheet, last, at, value, formats)
            if last <= SAMPLE:
                widths = [max(pair) for pair in zip(widths, map(_width, row), strict=True)]
        for at, width in enumerate(widths):
            sheet.set_column(at, at, min(max(width + 2, NARROWEST), WIDEST))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(titles) - 1)


def _sheet_name(name: str) -> str:
    """As much of ``name`` as a sheet may be called."""
    return NOT_IN_NAMES.sub(" ", name)[:LONGEST_NAME].strip(" '")


def _write(sheet: Worksheet, row: int, at: int, value: Value, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, at, value[:LONGEST_TEXT])
    elif isinstance(value, date):  # a moment is one too
        if value.year < FIRST_YEAR:
            sheet.write_string(row, at, value.isoformat())
        else:
            sheet.write_datetime(row, at, value, formats[type(value)])
    elif isinstance(value, Percent):
        sheet.write_number(row, at, value.value / 100, formats[Percent])
    elif len(Decimal(value).normalize().as_tuple().digits) > MOST_DIGITS:
        sheet.write_string(row, at, str(value))
    else:
        sheet.write_number(row, at, value, formats.get(type(value)))


def _width(value: Value) -> int:
    """How wide the text is: Chinese characters take the room of two Latin ones."""
    return room_of(str(value or "")[:WIDEST])
