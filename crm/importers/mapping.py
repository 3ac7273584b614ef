"""The mapping: which column fills which field, what is constant, what values stand for."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from crm.folding import fold
from crm.importers.amounts import scale_of, without_scale
from crm.importers.fields import Field
from crm.importers.matching import MEANS, Instead, Meanings, value_key
from crm.importers.problems import Refused
from crm.names import full_name

# What columns are called that hold one half of a person's name.
FAMILY = ("family name", "last name", "surname", "姓", "姓氏")
GIVEN = ("given name", "first name", "forename", "名", "名字")
# What titles have besides their word: brackets, and little behind it.
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|\*")
_MEASURE = re.compile(
    r"[(\[【][^)\]】]*([万亿千百%$€£]|美元|欧元|日元|港[元币]|usd|eur|jpy|gbp)", re.IGNORECASE
)
_ADDS = re.compile(r"(?<=..)(说明|信息|内容|情况)$")


@dataclass(frozen=True)
class Mapping:
    """Field → column, field → constant text, and what values and amounts stand for."""

    columns: dict[str, str]
    constants: dict[str, str]
    meanings: Meanings
    # Field → its columns for family and given name.
    halves: dict[str, tuple[str, str]]
    # Field → how many its column counts at a time.
    scales: dict[str, int]

    @classmethod
    def of(
        cls,
        fields: Sequence[Field],
        header: Sequence[str],
        *,
        columns: Iterable[tuple[str, str]] = (),
        constants: Iterable[tuple[str, str]] = (),
        translations: Iterable[tuple[str, str, str]] = (),
        samples: Sequence[Sequence[str]] = (),
    ) -> Mapping:
        """Check what somebody asked for; without ``columns``, guess them from the header.

        :param samples: some rows, by which a column is told from one that is called the same.
        :raises Refused: a field or column is unknown, named twice, or a required one is missing.
        """
        columns, constants, translations = list(columns), list(constants), list(translations)
        known = [field.name for field in fields]
        for name in [*_first(columns), *_first(constants), *_first(translations)]:
            if name not in known:
                raise Refused(
                    _("There is no field %(name)s. The fields are: %(known)s.",
                      name=name, known=", ".join(known))
                )  # fmt: skip
        for _field, column in columns:
            if column not in header:
                raise Refused(
                    _("There is no column %(name)s. The columns are: %(known)s.",
                      name=column, known=", ".join(filter(None, header)))
                )  # fmt: skip
        halves = {} if columns else halves_in(fields, header)
        if not columns:
            columns = guess(fields, header, samples, without={*_first(constants), *halves})
            if not columns and not constants and not halves:
                raise Refused(
                    _("No column was recognised; map them, like %(example)s. "
                      "The columns are: %(known)s.",
                      example=f"{fields[0].name}={header[0]}",
                      known=", ".join(filter(None, header)))
                )  # fmt: skip
        _refuse_twice([*_first(columns), *_first(constants)])
        filled = dict(columns)
        mapping = cls(
            filled, dict(constants), _meanings(translations), halves, scales_in(fields, filled)
        )
        mapping._refuse_missing(fields)
        return mapping

    def lacks(self, fields: Sequence[Field], required: Iterable[str]) -> list[str]:
        """What nothing fills of the fields that are ``required``, or that filled ones need."""
        needs = [field.needs for field in fields if field.needs and self.fills(field.name)]
        return [name for name in dict.fromkeys([*required, *needs]) if not self.fills(name)]

    def texts(self, row: dict[str, str]) -> dict[str, str]:
        """What each field is to be read from, given a row by column names."""
        texts = dict(self.constants)
        for field, column in self.columns.items():
            if row[column] or field not in texts:  # a constant stands where a cell is empty
                texts[field] = row[column]
        for name, (family, given) in self.halves.items():
            texts[name] = full_name(row[family], row[given])
        return texts

    def fills(self, field: str) -> bool:
        """Whether the file, or a constant, says anything about ``field``."""
        return field in self.columns or field in self.constants or field in self.halves

    def unread(self, header: Sequence[str]) -> list[str]:
        """The columns that no field is read from."""
        read = {*self.columns.values(), *(half for pair in self.halves.values() for half in pair)}
        return [name for name in header if name and name not in read]

    def _refuse_missing(self, fields: Sequence[Field]) -> None:
        if missing := self.lacks(fields, (field.name for field in fields if field.required)):
            raise Refused(
                _("No column fills %(names)s. Map one, like %(example)s, or set one value for all.",
                  names=", ".join(missing), example=f"{missing[0]}=Column")
            )  # fmt: skip


def _first(pairs: Iterable[tuple[str, ...]]) -> list[str]:
    return [pair[0] for pair in pairs]


def _meanings(translations: Iterable[tuple[str, str, str]]) -> Meanings:
    meanings: Meanings = {}
    for field, raw, text in translations:
        said = MEANS + text if text else Instead.EMPTY
        meanings.setdefault(field, {})[value_key(raw)] = said
    return meanings


def scales_in(fields: Sequence[Field], columns: dict[str, str]) -> dict[str, int]:
    """How many the columns of amounts count at a time, as far as their titles say it."""
    scales = {one.name: _scale_in(one, columns[one.name]) for one in fields
              if one.is_money and one.name in columns}  # fmt: skip
    return {name: scale for name, scale in scales.items() if scale > 1}


def _scale_in(field: Field, title: str) -> int:
    """How many a column of ``field`` counts at a time; what the field is called says nothing.

    The firm's own 注册资本（万元） keeps 500 where that many 万 are meant, and is exported so.
    """
    return 1 if fold(title) in map(fold, field.words) else scale_of(title)


def _refuse_twice(names: list[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(_("%(names)s is given more than once.", names=", ".join(twice)))


def halves_in(fields: Sequence[Field], header: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The columns of family and given name, for a person whom no column names whole."""
    there = {fold(column): column for column in header if column}
    family, given = (
        next((there[key] for word in words if (key := fold(word)) in there), None)
        for words in (FAMILY, GIVEN)
    )
    return {
        one.name: (family, given)
        for one in fields
        if one.person and family and given
        if not any(fold(word) in there for word in (one.name, *one.words))
    }


