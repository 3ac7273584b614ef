"""vCards: what we write others read, what others write we read, and noise breaks nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.names import tidy_name
from crm.vcards import LONGEST_LINE, MOST_CARDS, Card, read, written

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80).map(str.strip)
NAMES = TEXT.map(lambda text: tidy_name(text) or "").filter(bool)
NUMBERS = st.lists(
    st.tuples(
        st.text(st.characters(categories=["L"]), max_size=12).filter(
            lambda label: label.upper() not in {"VOICE", "PREF", "INTERNET"}
        ),
        st.from_regex(r"\+?[1-9][0-9 -]{5,20}[0-9]", fullmatch=True),
    ),
    max_size=4, unique_by=lambda pair: pair[1],
)  # fmt: skip
CARDS = st.builds(
    Card, name=NAMES, firm=TEXT, title=TEXT, phones=NUMBERS, note=TEXT,
    birthday=st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)  # fmt: skip


def content(cards: list[Card]) -> bytes:
    return b"".join(written(cards))


@given(st.lists(CARDS, min_size=1, max_size=4))
def test_what_is_written_is_read_again(cards: list[Card]) -> None:
    assert read(content(cards)) == cards


@given(CARDS)
def test_no_line_is_too_long_and_none_cuts_a_character(card: Card) -> None:
    lines = content([card]).split(b"\r\n")
    assert max(map(len, lines)) <= LONGEST_LINE
    for line in lines:
        line.decode()


@given(st.binary(max_size=2_000))
def test_whatever_a_file_holds_it_is_read_or_refused(noise: bytes) -> None:
    for broken in (noise, b"BEGIN:VCARD\r\nFN:x\r\n" + noise + b"\r\nEND:VCARD\r\n"):
        try:
            read(broken)
        except ValueError:
            continue


def test_lines_breaks_and_marks_in_a_note_come_back() -> None:
    card = Card("刘洋", note="第一行，\n第二行; a\\b, c")
    assert read(content([card])) == [card]


def test_a_card_of_an_old_chinese_telephone_is_read() -> None:
    """Version 2.1: bare kinds, quoted-printable in the character set of the country."""
    name = "".join(f"={byte:02X}" for byte in "刘洋".encode("gbk"))
    note = "".join(f"={byte:02X}" for byte in "采购部长，负责备件".encode())
    old = (
        f"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:{name};;;;\n"
        f"NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{note[:30]}=\n{note[30:]}\n"
        "TEL;CELL;PREF:138-0000-1234\nTEL;WORK;VOICE:0411 8765 4321\nEND:VCARD\n"
    )
    assert read(old.encode()) == [
        Card("刘洋", phones=[("CELL", "138-0000-1234"), ("WORK", "0411 8765 4321")],
             note="采购部长，负责备件"),
    ]  # fmt: skip


def test_a_card_of_a_new_telephone_is_read() -> None:
    """Groups, several kinds, accounts elsewhere, a picture, folded lines, and a moment of birth."""
    new = """BEGIN:VCARD
VERSION:4.0
N:Liu;Yang;;;
ORG:Sigma Flow\\, Ltd.;Purchasing
item1.TEL;TYPE=cell,pref:tel:+8613800001234
EMAIL;TYPE=INTERNET;TYPE=work:liu@sig
 ma.example
X-SOCIALPROFILE;TYPE=wechat;x-user=liuyang:x-apple:liuyang
BDAY:19800517T000000Z
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
 /2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUV
a line that is none
END:VCARD
"""
    assert read(new.encode()) == [
        Card("Yang Liu", firm="Sigma Flow, Ltd.", phones=[("cell", "+8613800001234")],
             emails=[("work", "liu@sigma.example")], wechat="liuyang", birthday=date(1980, 5, 17)),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_file_may_be_written_in_several_ways(encoding: str) -> None:
    assert read("BEGIN:VCARD\r\nFN:刘洋\r\nEND:VCARD".encode(encoding)) == [Card("刘洋")]


@pytest.mark.parametrize(
    "broken",
    [b"", b"name;phone", b"BEGIN:VCARD\nFN:x", b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD",
     b"BEGIN:VCARD\nFN:x\nEND:VCARD\n" * (MOST_CARDS + 1)],
    ids=["empty", "no card", "no end", "nobody", "too many"],
)  # fmt: skip
def test_what_holds_nobody_or_too_many_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r"\d+"):
        read(broken)


def test_a_line_in_very_many_pieces_is_read_at_once() -> None:
    note = "NOTE:a" + "\r\n b" * 1_000_000
    (card,) = read(f"BEGIN:VCARD\r\nFN:x\r\n{note}\r\nEND:VCARD".encode())
    assert card.note == "a" + "b" * 9_999
    coded = "NOTE;ENCODING=QUOTED-PRINTABLE:" + "=41=\n" * 200_000
    (card,) = read(f"BEGIN:VCARD\nFN:x\n{coded}\nEND:VCARD".encode())
    assert card.note == "A" * 10_000


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "utf-7", "idna", "nonsense"])
def test_what_no_telephone_writes_in_is_read_as_utf_8(charset: str) -> None:
    line = f"FN;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:A=00=E5=88=98\\ud800"
    (card,) = read(f"BEGIN:VCARD\n{line}\nEND:VCARD".encode())
    assert card.name == "A刘ud800"
