"""Workbooks are read as somebody would type them; what would harm is refused."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from crm.importers import Refused, xlsx
from crm.importers.table import Table
from crm.importers.workbook import LIMITS, Limits, glance_at, write_table

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


def cells(path: Path, sheet: str = "客户", limits: Limits = LIMITS) -> list[list[str]]:
    table = path.with_name("table.csv")
    write_table(path, sheet, table, limits)
    with table.open(encoding="utf-8", newline="") as text:
        return [texts for _number, *texts in csv.reader(text)]


def glance(path: Path, sheet: str = "") -> dict[str, Any]:
    return glance_at(path, sheet, rows=2, cut=5)


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
@pytest.mark.parametrize(("share", "expected"), [(0.4, "40%"), (1, "100%"), (0, "0%")])
def test_a_percentage_is_one(workbook: Make, share: float, expected: str) -> None:
    def shown(sheet: Any) -> None:
        sheet["B2"].number_format = "0%"

    assert cells(workbook(["name", "p"], ["x", share], change=shown))[1] == ["x", expected]


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
@pytest.mark.parametrize("result", ["<v></v>", "<v/>", ""])
def test_a_formula_that_came_to_no_text_is_an_empty_cell(
    tmp_path: Path, workbook: Make, result: str
) -> None:
    def computed(text: bytes) -> bytes:
        formula = '<c r="B2" t="str"><f>IF(A2="","",A2)</f>' + result + "</c></row></sheetData>"
        return text.replace(b"</row></sheetData>", formula.encode())

    path = _with_sheet(workbook(["a", "b"], ["1"]).read_bytes(), tmp_path / "evil", computed)
    assert cells(path) == [["a", "b"], ["1", ""]]


@pytest.mark.usefixtures("context")
def test_a_long_formula_that_nobody_computed_is_seen_across_what_is_read_at_once(
    tmp_path: Path, workbook: Make
) -> None:
    def padded(text: bytes) -> bytes:
        formula = b"<c><f>" + b"&quot;" * 8_000 + b"</f></c></row></sheetData>"
        start, end = text.split(b"<sheetData>")
        end = end.replace(b"</row></sheetData>", formula)
        gap = xlsx._CHUNK - len(start) - len(b"<sheetData>") - len(end) + len(formula) // 2
        return start + b" " * gap + b"<sheetData>" + end

    path = _with_sheet(workbook(["a"]).read_bytes(), tmp_path / "evil", padded)
    with pytest.raises(Refused, match="formulas without their results"):
        cells(path)


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
        glance(path)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, workbook: Make, encoding: str) -> None:
    evil = '<!DOCTYPE x [<!ENTITY a "b">]>'
    path = _with_sheet(workbook(["a"]).read_bytes(), tmp_path,
                       lambda text: (evil + text.decode()).encode(encoding))  # fmt: skip
    with pytest.raises(Refused, match="damaged"):
        glance(path)


def _with_sheet(content: bytes, folder: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with another first sheet."""
    folder.mkdir(exist_ok=True)
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
        glance(path)


@pytest.mark.usefixtures("context")
def test_a_workbook_of_which_a_byte_was_lost_is_refused(workbook: Make) -> None:
    path = workbook(["name"], ["Tau"])
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    content[info.header_offset + 30 + len(info.filename)] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(Refused, match="damaged"):
        glance(path)


@pytest.mark.usefixtures("context")
def test_a_glance_is_the_beginning_of_the_first_sheet_that_has_any(workbook: Make) -> None:
    def another(sheet: Any) -> None:
        sheet.parent.create_sheet("空", 0)
        sheet.parent.create_sheet("藏").sheet_state = "hidden"

    path = workbook(["name", "note"], ["甲", "1234567"], ["乙"], ["丙"], change=another)
    expected = {"header": ["name", "note"], "rows": [["甲", "12345"], ["乙", ""]],
                "sheets": ["空", "客户"], "sheet": "客户"}  # fmt: skip
    assert glance(path) == expected
    assert glance(path, "\0--help" + "x" * 200_000) == expected


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("name", ["--help", "$(id)", "..", '"', "=1+1", "🔩" * 15])
def test_a_sheet_may_be_called_anything(workbook: Make, name: str) -> None:
    path = workbook(["a"], ["1"], change=lambda sheet: setattr(sheet, "title", name))
    assert glance(path, name)["sheet"] == name
    assert cells(path, name) == [["a"], ["1"]]


@pytest.mark.usefixtures("context")
def test_a_sheet_that_is_not_there_is_named(workbook: Make) -> None:
    with pytest.raises(Refused, match="no sheet 供应商"):
        cells(workbook(["a"]), "供应商")


def _large(text: bytes) -> bytes:
    rows = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 150_000
    merged = b'<mergeCells><mergeCell ref="A150000:GR150999"/></mergeCells>'
    return text.replace(b"</sheetData>", rows + b"</sheetData>" + merged)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("limit", "most"), [("memory", 80_000_000), ("seconds", 1), ("wall", 0), ("written", 1_000_000)]
)
def test_what_takes_more_than_it_may_is_refused_and_leaves_nothing(
    tmp_path: Path, workbook: Make, limit: str, most: int
) -> None:
    path = _with_sheet(workbook(["a"]).read_bytes(), tmp_path / "evil", _large)
    with pytest.raises(Refused, match="too large or too complicated"):
        cells(path, limits=LIMITS._replace(**{limit: most}))
    assert [left.name for left in path.parent.iterdir()] == [path.name]


@pytest.mark.usefixtures("context")
def test_what_takes_no_more_is_read(tmp_path: Path, workbook: Make) -> None:
    path = _with_sheet(workbook(["a"]).read_bytes(), tmp_path / "evil", _large)
    assert len(cells(path)) == 150_001


@pytest.mark.usefixtures("context")
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_is_changed_between_the_reader_and_us(workbook: Make, data: st.DataObject) -> None:
    """The rows that come are those that the reader finds."""
    text = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z")), max_size=9)
    cell = st.one_of(
        st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.dates(date(1901, 1, 1)),
        st.floats(-1e9, 1e9), text, st.sampled_from(['"', "a\nb", "a\r\nb", ",", "'=1", "_x0041_"]),
    )  # fmt: skip
    rows = data.draw(st.lists(st.lists(cell, min_size=3, max_size=3), max_size=5))
    path = workbook(["a", "b", "c"], *([_no_formula(one) for one in row] for row in rows))
    asked = xlsx.Asked("客户", ("yes", "no"), 200, {})
    with path.open("rb") as file:
        assert cells(path) == [texts for _number, texts in xlsx.rows_of(file, asked)]


def _no_formula(value: Any) -> Any:
    return "x" + value if isinstance(value, str) and value.startswith("=") else value
