"""A CSV file as a stream of rows: encoding, delimiter, header, and the line each row is on.

UTF-8, with or without a byte-order mark, is read as such; what is not UTF-8 is read as GB18030 if
that gives Chinese. Cells come without white space around them and without the guard that exports
give formulas. Nothing but the row being read is kept in memory.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TextIO

from flask_babel import gettext as _

from crm.formulas import bare
from crm.importers.problems import Refused

DELIMITERS = ",;\t|"
MOST_COLUMNS, LONGEST_LINE = 200, 1_000_000
# The first rows with something in them are looked for among so many.
LOOKED_AMONG = 1_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_NO_CHANCE = 12


class Line(NamedTuple):
    """One row: the line of the file it begins on, its cells, and the bytes read so far."""

    number: int
    cells: list[str]
    read: int


class Table:
    """A CSV file whose header has been read."""

    def __init__(self, path: Path, encoding: str | None = None, *, numbered: bool = False) -> None:
        """
        :param encoding: a name Python knows; default: found out.
        :param numbered: our own copy of a workbook's sheet: each row begins with its number there.
        :raises Refused: the file is missing, empty, no text, or its header cannot be used.
        """
        self.path, self._numbered = path, numbered
        try:
            self.size = path.stat().st_size
            self.encoding = encoding or encoding_of(path)
            with self._open() as text:
                sample = text.read(_SAMPLE)
        except OSError as error:
            raise Refused(f"{path}: {error.strerror}") from error
        except (UnicodeError, LookupError) as error:
            raise Refused(
                _("The file cannot be read as %(encoding)s.", encoding=self.encoding)
            ) from error
        if not sample.strip():
            raise Refused(_("The file is empty."))
        if "\0" in sample:
            raise Refused(_("This is not a text file. Save the spreadsheet as CSV."))
        self.delimiter = "," if numbered else _delimiter_of(sample)
        self.header = self._read_header()

    def rows(self) -> Iterator[Line]:
        """The rows below the header; rows without any text are left out.

        :raises Refused: a quote is wrong or missing, a cell is too large, bytes are undecodable.
        """
        lines = self._lines()
        next(lines)
        return (line for line in lines if any(line.cells))

    def beginning(self, most: int) -> list[list[str]]:
        """The cells of the first rows, however long the file is and however little stands in it.

        :raises Refused: as ``rows``.
        """
        first = islice(self._lines(), 1, 1 + LOOKED_AMONG)
        return list(islice((line.cells for line in first if any(line.cells)), most))

    def samples(self, most: int = 40) -> list[list[str]]:
        """The ``beginning``; none of a file that breaks off there."""
        try:
            return self.beginning(most)
        except Refused:  # whoever reads it to there is told
            return []

    def _lines(self) -> Iterator[Line]:
        with self._open() as text:
            reader = csv.reader(_bounded(text), delimiter=self.delimiter, strict=True)
            ends_at = 0
            try:
                for cells in reader:
                    begins_at, ends_at = ends_at + 1, reader.line_num
                    if self._numbered:
                        begins_at = int(cells.pop(0))
                    if cells:
                        plain = [bare(cell.strip()).strip() for cell in cells]
                        yield Line(begins_at, plain, _position(text))
            except csv.Error as error:
                raise Refused(_what_is_wrong(ends_at + 1, error)) from error
            except UnicodeDecodeError as error:
                raise Refused(
                    _("From line %(line)s on the file cannot be read as %(encoding)s.",
                      line=ends_at + 1, encoding=self.encoding)
                ) from error  # fmt: skip

    def _read_header(self) -> list[str]:
        header = next(self._lines()).cells
        refuse_header(header)
        return header

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, newline="")


def encoding_of(path: Path) -> str:
    """The encoding of the file: by its byte-order mark, else UTF-8, else GB18030.

    :raises Refused: it is neither.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    fault = _first_undecodable_line(path)
    if fault is None:
        return "utf-8"
    if (line := _first_line_of_another_encoding(path)) is not None:
        raise Refused(
            _("Line %(line)s is in another encoding than lines before it: parts of several files "
              "were put together. Save the whole file as UTF-8.", line=line)
        )  # fmt: skip
    if _is_chinese(path):
        return "gb18030"
    raise Refused(
        _("Line %(line)s is neither UTF-8 nor GB18030. Save the file as UTF-8, "
          "or name its encoding.", line=fault)
    )  # fmt: skip


def _first_undecodable_line(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")


def _first_line_of_another_encoding(path: Path) -> int | None:
    """Where text that can only be UTF-8, and text that cannot, meet in one file."""
    kinds: set[bool] = set()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                kinds.add(False)
            else:
                # A few Chinese characters of another encoding are UTF-8 by chance; more never are.
                if sum(byte > 0x7F for byte in line) >= _NO_CHANCE:
                    kinds.add(True)
            if len(kinds) > 1:
                return number
    return None


def _is_chinese(path: Path) -> bool:
    """Whether the file decodes as GB18030 into what people write.

    Western text in a one-byte encoding decodes too, but into characters that nobody uses: the
    common ones are those of GB 2312.
    """
    common = special = 0
    try:
        with path.open(encoding="gb18030", newline="") as text:
            while chunk := text.read(_CHUNK):
                beyond_ascii = "".join(char for char in chunk if char > "\x7f")
                special += len(beyond_ascii)
                common += len(beyond_ascii.encode("gb2312", "ignore")) // 2
    except UnicodeDecodeError:
        return False
    return common * 2 >= special


def _delimiter_of(sample: str) -> str:
    """The delimiter that divides the sample into the most, and the most even, columns."""
    sample = sample.lstrip("\r\n")  # empty lines before the header say nothing
    whole = sample[: sample.rfind("\n") + 1] or sample

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            rows = list(csv.reader(io.StringIO(whole), delimiter=delimiter))
        except csv.Error:
            return 0, 0
        widths = [len(row) for row in rows if row]
        if widths[0] == 1:
            return 0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    return max(DELIMITERS, key=evenness)


def _bounded(text: TextIO) -> Iterator[str]:
    """The lines, of which none is so long that its row would fill the memory."""
    for number, line in enumerate(text, 1):
        if len(line) > LONGEST_LINE:
            raise Refused(
                _("The row from line %(line)s on has more than %(most)s characters.",
                  line=number, most=f"{LONGEST_LINE:,}")
            )  # fmt: skip
        yield line


def _position(text: TextIO) -> int:
    """How many bytes have been read: the text layer's own tell() is closed while it is iterated."""
    return text.buffer.tell()


def _what_is_wrong(line: int, error: csv.Error) -> str:
    if "field larger than" in str(error):
        return _(
            "The row from line %(line)s on has a cell of more than %(most)s characters: "
            "is a closing quote missing?", line=line, most=f"{csv.field_size_limit():,}",
        )  # fmt: skip
    return _("The row from line %(line)s on has a quote too many or too few.", line=line)


def refuse_header(header: list[str]) -> None:
    """A header has a name once, and not more columns than are read.

    :raises Refused: it is not so.
    """
    if len(header) > MOST_COLUMNS:
        raise Refused(
            _("The file has %(count)s columns; %(most)s are read at most.",
              count=len(header), most=MOST_COLUMNS)
        )  # fmt: skip
    twice = [name for name, count in Counter(filter(None, header)).items() if count > 1]
    if twice:
        raise Refused(
            _("The header has more than one column called %(names)s.", names=", ".join(twice))
        )
