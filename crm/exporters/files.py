"""The kinds of files that a list can be written as."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import IO

from crm.exporters import csv_writer, xlsx_writer
from crm.exporters.cells import Row


class Format(StrEnum):
    """A kind of file, by the ending of its name."""

    XLSX = "xlsx"
    CSV = "csv"
    VCF = "vcf"  # of contacts alone: crm/exporters/vcf_writer.py


WRITERS: dict[Format, Callable[[IO[bytes], Row, Iterable[Row]], None]] = {
    Format.XLSX: xlsx_writer.write,
    Format.CSV: csv_writer.write,
}
