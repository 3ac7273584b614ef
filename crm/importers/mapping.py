"""The mapping: which column fills which field, what is constant, which values translate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from crm.folding import fold
from crm.importers.fields import Field
from crm.importers.known import key_of
from crm.importers.problems import Refused


@dataclass(frozen=True)
class Mapping:
    """Field → column, field → constant text, and (field, folded raw text) → what it stands for."""

    columns: dict[str, str]
    constants: dict[str, str]
    translations: dict[tuple[str, str], str]

    @classmethod
    def of(
        cls,
        fields: Sequence[Field],
        header: Sequence[str],
        *,
        columns: Iterable[tuple[str, str]] = (),
        constants: Iterable[tuple[str, str]] = (),
        translations: Iterable[tuple[str, str, str]] = (),
    ) -> Mapping:
        """Check what somebody asked for; without ``columns``, guess them from the header.

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
        if not columns:
            columns = _guess(fields, header, without=set(_first(constants)))
        _refuse_twice([*_first(columns), *_first(constants)])
        mapping = cls(
            dict(columns),
            dict(constants),
            {(field, key_of(raw)): code for field, raw, code in translations},
        )
        mapping._refuse_missing(fields)
        return mapping

    def texts(self, row: dict[str, str]) -> dict[str, str]:
        """What each field is to be read from, given a row by column names."""
        texts = {field: row[column] for field, column in self.columns.items()} | self.constants
        if not self.translations:
            return texts
        return {
            field: self.translations.get((field, key_of(text)), text)
            for field, text in texts.items()
        }

    def fills(self, field: str) -> bool:
        """Whether the file, or a constant, says anything about ``field``."""
        return field in self.columns or field in self.constants

    def unread(self, header: Sequence[str]) -> list[str]:
        """The columns that no field is read from."""
        return [name for name in header if name and name not in self.columns.values()]

    def _refuse_missing(self, fields: Sequence[Field]) -> None:
        missing = [field.name for field in fields if field.required and not self.fills(field.name)]
        if missing:
            raise Refused(
                _("No column fills %(names)s. Map one, like %(example)s, or set one value for all.",
                  names=", ".join(missing), example=f"{missing[0]}=Column")
            )  # fmt: skip


def _first(pairs: Iterable[tuple[str, ...]]) -> list[str]:
    return [pair[0] for pair in pairs]


def _refuse_twice(names: list[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(_("%(names)s is given more than once.", names=", ".join(twice)))


def _guess(
    fields: Sequence[Field], header: Sequence[str], *, without: set[str]
) -> list[tuple[str, str]]:
    """A column for each field whose usual names, in English or Chinese, stand in the header."""
    free = {fold(column): column for column in header if column}
    guessed = []
    for field in fields:
        words = [fold(word) for word in (field.name, *field.words)]
        found = next((word for word in words if word in free), None)
        if found and field.name not in without:
            guessed.append((field.name, free.pop(found)))
    if not guessed:
        raise Refused(
            _("No column was recognised; map them, like %(example)s. The columns are: %(known)s.",
              example=f"{fields[0].name}={header[0]}", known=", ".join(filter(None, header)))
        )  # fmt: skip
    return guessed
