"""Text folded for comparing and searching: width, case, punctuation, pinyin and initials."""

from __future__ import annotations

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

_NOT_WORD = re.compile(r"[^\w]+|_+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def fold(text: str) -> str:
    """``Ｓｉｇｍａ（大连）`` → ``sigma大连``: NFKC, lower case, only letters and digits."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def pinyin_of(text: str) -> str:
    """``大连西格玛`` → ``dalianxigema``; other characters stay as they are."""
    return "".join(lazy_pinyin(text))


def initials_of(text: str) -> str:
    """``大连西格玛`` → ``dlxgm``; other characters stay as they are."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))


def search_text(*values: str | None) -> str:
    """What a record is found by: each value folded, Chinese ones also in pinyin and initials.

    >>> search_text("大连 Sigma")
    '大连sigma daliansigma dlsigma'
    """
    words: list[str] = []
    for value in values:
        folded = fold(value or "")
        if not folded:
            continue
        words.append(folded)
        if _CHINESE.search(folded):
            words += [pinyin_of(folded), initials_of(folded)]
    return " ".join(dict.fromkeys(words))