def guess(
    fields: Sequence[Field], header: Sequence[str], samples: Sequence[Sequence[str]] = (), *,
    without: Container[str] = (),
) -> list[tuple[str, str]]:  # fmt: skip
    """A column for each field whose usual names, in English or Chinese, stand in the header.

    Who is called so to the letter comes first; then what is left of a title without its ornaments.
    """
    guessed: dict[str, str] = {}
    whose = _whose(fields)
    for called in (lambda title: [fold(title)], lambda title: _loosely(title, whose)):
        free = {key: name for name in reversed(header) if name not in guessed.values()
                for key in reversed(called(name)) if key}  # fmt: skip
        for field in sorted(fields, key=lambda field: field.looks is None):
            if field.name in guessed or field.name in without:
                continue
            words = [fold(word) for word in (field.name, *field.words)]
            column = next((free[word] for word in words if word in free), None)
            if column is None or column in guessed.values():
                continue
            if _scale_in(field, column) > 1 and not field.is_money:
                continue
            if field.looks is None or _all_look(field, samples, header.index(column)):
                guessed[field.name] = column
    return [
        (field.name, guessed[field.name])
        for field in fields
        if field.name in guessed
        if not field.needs or field.needs in guessed or field.needs in without
    ]


def _loosely(title: str, whose: re.Pattern[str]) -> list[str]:
    """What a title may also be: without what stands in brackets, whose it is, and what it adds.

    ``联系电话（座机）`` → 联系电话, ``客户单位全称`` → 全称, ``备注说明`` → 备注. Brackets that say
    another measure stay: what is counted in 万元 is no amount as it stands.
    """
    plain = without_scale(title)
    if not _MEASURE.search(plain):
        plain = _BRACKETS.sub("", plain)
    bare = whose.sub("", plain.strip())
    return list(dict.fromkeys(map(fold, (plain, bare, _ADDS.sub("", bare)))))


def _whose(fields: Sequence[Field]) -> re.Pattern[str]:
    """What stands at the beginning of a title and says only what all rows are about."""
    words = "|".join(word for field in fields for word in field.whose)
    return re.compile(rf"^(?:(?:{words or '(?!)'})[ _-]*(?=..))+", re.IGNORECASE)


def _all_look(field: Field, samples: Sequence[Sequence[str]], at: int) -> bool:
    """Whether the values of a column are what the field alone looks like."""
    values = [cells[at] for cells in samples if at < len(cells) and cells[at]]
    assert field.looks is not None
    return bool(values) and all(map(field.looks.fullmatch, values))
