"""How contacts are reached, as spreadsheets say it: several numbers in a cell, or in columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from crm.importers.fields import Field, Parser, text_within
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.models import Reach, ReachKind
from crm.models.contact import LONGEST_LABEL, LONGEST_REACH, MOST_REACHES
from crm.telephones import compared, is_whole

_BETWEEN = re.compile(r"\s*[;；,，、/／|\n]\s*")
# One of several, with what it is for; what that says may hold what stands between them.
_ONE = re.compile(r"(?P<said>.*?[\d@].*?)\s*(?:[;；\n]\s*|\Z)", re.DOTALL)
_LABELLED = re.compile(r"(?:(?P<label>.*)[:：]\s*)?(?P<value>.*?[\d@].*)", re.DOTALL)

# As much as all that a contact may have.
LONGEST_CELL = MOST_REACHES * (LONGEST_LABEL + LONGEST_REACH + len(": ; "))

# The columns of which a file may have several: what fills a field of ours, and more of the kind.
FIRST = ("mobile", "phone", "email")
_CALLED = {
    "mobile": ("mobile", "mobile phone", "cell", "手机", "手机号", "手机号码"),
    "phone": ("phone", "telephone", "tel", "office phone", "电话", "座机", "办公电话", "联系电话"),
    "email": ("email", "mail", "邮箱", "电子邮件"),
}
_OTHER = {
    "mobile": ("other mobile", "备用手机", "其他手机"),
    "phone": ("other phone", "alternative phone", "备用电话", "其他电话"),
    "email": ("other e-mail", "alternative e-mail", "备用邮箱", "其他邮箱"),
}


class First(str):
    """The first of the values in a cell; the others are further ones."""

    others: tuple[str, ...] = ()


def first(parse: Parser) -> Parser:
    """What reads the first of the values in a cell, each by ``parse``."""

    def parse_first(cell: str, known: Known) -> First:
        one, *others = (parse(part, known) for part in _parts_of(cell))
        found = First(one)
        found.others = tuple(others)
        return found

    return parse_first


def reaches(cell: str, known: Known) -> list[Reach]:
    """``Dalian office: 0411-8765 4321; liu@sigma.example``: see ``Contact.further_written``."""
    rest, found = text_within(LONGEST_CELL)(cell, known).strip(";； \n"), []
    while rest:
        one = _ONE.match(rest)
        labelled = one and _LABELLED.fullmatch(one["said"])
        if one is None or labelled is None:
            raise BadValue(_("is neither a telephone number nor a mail address"))
        label = (labelled["label"] or "").strip()
        found += [_reach(label, part) for part in _parts_of(labelled["value"].strip())]
        rest = rest[one.end() :].lstrip(";； \n")
    return found


def united(
    all_there_are: Iterable[Reach], more: Iterable[Reach], besides: Iterable[str | None]
) -> list[Reach]:
    """All of them, and those of ``more`` that are neither among them nor ``besides`` them.

    :raises BadValue: they are more than a contact may have.
    """
    found, others = list(all_there_are), list(more)
    here = (*besides, *(reach.value for reach in found)) if others else ()
    known = {_key(value) for value in here if value}
    for reach in others:
        if _key(reach.value) not in known:
            known.add(_key(reach.value))
            found.append(reach)
    if len(found) > MOST_REACHES:
        raise BadValue(_("makes more than %(most)s numbers and addresses", most=MOST_REACHES))
    return found


def further_in(values: Mapping[str, Any]) -> list[Reach]:
    """What the cells of a row say beside the first number, or address, of each kind."""
    found: list[Reach] = []
    for name in FIRST:
        others = getattr(values.get(name), "others", ())
        found += [Reach(_kind_of(value), "", value) for value in others]
    for field in FIELDS[1:]:
        found += values.get(field.name) or []
    return found


def _parts_of(cell: str) -> list[str]:
    """The numbers and addresses of a cell, which is divided where each part is one of them.

    ``0411-87654321/4322`` is one.
    """
    parts = [part for part in _BETWEEN.split(cell[:LONGEST_CELL]) if part]
    whole = all("@" in part or is_whole(part) for part in parts)
    return parts if parts and whole and len(cell) <= LONGEST_CELL else [cell]


def _reach(label: str, value: str) -> Reach:
    reach = Reach(_kind_of(value), label, value)
    if not reach.is_possible:
        raise BadValue(_("is neither a telephone number nor a mail address"))
    for text, most in ((label, LONGEST_LABEL), (value, LONGEST_REACH)):
        if len(text) > most:
            raise BadValue(_("is longer than %(most)s characters", most=most))
    return reach


def _kind_of(value: str) -> ReachKind:
    return ReachKind.EMAIL if "@" in value else ReachKind.PHONE


def _key(value: str) -> str:
    """By what two are the same."""
    return value.lower() if "@" in value else compared(value)


def _numbered(name: str, number: int) -> Field:
    words = (f"{word}{number}" for word in _CALLED[name])
    return Field(
        f"{name}_{number}", reaches, words=(*words, *(_OTHER[name] if number == 2 else ()))
    )


FIELDS: tuple[Field, ...] = (
    # Read when its record is known: what an export wrote of it is not taken apart.
    Field("reaches", text_within(LONGEST_CELL),
          words=("more numbers and addresses", "other numbers", "更多电话和邮箱", "其他联系方式")),
    *(_numbered(name, number) for number in (2, 3) for name in FIRST),
)  # fmt: skip
