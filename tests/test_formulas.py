"""Text that a spreadsheet would run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crm.formulas import bare, guarded


@given(st.text(alphabet="'=+-@\t\rab1"))
def test_what_is_guarded_and_read_again_is_the_same_and_never_runs(text: str) -> None:
    written = guarded(text)
    assert bare(written) == text
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
