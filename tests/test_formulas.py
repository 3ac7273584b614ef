"""Text that a spreadsheet would run."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.formulas import bare, guarded


@given(st.text(alphabet="'=+-@\t\r\n;＝＋－＠ab1芳"))
@example("'\t;'=")
def test_what_is_guarded_and_read_again_is_the_same_and_never_runs(text: str) -> None:
    written = guarded(text)
    assert bare(written) == text
    # However a spreadsheet divides it: at semicolons, tabs or line breaks.
    cells = re.split(r"[;\t\r\n]", written)
    assert not any(cell.startswith(tuple("=+-@＝＋－＠")) for cell in cells)


@pytest.mark.parametrize(("text", "written"), [
    ("=1+1", "'=1+1"), ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"), ("＝1＋1", "'＝1＋1"),
    ("先看样品\n－再报价", "先看样品\n'－再报价"), ("王芳\t@SUM(1)", "王芳\t'@SUM(1)"),
    ("a-b=c", "a-b=c"), ("轴承; 密封圈", "轴承; 密封圈"), ("it's", "it's"), ("", ""),
])  # fmt: skip
def test_only_what_would_run_is_guarded(text: str, written: str) -> None:
    assert guarded(text) == written
