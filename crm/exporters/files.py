"""The kinds of files that a list can be written as."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import IO

from crm.exporters import csv_writer, xlsx_writer
from crm.exporters.cells import Row


def filled(fill: Callable[[IO[bytes]], None]) -> IO[bytes]:
    """A file with what ``fill`` writes, at its beginning.

    It is the reader's to close, and gone with that.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by who sends it
    try:
        fill(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


class Format(StrEnum):
    """A kind of file, by the ending of its name."""

    XLSX = "xlsx"
    CSV = "csv"
    VCF = "vcf"  # of contacts alone: crm/exporters/vcf_writer.py


# With the name of what is written, the titles and the rows.
WRITERS: dict[Format, Callable[[IO[bytes], str, Row, Iterable[Row]], None]] = {
    Format.XLSX: xlsx_writer.write,
    Format.CSV: csv_writer.write,
}
