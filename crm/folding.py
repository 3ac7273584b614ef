"""Text folded for comparing and searching: width, case, punctuation, pinyin and initials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate, groupby, pairwise

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import RE_HANS

# Who looks for something needs no more; each further one makes the search slower.
MOST_WORDS = 12

_NOT_WORD = re.compile(r"[^\w]+|_+")
# What tells two labels apart that have the same letters: A+ and A-, C#, <50, 10-50.
_SIGN = re.compile(r"([+*#<>=≤≥±%]|^-+|-+$|(?<=\d)[-~/.](?=\d))")
_DASHES = str.maketrans("−–", "--")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
# Digits as they are written in phone numbers, long enough to be nothing else.
_PHONE = re.compile(r"\+[\d\s().-]+|[\d\s().-]{7,}", re.ASCII)
_DIGITS = re.compile(r"\d+")
_TONES = "12345"
_ACCENTS = re.compile(r"[\u0300-\u036f]")


def fold(text: str) -> str:
    """``Ｓｉｇｍａ（大连）`` → ``sigma大连``: NFKC, lower case, only letters and digits."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def plain(text: str) -> str:
    """``Ａ+ `` → ``a+``: NFKC, lower case; signs and what stands between words stay."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def fold_label(text: str) -> str:
    """``A +`` → ``a+``: folded, but for the signs that tell two labels apart; never empty."""
    parts = _SIGN.split(plain(text).translate(_DASHES))
    return "".join(part if at % 2 else fold(part) for at, part in enumerate(parts)) or text


def pinyin_of(text: str) -> str:
    """``大连西格玛`` → ``dalianxigema``; other characters stay as they are."""
    return _spelled(text, lambda syllable: syllable.rstrip(_TONES))


def initials_of(text: str) -> str:
    """``大连西格玛`` → ``dlxgm``; other characters stay as they are."""
    return _spelled(text, lambda syllable: syllable[0] if syllable[-1] in _TONES else syllable)


def _spelled(text: str, letters: Callable[[str], str]) -> str:
    """``text`` with the ``letters`` of each syllable in place of its Chinese."""
    return "".join(
        "".join(map(letters, _syllables(run))) if is_chinese else run
        for is_chinese, run in _runs(text)
    )


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """What is Chinese in ``text`` and what is not, by turns."""
    for is_chinese, chars in groupby(text, lambda char: RE_HANS.match(char) is not None):
        yield is_chinese, "".join(chars)


@lru_cache(maxsize=4096)
def _syllables(chinese: str) -> tuple[str, ...]:
    """``大连`` → ``da4 lian2``, whose tones stand at the end.

    A name is spelt four times while it is saved: what it is found by, its place in order, its
    likenesses. Finding out how it is spoken is what takes long.
    """
    return tuple(lazy_pinyin(chinese, style=Style.TONE3, neutral_tone_with_five=True))


def words_of(term: str) -> list[str]:
    """The folded words of what somebody typed, each once, the first ``MOST_WORDS``.

    A phone number is one word, however it is spaced.

    >>> words_of("大连 SIGMA"), words_of("+86 138-0000 1234")
    (['大连', 'sigma'], ['13800001234'])
    """
    term = unicodedata.normalize("NFKC", term).strip()
    if _PHONE.fullmatch(term):
        term = re.sub(r"^(\+|00)86|\D", "", re.sub(r"[^\d+]", "", term))
    return list(dict.fromkeys(filter(None, map(fold, term.split()))))[:MOST_WORDS]


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


def pieces_of(text: str) -> list[str]:
    """The pieces of each word of ``text`` that the search index holds: pairs of characters.

    Letters and digits are held in threes as well, of which a text has many more: few others hold
    the same. Chinese characters also stand alone, since one of them is a fair thing to look for;
    they are written by their numbers: not every database's tokenizer knows the rarer ones.

    >>> pieces_of("大连 dlx")
    ['5927', '8fde', '59278fde', 'dl', 'lx', 'dlx']
    """
    found: list[str] = []
    for word in text.split():
        spelt = _spelt(word)
        found += [code for char, code in zip(word, spelt, strict=True) if not char.isascii()]
        found += ["".join(pair) for pair in pairwise(spelt)]
        found += _threes(word)
    return list(dict.fromkeys(found))


def sought_pieces(words: list[str]) -> list[str]:
    """The pieces that hold all of ``words``: the longest, since fewer rows hold them.

    >>> sought_pieces(["大连dlx", "ab", "泵"])
    ['59278fde', '8fded', 'dlx', 'ab', '6cf5']
    """
    found: list[str] = []
    for word in words:
        spelt, threes = _spelt(word), _threes(word)
        covered = {three[at : at + 2] for three in threes for at in (0, 1)}
        found += [pair for pair in map("".join, pairwise(spelt)) if pair not in covered]
        found += threes
        if len(word) == 1 and not word.isascii():
            found += spelt
    return list(dict.fromkeys(found))


def _spelt(word: str) -> list[str]:
    return [char if char.isascii() else f"{ord(char):x}" for char in word]


def _threes(word: str) -> list[str]:
    return [word[at : at + 3] for at in range(len(word) - 2) if word[at : at + 3].isascii()]


def occurrence(text: str, word: str) -> tuple[int, int] | None:
    """Where in ``text`` the folded ``word`` stands, as it is, in pinyin or by initials.

    >>> occurrence("大连 Ｓｉｇｍａ", "dalians"), occurrence("西格玛", "gm")
    ((0, 4), (1, 3))
    """
    letters = [(place, letter) for place, char in enumerate(text) for letter in fold(char)]
    for spelled in zip(*(_spellings(letter) for _, letter in letters), strict=True):
        at = "".join(spelled).find(word)
        if at >= 0:
            ends = list(accumulate(map(len, spelled)))
            first = next(n for n, end in enumerate(ends) if end > at)
            last = next(n for n, end in enumerate(ends) if end >= at + len(word))
            return letters[first][0], letters[last][0] + 1
    return None


@lru_cache(maxsize=8192)
def _spellings(letter: str) -> tuple[str, str, str]:
    """One letter as it is, in pinyin, and its initial: a page marks the same few many times."""
    return letter, pinyin_of(letter), initials_of(letter)


def sort_key(text: str, length: int = 120) -> str:
    """What names are put in order by, byte for byte: Chinese by pinyin among Latin by letters.

    Syllable by syllable with its tone, then numbers by size; width, case, accents and punctuation
    do not count. At most ``length`` characters.

    >>> sort_key("李敏 2 号")
    'li3 min3 000002 hao4'
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    words = _DIGITS.sub(lambda digits: digits[0].zfill(6), _NOT_WORD.sub(" ", plain))
    syllables = (
        " ".join(_syllables(run)) if is_chinese else run for is_chinese, run in _runs(words)
    )
    return " ".join(" ".join(syllables).split())[:length]
