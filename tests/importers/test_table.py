"""Reading CSV: encodings, delimiters, headers, and files that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm.importers import Refused, Table

Spreadsheet = Callable[..., Path]


def rows(table: Table) -> list[list[str]]:
    return [line.cells for line in table.rows()]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_chinese_is_read_in_every_encoding_that_spreadsheets_save(
    spreadsheet: Spreadsheet, encoding: str, found: str
) -> None:
    table = Table(spreadsheet("客户名称,电话", "大连西格玛（泵）,0411", encoding=encoding))
    assert table.encoding == found
    assert table.header == ["客户名称", "电话"]
    assert rows(table) == [["大连西格玛（泵）", "0411"]]


@pytest.mark.parametrize("end", ["", "\n甲;1\n"])
def test_empty_lines_may_stand_before_the_header(tmp_path: Path, end: str) -> None:
    path = tmp_path / "late.csv"
    path.write_text(f"\n\nname;phone{end}")
    assert Table(path).header == ["name", "phone"]


def test_western_text_is_not_taken_for_chinese(spreadsheet: Spreadsheet) -> None:
    path = spreadsheet("name,city", "Sigma,Berlin", "Müller,Köln", encoding="latin-1")
    with pytest.raises(Refused, match="Line 3 is neither UTF-8 nor GB18030"):
        Table(path)
    assert rows(Table(path, "latin-1"))[1] == ["Müller", "Köln"]


def test_bytes_that_fit_no_encoding_are_named_by_their_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(b"name\nSigma\n\xff\xff\xff\n")
    with pytest.raises(Refused, match="Line 3 is neither"):
        Table(path)


def test_a_wrong_encoding_is_refused(spreadsheet: Spreadsheet) -> None:
    path = spreadsheet("客户", "大连", encoding="gb18030")
    with pytest.raises(Refused, match="cannot be read as utf-8"):
        Table(path, "utf-8")
    with pytest.raises(Refused, match="cannot be read as klingon"):
        Table(path, "klingon")


def test_undecodable_bytes_far_into_the_file_are_refused_when_they_are_reached(
    tmp_path: Path,
) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"name\n" + b"Sigma\n" * 20_000 + b"\xff\n")
    table = Table(path, "utf-8")
    with pytest.raises(Refused, match=r"From line \d+ on the file cannot be read as utf-8"):
        rows(table)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(spreadsheet: Spreadsheet, delimiter: str) -> None:
    table = Table(spreadsheet(delimiter.join("abc"), delimiter.join(("1", "2 x", "3"))))
    assert (table.delimiter, table.header) == (delimiter, ["a", "b", "c"])


def test_a_single_column_needs_no_delimiter(spreadsheet: Spreadsheet) -> None:
    assert rows(Table(spreadsheet("name", "Sigma", "Tau"))) == [["Sigma"], ["Tau"]]


@pytest.mark.parametrize("lines", [(), ("",), ("  ", "")])
def test_an_empty_file_is_refused(spreadsheet: Spreadsheet, lines: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match="The file is empty"):
        Table(spreadsheet(*lines))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No such file"):
        Table(tmp_path / "nowhere.csv")


def test_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_bytes(b"PK\x03\x04\x00\x00name,phone\n")
    with pytest.raises(Refused, match="not a text file"):
        Table(path)


def test_a_header_with_a_name_twice_is_refused(spreadsheet: Spreadsheet) -> None:
    with pytest.raises(Refused, match="more than one column called phone"):
        Table(spreadsheet("name,phone,phone", "Sigma,1,2"))


def test_columns_without_a_name_are_no_fault(spreadsheet: Spreadsheet) -> None:
    assert Table(spreadsheet("name,,", "Sigma,,")).header == ["name", "", ""]


def test_lines_are_counted_as_a_text_editor_does(spreadsheet: Spreadsheet) -> None:
    table = Table(spreadsheet("name,note", '"Sigma","two', 'lines"', "", ",", "Tau,one"))
    assert [(line.number, line.cells) for line in table.rows()] == [
        (2, ["Sigma", "two\nlines"]),
        (6, ["Tau", "one"]),
    ]


def test_a_missing_quote_is_refused_with_the_line_it_begins_on(spreadsheet: Spreadsheet) -> None:
    with pytest.raises(Refused, match="row from line 3 on has a quote too many or too few"):
        rows(Table(spreadsheet("name,note", "Sigma,a", 'Tau,"b', "Rho,c")))


def test_a_cell_that_is_too_large_is_refused(spreadsheet: Spreadsheet) -> None:
    with pytest.raises(Refused, match="line 3 on has a cell of more than 131,072 characters"):
        rows(Table(spreadsheet("name,note", "Sigma,a", f"Tau,{'x' * 140_000}")))


@pytest.mark.parametrize(
    ("written", "read"),
    [("'=1+1", "=1+1"), ("'-5", "-5"), ("'+86 411", "+86 411"), ("'@here", "@here"),
     ("'quoted'", "'quoted'"), ("'", "'"), ("O'=x", "O'=x"), ("  Sigma ", "Sigma")],
)  # fmt: skip
def test_the_guard_that_exports_give_formulas_is_taken_off(
    spreadsheet: Spreadsheet, written: str, read: str
) -> None:
    assert rows(Table(spreadsheet("a,b", f"1,{written}"))) == [["1", read]]


def test_progress_is_told_in_bytes_of_the_file(spreadsheet: Spreadsheet) -> None:
    table = Table(spreadsheet("name", *(f"Firm {n}" for n in range(5000))))
    read = [line.read for line in table.rows()]
    assert read == sorted(read)
    assert read[0] < table.size
    assert read[-1] == table.size


def test_a_beginning_costs_no_more_however_little_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("a,b\n" + "1,2\n" + ",\n" * 2_000 + "3,4\n")
    table = Table(path)
    assert (table.beginning(40), len(rows(table))) == ([["1", "2"]], 2)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("before", ["", "a,b\n"])
def test_a_line_that_would_fill_the_memory_is_refused(tmp_path: Path, before: str) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(before + "," * 1_000_001)
    with pytest.raises(Refused, match="more than 1,000,000 characters"):
        rows(Table(path))
