"""What tells that two entries are one firm: its name without its legal form, phones, mail domains.

A likeness is a text; two records with the same one are perhaps the same. The kinds are in order of
certainty. Company names are compared after folding width, case, spaces, brackets and legal forms.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

from crm.folding import fold, pinyin_of
from crm.telephones import phone_key

_LEGAL_FORMS_ZH = re.compile(
    r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|总公司|分公司|公司|集团)$"
)
_LEGAL_FORMS = frozenset({
    "co", "ltd", "limited", "inc", "incorporated", "llc", "llp", "lp", "plc", "corp",
    "corporation", "company", "gmbh", "kg", "ag", "se", "ug", "ohg", "sa", "sas", "sarl", "srl",
    "spa", "bv", "nv", "ab", "as", "asa", "oy", "oyj", "aps", "pte", "pty", "sdn", "bhd", "kk",
    "jsc", "ooo", "zao", "ltda", "lda",
})  # fmt: skip
# Between letters that stand alone: S.p.A. and SpA are one form.
_DOT = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)")
# Where everybody has an address, a shared domain says nothing.
_PUBLIC_MAIL = frozenset({
    "qq.com", "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "yeah.net",
    "sina.com", "sina.cn", "sohu.com", "aliyun.com", "139.com", "189.cn", "wo.cn", "tom.com",
    "21cn.com", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com",
    "msn.com", "yahoo.com", "yahoo.co.jp", "icloud.com", "me.com", "mac.com", "proton.me",
    "protonmail.com", "gmx.de", "gmx.net", "web.de", "mail.ru", "yandex.ru", "aol.com",
    "naver.com", "daum.net",
})  # fmt: skip
# A shorter name is shared by chance.
LEAST_NAME, LEAST_SOUND = 2, 5
# So many Chinese characters tell a firm wherever they stand in a name.
LEAST_WITHIN = 3


class LikenessKind(StrEnum):
    """In which way two entries are alike, the surest first."""

    NAME = "name"
    PHONE = "phone"
    DOMAIN = "domain"
    SOUND = "sound"


def name_key(name: str) -> str:
    """``大连西格玛（流体）公司`` → ``大连西格玛流体``; ``Sigma Flow Co., Ltd.`` → ``sigmaflow``.

    The legal form is left off the end, unless nothing would be left.
    """
    plain = _DOT.sub("", unicodedata.normalize("NFKC", name).casefold())
    words = re.split(r"[^\w]+", plain)
    words = [word for word in words if word]
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    key = fold("".join(words))
    while (shorter := _LEGAL_FORMS_ZH.sub("", key)) != key and len(shorter) >= LEAST_NAME:
        key = shorter
    return key


def core_of(name: str) -> str:
    """``大连西格玛流体有限公司`` → ``西格玛流体``: without place and legal form."""
    key = name_key(name)
    for length in (4, 3, 2):
        if key[:length] in _places():
            bare = key[length:].removeprefix("省").removeprefix("市")
            return bare if len(bare) >= LEAST_NAME else key
    return key


def is_part(part: str, core: str) -> bool:
    """Whether one core says a part of another: what it begins with, or enough Chinese anywhere."""
    if len(pinyin_of(part)) < LEAST_SOUND:
        return False
    is_telling = len(part) >= LEAST_WITHIN and not part.isascii()
    return core.startswith(part) or (is_telling and part in core)


def sound_key(name: str) -> str:
    """How the core of a name sounds: 大连西格玛 and 西格马 are ``xigema``."""
    return pinyin_of(core_of(name))


def domain_of(address: str) -> str:
    """``liu@Sigma.example`` → ``sigma.example``; empty where everybody may have an address."""
    domain = address.rpartition("@")[2].strip().lower()
    return "" if domain in _PUBLIC_MAIL or "." not in domain else domain


def likenesses(
    *, name: str | None = None, phones: tuple[str | None, ...] = (),
    emails: tuple[str | None, ...] = (), website: str | None = None,
) -> set[tuple[LikenessKind, str]]:  # fmt: skip
    """Everything by which an entry with these values can be recognised."""
    found = {(LikenessKind.PHONE, key) for phone in phones if (key := phone_key(phone or ""))}
    found |= {(LikenessKind.DOMAIN, key) for email in emails if (key := domain_of(email or ""))}
    if website and (host := _host_of(website)):
        found.add((LikenessKind.DOMAIN, host))
    if name:
        if len(key := name_key(name)) >= LEAST_NAME:
            found.add((LikenessKind.NAME, key))
        if len(key := sound_key(name)) >= LEAST_SOUND:
            found.add((LikenessKind.SOUND, key))
    return found


def _host_of(website: str) -> str:
    """``https://www.sigma.example/zh`` → ``sigma.example``."""
    host = re.sub(r"^\w+://", "", website.strip().lower()).split("/")[0].split(":")[0]
    return domain_of("@" + host.removeprefix("www."))


@cache
def _places() -> frozenset[str]:
    file = Path(__file__).parent / "models" / "places.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(place for line in lines if not line.startswith("#") for place in line.split())
