"""An empty table with the columns that an importer knows."""

from __future__ import annotations

import csv
import io
import re

from crm.importers.importer import Importer

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def example_of(importer: type[Importer], language: str) -> bytes:
    """A CSV file with nothing but its header, in ``language``; Excel knows it by its mark."""
    text, known = io.StringIO(), {field.name for field in importer.all_fields()}
    csv.writer(text).writerow(
        _title(field.name, field.words, language)
        for field in importer.fields
        if field.looks is None and field.name in known
    )
    return text.getvalue().encode("utf-8-sig")


def _title(name: str, words: tuple[str, ...], language: str) -> str:
    if language != "zh":
        return name
    return next((word for word in words if _CHINESE.search(word)), name)
