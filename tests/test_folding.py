"""Folding and matching hold for whatever people write: not only for the names one thinks of."""

from __future__ import annotations

import string

from hypothesis import assume, given
from hypothesis import strategies as st

from crm.folding import fold, initials_of, occurrence, pinyin_of, search_text, sort_key, words_of
from crm.likenesses import LikenessKind, domain_of, likenesses, name_key, sound_key
from crm.telephones import phone_key

ANY = st.text(max_size=20)
CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=8)
# As firms are called: Chinese, Latin, digits, and what stands between them.
NAMES = st.lists(
    st.one_of(CHINESE, st.text(string.ascii_letters + "0123456789äöüéñ", min_size=1, max_size=8)),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip
BETWEEN = st.sampled_from(["", " ", "　", "-", "（", "）", "·", ", ", ".", "_", "\u200b"])
FORMS_ZH = ("有限公司", "股份有限公司", "有限责任公司", "公司", "集团有限公司", "集团")
FORMS = ("Co., Ltd.", "GmbH", "LLC", "Inc.", "GmbH & Co. KG", "S.p.A.", "B.V.", "ＬＴＤ")


def wide(text: str) -> str:
    """As an input method in full width writes it."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


@given(ANY)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    for folded in (fold(text), name_key(text)):
        assert fold(folded) == folded


@given(NAMES, BETWEEN)
def test_width_case_and_what_stands_between_do_not_count(name: str, between: str) -> None:
    for written in (wide(name), name.upper(), name.lower(), between.join(name), f" {name}　"):
        assert fold(written) == fold(name)
    for written in (wide(name), name.upper()):
        assert name_key(written) == name_key(name)
        assert sound_key(written) == sound_key(name)
        assert sort_key(written) == sort_key(name)


@given(CHINESE, st.lists(st.sampled_from(FORMS_ZH), max_size=2), BETWEEN)
def test_a_legal_form_does_not_count(name: str, forms: list[str], between: str) -> None:
    assume(name_key(name) == name)
    assert name_key(between.join([name, *forms])) == name_key(name)


@given(st.text(string.ascii_lowercase, min_size=4, max_size=9), st.sampled_from(FORMS), BETWEEN)
def test_a_western_legal_form_does_not_count(name: str, form: str, between: str) -> None:
    assume(between not in ("", "_", "\u200b"))
    assert name_key(f"{name}{between}{form}") == name


@given(ANY)
def test_a_name_that_was_taken_apart_is_not_taken_apart_again(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
    assert bool(name_key(name)) == bool(fold(name))


@given(NAMES, st.integers(0, 8), st.integers(1, 5))
def test_every_part_is_found_as_it_is_in_pinyin_and_by_initials(
    name: str, first: int, length: int
) -> None:
    text = search_text(name)
    for spelled in (fold(name), pinyin_of(fold(name)), initials_of(fold(name))):
        part = spelled[first : first + length]
        assert part in text
        assert words_of(wide(part)) == ([part] if part else [])
        if part and spelled == fold(name):
            start, end = occurrence(name, part) or (0, 0)
            assert fold(name[start:end]) == part


@given(ANY)
def test_a_key_to_sort_by_is_short_and_alike_twice(text: str) -> None:
    assert len(sort_key(text)) <= 120
    assert sort_key(f"{text} ") == sort_key(text)


@given(st.text("0123456789", min_size=7, max_size=11), st.sampled_from(["-", " ", ".", " - "]))
def test_a_number_is_the_same_however_it_is_written(digits: str, between: str) -> None:
    written = f"13{digits[:9].zfill(9)}"
    spaced = between.join([written[:3], written[3:7], written[7:]])
    key = phone_key(written)
    assert key
    for other in (spaced, wide(spaced), f"+86 {spaced}", f"0086{written}", key):
        assert phone_key(other) == key


@given(ANY)
def test_of_whatever_stands_in_a_field_likenesses_are_told(text: str) -> None:
    found = likenesses(name=text, phones=(text, None), emails=(text,), website=text)
    assert found == likenesses(name=text, phones=(text,), emails=(text,), website=text)
    for kind, key in found:
        assert key
        assert kind in LikenessKind
    assert domain_of(f"x@{text}") == domain_of(f"y@{text.upper()}") or not text.isascii()
