"""Whatever is in a file, an import answers in its own words: refused, bad rows, or taken."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.importers import IMPORTERS, Refused
from tests.importers.conftest import prepare

CELL = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    st.sampled_from(["", "wang", "李敏", "won", "lost", "Tender", "西安天成仪表厂", "1/2/2020",
                     "2020-02-30", "9" * 30, "-1", "1.2万", "USD", "'=1", "华东", "0%"]),
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("noun", IMPORTERS)
@given(data=st.data())
def test_no_cell_is_a_surprise(noun: str, data: st.DataObject) -> None:
    fields = [field.name for field in IMPORTERS[noun].fields]
    row = st.lists(CELL, min_size=len(fields), max_size=len(fields))
    rows = data.draw(st.lists(row, max_size=4))
    written = [",".join(fields), *(",".join(map(_quoted, cells)) for cells in rows)]
    _bring(noun, "\n".join(written).encode())


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=300), header=st.sampled_from([b"", b"name,phone\n", b"name\n"]))
def test_no_bytes_are_a_surprise(content: bytes, header: bytes) -> None:
    _bring("customers", header + content)


def _bring(noun: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        with suppress(Refused):
            run = prepare(noun, path)
            checked = run.check()
            assert checked.problems or run.write() == checked


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
