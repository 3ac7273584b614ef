"""vCards (RFC 2426 and RFC 6350): contacts as telephones and mail programs give and take them.

Written is version 3.0, which everything reads. Read are 2.1, 3.0 and 4.0 as they come from the
field: folded lines, quoted-printable text in its own character set, unknown properties, broken
lines. Pictures and whatever we do not keep are left out. The well-known library was looked at: it
refuses a file for one line that is not to its taste, and brings three more packages with it.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from crm.names import full_name, tidy_name

# What a line holds at most, in bytes; the next begins with a space.
LONGEST_LINE = 75
MOST_CARDS = 500
# What a field of ours holds at most.
LONGEST = {"name": 200, "title": 120, "wechat": 60, "note": 10_000}
LONGEST_LABEL, LONGEST_PHONE, LONGEST_EMAIL = 40, 60, 254
LONGEST_HEAD = 1_000
# In what telephones write; what names another is read as UTF-8.
CHARSETS = {"gb2312", "gbk", "gb18030", "big5", "iso-8859-1", "windows-1252", "shift_jis", "euc-kr"}


@dataclass
class Card:
    """A person as a card tells of them; phones and mails with their labels, the first first."""

    name: str
    firm: str = ""
    title: str = ""
    phones: list[tuple[str, str]] = field(default_factory=list)
    emails: list[tuple[str, str]] = field(default_factory=list)
    wechat: str = ""
    birthday: date | None = None
    note: str = ""


def written(cards: Iterable[Card]) -> Iterator[bytes]:
    """The cards, one after the other, as a file holds them."""
    for card in cards:
        lines = ["BEGIN:VCARD", "VERSION:3.0", *_properties(card), "END:VCARD"]
        yield b"".join(_folded(line) for line in lines)


def _properties(card: Card) -> Iterator[str]:
    yield f"FN:{_escaped(card.name)}"
    yield f"N:{_escaped(card.name)};;;;"
    for name, text in (("ORG", card.firm), ("TITLE", card.title), ("X-WECHAT", card.wechat),
                       ("NOTE", card.note)):  # fmt: skip
        if text:
            yield f"{name}:{_escaped(text)}"
    for label, number in card.phones:
        yield f"TEL{_typed(label)}:{_escaped(number)}"
    for label, address in card.emails:
        yield f"EMAIL{_typed(label)}:{_escaped(address)}"
    if card.birthday:
        yield f"BDAY:{card.birthday.isoformat()}"


def _typed(label: str) -> str:
    """``;TYPE="Dalian office"``: the characters that would end a quoted value are left out."""
    plain = re.sub(r'["\x00-\x1f\x7f]', "", label)
    return f';TYPE="{plain}"' if plain else ""


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")


def _folded(line: str) -> bytes:
    """The line in pieces of so many bytes, none of which cuts a character in two."""
    pieces: list[bytes] = []
    piece = b""
    for char in line:
        encoded = char.encode()
        if len(piece) + len(encoded) > LONGEST_LINE - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += encoded
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"


def read(content: bytes) -> list[Card]:
    """The people in a file; who has no name, no firm, no number and no address is left out.

    :raises ValueError: it holds no card, or more than ``MOST_CARDS``.
    """
    cards = [card for card in map(_card, _groups(_lines(_text(content)))) if card is not None]
    if not cards or len(cards) > MOST_CARDS:
        raise ValueError(len(cards))
    return cards


@dataclass(frozen=True)
class _Line:
    """A property: ``TEL``, its parameters in upper case, its value as it was written."""

    name: str
    params: tuple[tuple[str, str], ...]
    value: str

    def param(self, name: str) -> list[str]:
        return [value for key, value in self.params if key == name]

    @property
    def text(self) -> str:
        """The value as people read it."""
        if "QUOTED-PRINTABLE" in {value.upper() for value in self.param("ENCODING")}:
            charset = next(iter(self.param("CHARSET")), "").lower()
            raw = quopri.decodestring(self.value.encode("utf-8", "surrogateescape"))
            written = raw.decode(charset if charset in CHARSETS else "utf-8", "replace")
            return written.replace("\0", "")
        return self.value

    @property
    def parts(self) -> list[str]:
        """The value at its semicolons."""
        return [_unescaped(part) for part in re.split(r"(?<!\\);", self.text)]

    @property
    def label(self) -> str:
        """Which of several it is, in the words of the card."""
        kinds = [kind for value in self.param("TYPE") for kind in value.split(",")]
        known = {"VOICE", "PREF", "INTERNET", "X-INTERNET"}
        words = [kind.strip() for kind in kinds if kind.strip().upper() not in known]
        return " ".join(dict.fromkeys(word for word in words if word))[:LONGEST_LABEL]


def _text(content: bytes) -> str:
    for encoding in (
        "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig",
        "gb18030",
    ):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("utf-8", "replace")


def _lines(text: str) -> Iterator[_Line]:
    """The properties, folded lines put together again, in both ways of doing it."""
    plain = re.sub(r"\r\n?", "\n", text.replace("\0", ""))
    logical: list[list[str]] = []  # each as its pieces: a file may be one line in a million pieces
    for line in plain.split("\n"):
        last = logical[-1] if logical else []
        if last and line[:1] in (" ", "\t"):
            last.append(line[1:])
        elif last and last[-1].endswith("=") and _is_quoted(last[0]):
            last[-1] = last[-1][:-1]
            last.append(line)
        else:
            logical.append([line])
    for pieces in logical:
        if parsed := _parsed("".join(pieces)):
            yield parsed


def _is_quoted(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line[:LONGEST_HEAD].partition(":")[0].upper()


def _parsed(line: str) -> _Line | None:
    """``item1.TEL;TYPE=CELL,PREF:138`` → its name, parameters and value."""
    head, is_quoted = "", False
    for at, char in enumerate(line[:LONGEST_HEAD]):
        if char == '"':
            is_quoted = not is_quoted
        elif char == ":" and not is_quoted:
            head, value = line[:at], line[at + 1 :]
            break
    else:
        return None
    name, *params = re.findall(r'(?:[^;"]|"[^"]*")+', head) or [""]
    pairs = []
    for param in params:
        key, equals, written = param.partition("=")
        # 2.1 writes the kinds bare: TEL;CELL;WORK
        bare = "ENCODING" if key.upper() == "QUOTED-PRINTABLE" else "TYPE"
        pairs.append((key.upper(), written.strip('"')) if equals else (bare, key))
    return _Line(name.rpartition(".")[2].strip().upper(), tuple(pairs), value)


def _groups(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    """The properties of each card."""
    inside: list[_Line] | None = None
    for line in lines:
        mark = (line.name, line.value.strip().upper())
        if mark == ("BEGIN", "VCARD"):
            inside = []
        elif mark == ("END", "VCARD") and inside is not None:
            yield inside
            inside = None
        elif inside is not None:
            inside.append(line)


def _card(lines: list[_Line]) -> Card | None:
    first: dict[str, _Line] = {}
    for line in lines:
        first.setdefault(line.name, line)

    def text_of(name: str) -> str:
        return _unescaped(first[name].text).strip() if name in first else ""

    card = Card(
        name="",
        firm=first["ORG"].parts[0].strip() if "ORG" in first else "",
        title=text_of("TITLE")[: LONGEST["title"]],
        phones=_values(lines, "TEL", LONGEST_PHONE),
        emails=_values(lines, "EMAIL", LONGEST_EMAIL),
        wechat=_wechat(lines)[: LONGEST["wechat"]],
        birthday=_day(text_of("BDAY")),
        note=text_of("NOTE")[: LONGEST["note"]],
    )
    reached = [value for _label, value in [*card.emails, *card.phones]]
    name = text_of("FN") or _name_of(first.get("N")) or card.firm or next(iter(reached), "")
    card.name = (tidy_name(" ".join(name.split())) or "")[: LONGEST["name"]]
    return card if card.name else None


def _name_of(line: _Line | None) -> str:
    """``刘;洋;;;`` → 刘洋, ``Liu;Yang;;;`` → Yang Liu."""
    if line is None:
        return ""
    family, given, *_rest = [*line.parts, "", ""]
    return full_name(family, given)


def _values(lines: list[_Line], name: str, longest: int) -> list[tuple[str, str]]:
    """The numbers or addresses, what is preferred first, each once."""
    found = [line for line in lines if line.name == name]
    found.sort(key=lambda line: "PREF" not in {kind.upper() for kind in line.param("TYPE")})
    values: dict[str, str] = {}
    for line in found:
        value = _unescaped(line.text).strip().removeprefix("tel:").removeprefix("mailto:")
        if value and len(value) <= longest:
            values.setdefault(value, line.label)
    return [(label, value) for value, label in values.items()]


def _wechat(lines: list[_Line]) -> str:
    """As X-WECHAT, or as one of the ways that programs write accounts elsewhere."""
    for line in lines:
        kinds = {kind.lower() for kind in (*line.param("TYPE"), *line.param("X-SERVICE-TYPE"))}
        if line.name in {"X-WECHAT", "X-WEIXIN"} or kinds & {"wechat", "weixin"}:
            return _unescaped(line.text).strip().rpartition(":")[2]
    return ""


def _day(written: str) -> date | None:
    """``1980-05-17``, ``19800517`` or a moment; a day without its year is not kept."""
    match = re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)", written)
    with suppress(ValueError):
        if match and int(match[1]) >= 1900:
            return date(int(match[1]), int(match[2]), int(match[3]))
    return None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text, flags=re.S)
