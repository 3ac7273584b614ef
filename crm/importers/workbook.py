"""XLSX as rows of text, checked before it is unpacked.

openpyxl reads it: in its read-only way row by row through Python's own zip reader, which never
unpacks more than the archive says, and which leaves out the empty space between two far cells.
Formulas count as what they came to, merged cells each as what the area says, days as ISO 8601.
"""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from flask_babel import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from crm.importers.problems import Empty, Refused
from crm.importers.table import MOST_COLUMNS

Row = tuple[int, list[str]]

# A sheet of 50,000 rows unpacks to some 50 MB, about twelve times its size.
MOST_UNPACKED, MOST_SHARED = 250_000_000, 60_000_000
HARMLESS, HIGHEST_RATIO = 10_000_000, 120
MOST_MERGED = 200_000
MOST_CELLS = 16_384  # in a row
LONGEST_NAME = 31  # of a sheet, in any program that writes them
# The header is looked for among the first rows: above it may stand a title.
LOOKED_AT = 20

_OLE = b"\xd0\xcf\x11\xe0"
_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")  # with something in it, and without
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_NOT_COMPUTED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f(?: [^>]*)?/>)\s*(?:<v ?/>|<v></v>)?\s*</(?:\w+:)?c>"
)
# A character that XML cannot hold, or that it would change, as ``_x000D_``; openpyxl leaves it so.
_ESCAPED = re.compile("_x(?!D[89A-F])([0-9A-F]{4})_", re.IGNORECASE)
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[ />]"), re.compile(rb"<(?:\w+:)?c[ />]")
_CHUNK = 1 << 20


def is_workbook(path: Path) -> bool:
    """Whether the file is a workbook, whatever its name: an archive, or Microsoft's older kind."""
    with path.open("rb") as file:
        start = file.read(4)
    return start in {_OLE, *_ARCHIVE}


def sheets_of(path: Path) -> list[str]:
    """The names of the sheets that are shown, charts left out.

    :raises Refused: it is protected, broken, too large, or no workbook of this kind.
    """
    with _opened(path) as book:
        shown = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return [name for name in shown if len(name) <= LONGEST_NAME]


def rows_of(path: Path, name: str) -> Iterator[Row]:
    """The rows of a sheet from its header on: number, cells; empty rows are left out.

    :raises Refused: the sheet cannot be read, or has formulas that nobody computed.
    """
    with _opened(path) as book:
        if name not in book.sheetnames:
            raise Refused(_("There is no sheet %(name)s in this file.", name=name))
        sheet = book[name]
        sheet.reset_dimensions()
        anchors = _anchors(book, sheet)
        rows = _written(sheet, anchors)
        first = list(islice(rows, LOOKED_AT))
        if not first:
            raise Empty(_("The sheet %(name)s is empty.", name=name))
        start = _header_among([cells for _number, cells in first])
        header = [" ".join(cell.split()) for cell in first[start][1]]
        yield first[start][0], header
        for number, cells in chain(first[start + 1 :], rows):
            yield number, _as_wide(cells, len(header))


def write_table(path: Path, name: str, target: Path) -> None:
    """Write a sheet as UTF-8 CSV for ``Table(…, numbered=True)``: each row with its number first.

    :raises Refused: as ``rows_of``.
    """
    beside = target.with_suffix(".part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([str(number), *cells] for number, cells in rows_of(path, name))
    beside.replace(target)  # whole, or not there


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    _check(path)
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that nobody asked for
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except Refused:
        raise
    except Exception as error:
        # openpyxl raises what its parsers raise: KeyError, ValueError, ParseError, BadZipFile…
        raise Refused(_broken()) from error


def _check(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            raise Refused(
                _("This workbook is protected by a password, or of the old kind (.xls). "
                  "Save it as .xlsx without a password, and choose that.")
            )  # fmt: skip
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            unpacked = sum(info.file_size for info in infos)
            packed = sum(info.compress_size for info in infos) or 1
            shared = sum(i.file_size for i in infos if i.filename.endswith("sharedStrings.xml"))
            too_large = unpacked > MOST_UNPACKED or shared > MOST_SHARED
            if too_large or (unpacked > HARMLESS and unpacked / packed > HIGHEST_RATIO):
                raise Refused(
                    _("This workbook unpacks to %(size)s MB: more than is read. "
                      "Save the sheet as CSV, or in several files.", size=unpacked // 1_000_000)
                )  # fmt: skip
            if any(info.flag_bits & 1 for info in infos):
                raise Refused(_broken())
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    with archive.open(info) as part:
                        start = part.read(4096)
                        # Nobody writes UTF-16 there; what does would pass unseen.
                        if b"\0" in start or _DOCTYPE.search(start):
                            raise Refused(_broken())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(_broken()) from error


def _broken() -> str:
    return _(
        "This workbook is damaged or no .xlsx. Open it, save it anew as .xlsx, and choose that."
    )


def _anchors(book: Any, sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Each further cell of a merged area → the cell at its beginning.

    openpyxl does not tell of them when it reads row by row.
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    with book._archive.open(sheet._worksheet_path) as part:
        for area in _areas(part):
            left, top, right, bottom = range_boundaries(area.decode())
            if len(found) + (right - left + 1) * (bottom - top + 1) > MOST_MERGED:
                raise Refused(_("The sheet has too many merged cells; take the merging off first."))
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
            raise Refused(
                _("The sheet has formulas without their results. Open the file, save it, and "
                  "choose it again.")
            )  # fmt: skip
        end = 0
        for found in _MERGED.finditer(text):
            yield found[1]
            end = found.end()
        rest = text[max(end, len(text) - 512) :]


def _width(chunk: bytes, width: int) -> int:
    """How many cells the last row of ``chunk`` has, of which ``width`` stood in those before it.

    openpyxl keeps a row as a whole: one of millions of empty cells takes gigabytes.

    :raises Refused: a row has more than any program writes.
    """
    for at, row in enumerate(_ROW.split(chunk)):
        width = len(_CELL.findall(row)) + (width if at == 0 else 0)
        if width > MOST_CELLS:
            raise Refused(_broken())
    return width


def _written(sheet: Any, anchors: dict[tuple[int, int], tuple[int, int]]) -> Iterator[Row]:
    """The rows in which something stands."""
    heads = set(anchors.values())
    widths: dict[int, int] = {}
    for row, column in anchors:
        widths[row] = max(column, widths.get(row, 0))
    kept: dict[tuple[int, int], str] = {}
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        texts += [""] * (min(widths.get(number, 0), MOST_COLUMNS) - len(texts))
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


def _text(cell: Any) -> str:
    """What a cell says, as somebody would type it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value).replace("\0", "")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        midnight = value.time() == time.min
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
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
