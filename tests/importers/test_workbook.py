"""Workbooks are read as somebody would type them; what would harm is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from crm.importers import Refused
from crm.importers.table import Table
from crm.importers.workbook import rows_of, sheets_of, write_table

Make = Callable[..., Path]


@pytest.fixture
def workbook(tmp_path: Path) -> Make:
    """Writes one: rows, then what is done to its sheet."""

    def make(*rows: list[Any], change: Callable[[Any], None] = lambda _sheet: None) -> Path:
        book = Workbook()
        sheet = book.active
        sheet.title = "客户"
        for row in rows:
            sheet.append(row)
        change(sheet)
        path = tmp_path / "book.xlsx"
        book.save(path)
        return path

    return make


def cells(path: Path, sheet: str = "客户") -> list[list[str]]:
    return [texts for _number, texts in rows_of(path, sheet)]


@pytest.mark.usefixtures("context")
def test_cells_are_read_as_they_would_be_typed(workbook: Make) -> None:
    row = ["西格玛", 13812345678, 12.5, 3.0, date(2026, 3, 1), datetime(2026, 3, 1, 8, 30), True]  # noqa: DTZ001
    path = workbook(["a", "b", "c", "d", "e", "f", "g"], row)
    assert cells(path)[1] == [
        "西格玛", "13812345678", "12.5", "3", "2026-03-01", "2026-03-01 08:30:00", "yes",
    ]  # fmt: skip


@pytest.mark.usefixtures("context")
def test_a_character_that_excel_writes_by_its_number_is_that_character(workbook: Make) -> None:
    path = workbook(["name", "note"], ["甲_x000D_\n乙", "a_x0000_b _xD83D_ _x00g0_"])
    assert cells(path)[1] == ["甲\r\n乙", "ab _xD83D_ _x00g0_"]


@pytest.mark.usefixtures("context")
def test_a_percentage_is_one(workbook: Make) -> None:
    def shown(sheet: Any) -> None:
        sheet["B2"].number_format = "0%"

    assert cells(workbook(["name", "p"], ["x", 0.4], change=shown))[1] == ["x", "40%"]


@pytest.mark.usefixtures("context")
def test_every_cell_of_a_merged_area_says_what_the_area_says(workbook: Make) -> None:
    path = workbook(
        ["客户名单"], ["region", "name"], ["华东", "Tau"], [None, "Rho"], ["华北", "Phi"],
        change=lambda sheet: (sheet.merge_cells("A3:A4"), sheet.merge_cells("A1:B1")),
    )  # fmt: skip
    assert cells(path) == [["region", "name"], ["华东", "Tau"], ["华东", "Rho"], ["华北", "Phi"]]


@pytest.mark.usefixtures("context")
def test_rows_keep_their_numbers(workbook: Make, tmp_path: Path) -> None:
    path, target = workbook(["a", "b"], ["1", "x\ny"], [], ["2", None]), tmp_path / "table.csv"
    write_table(path, "客户", target)
    found = [(line.number, line.cells) for line in Table(target, "utf-8", numbered=True).rows()]
    assert found == [(2, ["1", "x\ny"]), (4, ["2", ""])]


@pytest.mark.usefixtures("context")
def test_formulas_that_nobody_computed_are_refused(workbook: Make) -> None:
    with pytest.raises(Refused, match="formulas without their results"):
        cells(workbook(["a", "b"], [1, "=A2+1"]))


@pytest.mark.usefixtures("context")
def test_a_cell_far_away_costs_nothing(workbook: Make) -> None:
    path = workbook(["a", "b"], ["1", "2"], change=lambda sheet: sheet.cell(90_000, 1, "z"))
    assert cells(path)[-1] == ["z", ""]


@pytest.mark.usefixtures("context")
def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(Refused, match="unpacks to 60 MB"):
        sheets_of(path)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, workbook: Make, encoding: str) -> None:
    evil = '<!DOCTYPE x [<!ENTITY a "b">]>'
    path = _with_sheet(workbook(["a"]).read_bytes(), tmp_path,
                       lambda text: (evil + text.decode()).encode(encoding))  # fmt: skip
    with pytest.raises(Refused, match="damaged"):
        sheets_of(path)


def _with_sheet(content: bytes, folder: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with another first sheet."""
    path = folder / "evil.xlsx"
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, change(text) if name.endswith("sheet1.xml") else text)
    return path


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("prefix", [b"", b"x:"])
def test_a_row_of_more_cells_than_any_has_is_refused(
    tmp_path: Path, workbook: Make, prefix: bytes
) -> None:
    path = _with_sheet(workbook(["a"]).read_bytes(), tmp_path, lambda text: text.replace(
        b"</row>", b"<%sc/>" % prefix * 20_000 + b"</row>"))  # fmt: skip
    with pytest.raises(Refused, match="damaged"):
        cells(path)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("broken", [b"PK\x03\x04junk", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_broken_is_refused(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(broken)
    with pytest.raises(Refused, match="damaged"):
        sheets_of(path)
