"""Rows as CSV and as XLSX: hostile text stays text, numbers are numbers, days are days."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from crm.exporters import csv_writer, xlsx_writer
from crm.exporters.cells import Percent, Rate, plain
from crm.formulas import bare

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "=cmd|' /C calc'!A0",
           '=HYPERLINK("https://evil.test","x")')  # fmt: skip
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def as_csv(*rows: tuple[Any, ...]) -> list[list[str]]:
    file = io.BytesIO()
    csv_writer.write(file, "客户", ["标题"], rows)
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))


def as_xlsx(*rows: tuple[Any, ...]) -> list[list[tuple[str, str]]]:
    """Each cell as its type and its text: ``("n", "12.5")``."""
    file = io.BytesIO()
    xlsx_writer.write(file, "客户", [f"标题 {at}" for at, _ in enumerate(rows[0])], rows)
    with zipfile.ZipFile(file) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    return [
        [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row]
        for row in sheet.iter(f"{NAMESPACE}row")
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_would_run_is_guarded_and_our_importer_takes_the_guard_off(text: str) -> None:
    written = plain(text, SHANGHAI)
    assert isinstance(written, str)
    assert written.startswith("'")
    assert bare(written) == text
    assert as_csv((written,))[1] == [written]
    assert as_xlsx((written,))[1][0][0] == "inlineStr"  # no formula, whatever it begins with


def test_numbers_stay_numbers_even_when_they_are_negative() -> None:
    row = tuple(plain(value, SHANGHAI) for value in (-5, Decimal("-1234.50"), Decimal("0.10")))
    assert as_csv(row)[1] == ["-5", "-1234.50", "0.10"]
    assert as_xlsx(row)[1] == [("n", "-5"), ("n", "-1234.50"), ("n", "0.10")]


def test_the_largest_amount_loses_no_cent() -> None:
    assert as_xlsx((Decimal("999999999999.99"),))[1] == [("n", "999999999999.99")]


def test_a_number_that_excel_would_round_is_text() -> None:
    long = Decimal("-123456789012.123456")
    assert as_xlsx((long, Decimal("123456789.123456")))[1] == [
        ("inlineStr", str(long)), ("n", "123456789.123456"),
    ]  # fmt: skip


def test_a_share_is_a_percentage_that_a_spreadsheet_reckons_with() -> None:
    share = Percent(Decimal("26.7"))
    assert as_csv((plain(share, SHANGHAI),))[1] == ["26.7%"]
    assert as_xlsx((share,))[1] == [("n", "0.267")]


def test_an_exchange_rate_is_read_with_all_its_decimals() -> None:
    file = io.BytesIO()
    row = Rate("7.137212"), Decimal("100")
    xlsx_writer.write(file, "财务", ["汇率", "金额"], [row])
    rate, amount = next(load_workbook(file).active.iter_rows(min_row=2))
    assert (rate.value, rate.number_format) == (7.137212, "0.00####")
    assert amount.number_format == "#,##0.00"
    assert as_csv(row)[1] == ["7.137212", "100"]


@pytest.mark.parametrize(
    ("name", "called"),
    [("预算执行", "预算执行"), ("Kinds [a/b]: of?", "Kinds  a b   of"), ("长" * 40, "长" * 31)],
)
def test_a_sheet_is_called_what_it_holds(name: str, called: str) -> None:
    file = io.BytesIO()
    xlsx_writer.write(file, name, ["名称"], [])
    assert load_workbook(file).sheetnames == [called]


def test_a_moment_is_what_the_clocks_of_the_company_showed() -> None:
    moment = datetime(2026, 6, 16, 18, 30, 5, 999, tzinfo=UTC)
    value = plain(moment, SHANGHAI)
    assert as_csv((value, date(2026, 6, 16)))[1] == ["2026-06-17 02:30:05", "2026-06-16"]
    (kind, number), (_, day) = as_xlsx((value, date(2026, 6, 16)))[1]
    assert kind == "n"
    assert float(number) == pytest.approx(46190.104225, abs=1e-5)
    assert day == "46189"


def test_a_day_before_the_calendar_of_excel_is_text() -> None:
    assert as_xlsx((date(1899, 12, 31),))[1] == [("inlineStr", "1899-12-31")]


def test_a_switch_is_a_word_and_nothing_is_an_empty_cell(app: Any) -> None:
    assert [plain(value, SHANGHAI) for value in (True, False, None)] == ["yes", "no", None]
    assert as_csv((None, "x"))[1] == ["", "x"]


def test_text_longer_than_a_cell_is_cut_in_xlsx_and_whole_in_csv() -> None:
    text = "长" * 40_000
    assert as_csv((text,))[1] == [text]
    assert len(as_xlsx((text,))[1][0][1]) == 32_767


def test_excel_knows_the_csv_by_its_mark() -> None:
    file = io.BytesIO()
    csv_writer.write(file, "客户", ["名称"], [])
    assert file.getvalue() == b"\xef\xbb\xbf" + "名称\r\n".encode()


@pytest.mark.parametrize("write", [csv_writer.write, xlsx_writer.write])
def test_a_list_without_rows_has_its_titles(write: Callable[..., None]) -> None:
    file = io.BytesIO()
    write(file, "客户", ["名称", "负责人"], [])
    assert file.getvalue()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1))
def test_what_is_written_as_csv_and_read_again_is_the_same(cells: list[str]) -> None:
    written = [plain(text, SHANGHAI) for text in cells]
    assert [bare(text) for text in as_csv(tuple(written))[1]] == cells
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in written if text)  # type: ignore[union-attr]
