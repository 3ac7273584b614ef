"""Both languages are complete: every text of the code is in the Chinese catalogue, and no other."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import crm

ROOT = Path(crm.__file__).parent.parent
CATALOGUE = ROOT / "crm/translations/zh/LC_MESSAGES/messages.po"
IN_CONTEXT = ((1, "c"), 2)  # pgettext("contact", "Name"): the context, then the text
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2),
            "pgettext": IN_CONTEXT, "lazy_pgettext": IN_CONTEXT}  # fmt: skip
Text = tuple[str, str]  # context, or nothing, and text
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


@cache
def texts_of_the_code() -> frozenset[Text]:
    """What ``pybabel extract`` finds from the project's folder with babel.cfg."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return frozenset((context or "", _singular(message)) for _, _, message, _, context in found)


@cache
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def messages() -> list[Message]:
    return [message for message in catalogue() if message.id]


def texts_of_the_catalogue() -> set[Text]:
    return {(message.context or "", _singular(message.id)) for message in messages()}


def translations(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _singular(message: object) -> str:
    return message if isinstance(message, str) else str(message[0])  # type: ignore[index]


def test_the_code_is_read() -> None:
    """A pattern that fits no file finds nothing, and says nothing."""
    texts = texts_of_the_code()
    assert len(texts) > 300
    assert {("", "Customers"), ("", "Save"), ("contact", "Title")} <= texts


def test_no_text_stands_where_none_is_found() -> None:
    """In an f-string Babel looks for nothing, so it would stay English without a word."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "crm").rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in KEYWORDS
        if isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []


def test_every_text_is_in_the_catalogue() -> None:
    known = texts_of_the_catalogue()
    assert sorted(texts_of_the_code() - known) == []


def test_the_catalogue_has_nothing_that_the_code_does_not_say() -> None:
    known = texts_of_the_catalogue()
    assert sorted(known - texts_of_the_code()) == []
    assert list(catalogue().obsolete) == []


def test_every_text_is_translated_and_no_translation_is_a_guess() -> None:
    assert [message.id for message in messages() if not all(translations(message))] == []
    assert [message.id for message in messages() if message.fuzzy] == []


def test_translations_have_the_placeholders_of_their_text() -> None:
    wrong = []
    for message in messages():
        # Chinese has one form, which stands for the plural.
        text = message.id if isinstance(message.id, str) else message.id[-1]
        expected = Counter(PLACEHOLDER.findall(text))
        wrong += [
            f"{text} → {string}"
            for string in translations(message)
            if Counter(PLACEHOLDER.findall(string)) != expected
        ]
    assert wrong == []


@pytest.mark.parametrize("mark", ["  ", " ，", "，，"])
def test_translations_are_tidy(mark: str) -> None:
    assert [m.id for m in messages() if any(mark in string for string in translations(m))] == []


def test_the_catalogue_changes_only_when_a_text_does() -> None:
    text = CATALOGUE.read_text()
    assert not re.search(r"-Date:|^#: .*:\d", text, re.MULTILINE)
