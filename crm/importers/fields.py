"""Fields of an import, and the parsers that turn what a spreadsheet says into values.

A parser takes the cell's text, never empty, and what is known; it raises ``BadValue`` with the
reason in plain words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from email_validator import EmailNotValidError
from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from crm.folding import fold
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.models import OptionList, Pipeline, User
from crm.models.user import is_username, normalized_email

Parser = Callable[[str, Known], Any]
Kind = TypeVar("Kind", bound=StrEnum)

# As many as the forms allow in a text without a limit of its own.
LONGEST_TEXT = 10_000

_YES = {"yes", "y", "true", "1", "x", "是", "有", "对", "√", "✓", "✔"}
_NO = {"no", "n", "false", "0", "-", "否", "无", "不是", "×", "✗"}


@dataclass(frozen=True)
class OneOf:
    """A parser of what is one of those here: an option, a colleague, a stage, one of a kind.

    What a file calls otherwise can be matched with one of them (``matching``).
    """

    # A list of options, ``User``, ``Stage``, a kind, or a field of the firm's own.
    among: Any
    find: Parser
    # Of a cell that names several.
    parts: Callable[[str, Known], list[str]] | None = None

    def __call__(self, text: str, known: Known) -> Any:
        return self.read(text, known, self.find)

    def read(self, text: str, known: Known, find: Parser) -> Any:
        """What ``find`` says of the cell; where it names several, all of them, each once."""
        if self.parts is None:
            return find(text, known)
        parts = self.parts(text, known)
        if not parts:
            raise BadValue(_("is empty"))
        found = _each(parts, known, find)
        return list(dict.fromkeys(one for one in found if one is not None)) or None


def _each(parts: list[str], known: Known, find: Parser) -> list[Any]:
    """What ``find`` says of each, of all of them before it is told that one will not do."""
    found, faults = [], []
    for part in parts:
        try:
            found.append(find(part, known))
        except BadValue as error:
            faults.append(error)
    if faults:
        raise faults[0]
    return found


@dataclass(frozen=True)
class Field:
    """One field that a column can fill.

    ``words`` are the names that spreadsheets usually give it, in English and Chinese.
    """

    name: str
    parse: Parser
    words: tuple[str, ...] = ()
    required: bool = False
    # With what the titles of the record's other fields begin as well: 客户电话.
    whose: tuple[str, ...] = ()
    # Whether every row says it, if any column does.
    never_empty: bool = False
    # The field without which it is not read: a number belongs to somebody.
    needs: str = ""
    # A person's name: columns for family and given name fill it as well.
    person: bool = False
    # What its values look like, where others' columns are called the same.
    looks: re.Pattern[str] | None = None
    # What one of the firm's own fields is called, in the reader's language.
    label: str = ""
    # An amount of money: its column may count thousands or 万.
    is_money: bool = False


def text(column: InstrumentedAttribute[Any]) -> Parser:
    """Text that fits into ``column``."""
    return text_within(getattr(column.type, "length", None) or LONGEST_TEXT)


def text_within(longest: int) -> Parser:
    """Text of at most ``longest`` characters."""

    def parse(text: str, _known: Known) -> str:
        if len(text) > longest:
            raise BadValue(_("is longer than %(most)s characters", most=f"{longest:,}"))
        if "\0" in text:
            raise BadValue(_("contains a null character"))
        return text

    return parse


def url(text: str, _known: Known) -> str:
    """A web address; ``https://`` is put before a bare name."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        fits = parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    except ValueError:
        fits = False
    if not fits or re.search(r"\s", address) or len(address) > 300:
        raise BadValue(_("is not a web address; write it like https://www.example.com"))
    return address


def email(text: str, _known: Known) -> str:
    """A mail address, in lower case; whether the host exists is not asked."""
    try:
        return normalized_email(text)
    except EmailNotValidError as error:
        raise BadValue(_("is not a mail address")) from error


def username(text: str, _known: Known) -> str:
    """The name to sign in with, in lower case."""
    name = text.lower()
    if not is_username(name):
        raise BadValue(_("is not a user name: letters a–z, digits, dots, hyphens, underscores"))
    return name


def word(kind: type[Kind], words: dict[Kind, tuple[str, ...]]) -> OneOf:
    """A member of ``kind``, by its value or one of its words in either language."""
    meanings = {fold(text): member for member in kind for text in (member.value, *words[member])}

    def parse(text: str, _known: Known) -> Kind:
        try:
            return meanings[fold(text)]
        except KeyError:
            raise BadValue(
                _("is none of: %(known)s", known=", ".join(member.value for member in kind))
            ) from None

    return OneOf(kind, parse)


def code(letter: str) -> Parser:
    """The id in a code of ours, such as ``C-000123``."""

    def parse(text: str, _known: Known) -> int:
        found = re.fullmatch(rf"{letter}-?(\d{{1,9}})", text.upper(), re.ASCII)
        if found is None:
            raise BadValue(_("is no code; it is written like %(example)s",
                             example=f"{letter}-000123"))  # fmt: skip
        return int(found[1])

    return parse


def code_field(letter: str) -> Field:
    """The field that says which record of ours a row is about."""
    looks = re.compile(rf"{letter}-\d{{6,9}}")
    return Field("code", code(letter), words=("编号", "编码"), looks=looks)


def yes_or_no(text: str, _known: Known) -> bool:
    """``yes``, ``是``, ``1``, ``√``; ``no``, ``否``, ``0``."""
    word = unicodedata.normalize("NFKC", text).casefold()
    if word not in _YES | _NO:
        raise BadValue(_("is neither yes nor no"))
    return word in _YES


def choice(which: OptionList) -> OneOf:
    """An option of the list ``which``, by its label in either language."""
    return OneOf(which, lambda text, known: known.options.find(which, text))


# A user, by external id, name, user name or mail address.
user = OneOf(User, lambda text, known: known.user(text))
# A pipeline, by its label in either language.
pipeline = OneOf(Pipeline, lambda text, known: known.ways.pipeline(text))


def customer(text: str, known: Known) -> int:
    """The id of a customer, by external id or name."""
    return known.customer(text)
