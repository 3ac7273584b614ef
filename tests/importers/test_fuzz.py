"""Whatever is in a file, an import answers in its own words: refused, bad rows, or taken.

So does the wizard, whatever was chosen for its columns and values.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.formulas import bare
from crm.importers import IMPORTERS, Refused
from crm.importers.catalogue import OFFERED
from crm.importers.known import key_of
from crm.importers.plan import Mode
from crm.models import ImportState
from tests.cast import Cast
from tests.importers.conftest import prepare
from tests.imports import begun, undone, worked

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


MEANINGS = st.dictionaries(
    CELL.map(key_of), st.sampled_from(["", "add", "empty", "refuse", "=wang", "=电力", "=x"]),
    max_size=4,
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("noun", OFFERED)
@given(data=st.data())
def test_no_choice_of_the_wizard_is_a_surprise(cast: Cast, noun: str, data: st.DataObject) -> None:
    """What the check said is what is written, and it can be taken back, whatever was chosen."""
    importer = IMPORTERS[noun]
    fields = data.draw(
        st.lists(st.sampled_from([field.name for field in importer.fields]), unique=True)
    )
    mode, key = data.draw(st.sampled_from(Mode)), data.draw(st.sampled_from(importer.keys))
    header = list(dict.fromkeys([*importer.needed(mode, key), *fields]))
    row = st.lists(CELL, min_size=len(header), max_size=len(header))
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    lines = [header, *rows, [*rows[0][:-1], "x"]]
    run = begun(
        "\n".join(",".join(map(_quoted, cells)) for cells in lines), by=cast.admin, noun=noun,
        columns={name: name for name in header}, key=key, mode=mode, partly=True,
        fills_only=data.draw(st.booleans()), makes_options=data.draw(st.booleans()),
        meanings={name: data.draw(MEANINGS) for name in header},
        scales={"annual_revenue": 10_000, "amount": 1_000},
    )  # fmt: skip
    worked(run, ImportState.CHECKING)
    if run.state is ImportState.FAILED:
        return
    counts = run.report["counts"]
    assert sum(counts.values()) == len(lines) - 1 - _blank(lines[1:])
    worked(run, ImportState.WRITING)
    assert (run.state, run.report["counts"]) == (ImportState.DONE, counts)
    undone(run, by=cast.admin)
    assert run.state is ImportState.UNDONE


def _blank(lines: list[list[str]]) -> int:
    """How many rows are passed over: they say nothing."""
    return sum(not any(bare(cell).strip() for cell in cells) for cells in lines)


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
