"""A program of its own: reads a workbook from its standard input within limits, and answers.

``workbook.py`` starts it and says what it wants as JSON, the one argument. The answer, a glance as
JSON or a whole sheet as CSV, goes to standard output; of what cannot be read, the reason goes there
alone. Nothing of ours is imported here, so that it starts in a moment and nothing but the file and
openpyxl is in reach of what a file may do.

openpyxl reads in its read-only way, row by row through Python's own zip reader, which never
unpacks more than the archive says, and which leaves out the empty space between two far cells.
Formulas count as what they came to, merged cells each as what the area says, days as ISO 8601.
"""

from __future__ import annotations

import codecs
import csv
import errno
import json
import os
import re
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import errors as expat

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

Row = tuple[int, list[str]]

# A sheet of 50,000 rows unpacks to some 50 MB, about twelve times its size.
MOST_UNPACKED, MOST_SHARED = 250_000_000, 60_000_000
HARMLESS, HIGHEST_RATIO = 10_000_000, 120
MOST_MERGED = 200_000
MOST_CELLS = 16_384  # in a row
LONGEST_NAME = 31  # of a sheet, in any program that writes them
# The header is looked for among the first rows: above it may stand a title.
LOOKED_AT = 20

REFUSED = 3  # the answer says why
_OLE = b"\xd0\xcf\x11\xe0"
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
# A formula without a result; one that came to no text has none either, but says that it is text.
_NOT_COMPUTED = re.compile(
    rb"""<(?:\w+:)?c(?=[\s>])(?![^<>]*\st=["']str["'])[^<>]*>\s*"""
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
# A character that XML cannot hold, or that it would change, as ``_x000D_``; openpyxl leaves it so.
_ESCAPED = re.compile("_x(?!D[89A-F])([0-9A-F]{4})_", re.IGNORECASE)
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[ />]"), re.compile(rb"<(?:\w+:)?c[ />]")
# A formula has at most 8,192 characters, which XML may write as six each.
_CHUNK, _LONGEST = 1 << 20, 1 << 16
_NO_MEMORY = expat.codes[expat.XML_ERROR_NO_MEMORY]


class Unreadable(Exception):
    """Why nothing is read: one of ``workbook.REASONS``, and what is named in it."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


class Asked(NamedTuple):
    """What is wanted of a workbook."""

    sheet: str
    words: tuple[str, str]  # what a cell says that is true, and one that is false
    columns: int  # into so many a merged area is carried on
    limits: dict[str, int]
    # Of a glance: so many rows, and so much of each cell; else the whole sheet.
    rows: int = 0
    cut: int = 0


def main() -> None:
    """Answer, or say why not."""
    asked = Asked(**json.loads(sys.argv[1]))
    for name, most in asked.limits.items():
        _limit(getattr(resource, f"RLIMIT_{name}"), most)
    book, answer = sys.stdin.buffer, sys.stdout.buffer
    try:
        if asked.rows:
            answer.write(json.dumps(glance(book, asked)).encode())
        else:
            write_table(book, asked, answer)
        answer.flush()
    except Unreadable as error:
        _refuse(error)
    except MemoryError:
        _refuse(Unreadable("too much"))
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        _refuse(Unreadable("too much"))


def _limit(which: int, most: int) -> None:
    hard = resource.getrlimit(which)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (most, most))


def _refuse(error: Unreadable) -> None:
    """Say why instead of whatever was written so far."""
    answer = json.dumps([error.reason, error.values]).encode()
    os.ftruncate(1, 0)
    os.pwrite(1, answer, 0)
    os._exit(REFUSED)  # what is still in a buffer must not follow


def glance(book: IO[bytes], asked: Asked) -> dict[str, Any]:
    """The sheets, and the first rows of the one asked for, or else of the first that has any."""
    names = sheets_of(book)
    for name in [asked.sheet] if asked.sheet in names else names:
        rows = islice(rows_of(book, asked._replace(sheet=name)), asked.rows)
        try:
            _number, header = next(rows)
        except Unreadable as error:
            if error.reason != "empty sheet":
                raise
            continue
        some = [[cell[: asked.cut] for cell in cells[: asked.columns]] for _number, cells in rows]
        return {"header": header, "rows": some, "sheets": names, "sheet": name}
    raise Unreadable("empty")


def write_table(book: IO[bytes], asked: Asked, answer: IO[bytes]) -> None:
    """Write the sheet as CSV for ``Table(…, numbered=True)``: each row with its number first."""
    text = codecs.getwriter("utf-8")(answer)
    csv.writer(text).writerows([str(number), *cells] for number, cells in rows_of(book, asked))


def sheets_of(file: IO[bytes]) -> list[str]:
    """The names of the sheets that are shown, charts left out.

    :raises Unreadable: it is protected, broken, too large, or no workbook of this kind.
    """
    with _opened(file) as book:
        shown = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return [name for name in shown if len(name) <= LONGEST_NAME]


def rows_of(file: IO[bytes], asked: Asked) -> Iterator[Row]:
    """The rows of the sheet from its header on: number, cells; empty rows are left out.

    :raises Unreadable: the sheet cannot be read, or has formulas that nobody computed.
    """
    with _opened(file) as book:
        if asked.sheet not in book.sheetnames:
            raise Unreadable("no sheet", name=asked.sheet)
        sheet = book[asked.sheet]
        sheet.reset_dimensions()
        rows = _written(sheet, _anchors(book, sheet), asked)
        first = list(islice(rows, LOOKED_AT))
        if not first:
            raise Unreadable("empty sheet", name=asked.sheet)
        start = _header_among([cells for _number, cells in first])
        header = [" ".join(cell.split()) for cell in first[start][1]]
        yield first[start][0], header
        for number, cells in chain(first[start + 1 :], rows):
            yield number, _as_wide(cells, len(header))


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[Any]:
    try:
        _check(file)
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that nobody asked for
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            yield book
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, ParseError) and error.code == _NO_MEMORY:
            raise MemoryError from error
        # What parsers raise is raised: KeyError, ParseError, BadZipFile, zlib.error, EOFError…
        raise Unreadable("broken") from error


def _check(file: IO[bytes]) -> None:
    file.seek(0)
    if file.read(4) == _OLE:
        raise Unreadable("old kind")
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        unpacked = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos) or 1
        shared = sum(i.file_size for i in infos if i.filename.endswith("sharedStrings.xml"))
        too_large = unpacked > MOST_UNPACKED or shared > MOST_SHARED
        if too_large or (unpacked > HARMLESS and unpacked / packed > HIGHEST_RATIO):
            raise Unreadable("too large", size=unpacked // 1_000_000)
        if any(info.flag_bits & 1 for info in infos):
            raise Unreadable("broken")
        for info in infos:
            if info.filename.endswith((".xml", ".rels")):
                with archive.open(info) as part:
                    start = part.read(4096)
                    # Nobody writes UTF-16 there; what does would pass unseen.
                    if b"\0" in start or _DOCTYPE.search(start):
                        raise Unreadable("broken")


def _anchors(book: Any, sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Each further cell of a merged area → the cell at its beginning.

    openpyxl does not tell of them when it reads row by row.
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    with book._archive.open(sheet._worksheet_path) as part:
        for area in _areas(part):
            left, top, right, bottom = range_boundaries(area.decode())
            if len(found) + (right - left + 1) * (bottom - top + 1) > MOST_MERGED:
                raise Unreadable("merged")
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    found[row, column] = (top, left)
                    if (row, column) == (top, left):
                        del found[row, column]
    return found


def _areas(part: IO[bytes]) -> Iterator[bytes]:
    """The merged areas that the XML of a sheet names."""
    rest, width = b"", 0
    while chunk := part.read(_CHUNK):
        text = rest + chunk
        width = _width(chunk, width)
        if _NOT_COMPUTED.search(text):
            raise Unreadable("not computed")
        end = 0
        for found in _MERGED.finditer(text):
            yield found[1]
            end = found.end()
        rest = text[max(end, len(text) - _LONGEST) :]


def _width(chunk: bytes, width: int) -> int:
    """How many cells the last row of ``chunk`` has, of which ``width`` stood in those before it.

    openpyxl keeps a row as a whole: one of millions of empty cells takes gigabytes.

    :raises Unreadable: a row has more than any program writes.
    """
    for at, row in enumerate(_ROW.split(chunk)):
        width = len(_CELL.findall(row)) + (width if at == 0 else 0)
        if width > MOST_CELLS:
            raise Unreadable("broken")
    return width


def _written(
    sheet: Any, anchors: dict[tuple[int, int], tuple[int, int]], asked: Asked
) -> Iterator[Row]:
    """The rows in which something stands."""
    heads = set(anchors.values())
    widths: dict[int, int] = {}
    for row, column in anchors:
        widths[row] = max(column, widths.get(row, 0))
    kept: dict[tuple[int, int], str] = {}
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [_text(cell, asked.words) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        texts += [""] * (min(widths.get(number, 0), asked.columns) - len(texts))
        for at in range(len(texts)):
            place = number, at + 1
            if place in heads:
                kept[place] = texts[at]
            elif place in anchors:
                texts[at] = kept.get(anchors[place], "")
        if any(texts):
            yield number, texts


def _header_among(rows: list[list[str]]) -> int:
    """Where the header stands: the first row as full as a table's, below what is only a title."""
    filled = [len({cell for cell in cells if cell}) for cells in rows]
    needed = min(2, max(filled))
    return next(at for at, count in enumerate(filled) if count >= needed)


def _as_wide(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _text(cell: Any, words: tuple[str, str]) -> str:
    """What a cell says, as somebody would type it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value).replace("\0", "")
    if isinstance(value, bool):
        return words[0] if value else words[1]
    if isinstance(value, datetime):
        midnight = value.time() == time.min
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(Decimal(repr(value)), str(cell.number_format or ""))
    return str(value)


def _number(value: Decimal, look: str) -> str:
    """``12.0`` → ``12``, ``0.4`` shown as a percentage → ``40%``."""
    if not value.is_finite():
        return str(value)
    percent = "%" in look
    plain = f"{value * 100 if percent else value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{plain}%" if percent else plain


if __name__ == "__main__":
    main()
