"""Text is spelt in letters as it is spoken: each run of Chinese once, however it is needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from crm.folding import initials_of, pinyin_of

CHINESE = "重庆银行长绿女儿乐嗯〇㐀𠮷𪜁曾单"


@given(st.text(st.one_of(st.sampled_from(CHINESE), st.characters()), max_size=12))
def test_a_text_is_spelt_as_pypinyin_spells_it_whole(text: str) -> None:
    assert pinyin_of(text) == "".join(lazy_pinyin(text))
    assert initials_of(text) == "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))


@pytest.mark.parametrize(("text", "pinyin", "initials"), [
    ("重庆DN50泵", "chongqingDN50beng", "cqDN50b"), ("绿洲", "lvzhou", "lz"),
    ("银行长", "yinhangzhang", "yhz"), ("", "", ""), ("5号", "5hao", "5h"), ("A1", "A1", "A1"),
])  # fmt: skip
def test_digits_are_no_tones(text: str, pinyin: str, initials: str) -> None:
    assert (pinyin_of(text), initials_of(text)) == (pinyin, initials)
