"""Fields that repeat: rows of a form, people one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wtforms import FieldList

# The number of a row in a field's name. Browsers send no others; ``²`` is a digit to Python, and
# of thousands of digits no number.
NUMBER = re.compile(r"[0-9]{1,4}")


class RowsField(FieldList):
    """A field list that passes over names which no form has written."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        for name in formdata:
            number = name.removeprefix(f"{prefix}-").partition("-")[0]
            if name.startswith(f"{prefix}-") and NUMBER.fullmatch(number):
                yield int(number)
