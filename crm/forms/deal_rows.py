"""What the forms of a deal's rows have in common: lines, people, competitors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, takewhile
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, ValidationError

from crm.formatting import label
from crm.forms.base import strip
from crm.forms.rows import BareRow, RowsForm, arranged, fingerprint
from crm.models import Deal, Event, User


class DealRow(BareRow):
    """A row that says nothing is left out."""

    # The field that a row is nothing without.
    NAMED_BY: ClassVar[str] = "name"

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it."""
        return not is_typed(self[self.NAMED_BY])

    @classmethod
    def called(cls, row: dict[str, Any]) -> str:
        return str(row[cls.NAMED_BY] or "—")


def is_typed(field: Field) -> bool:
    """Whether something was typed into ``field``, of use or not."""
    return bool(field.raw_data and strip(field.raw_data[0]))


class DealRowsForm(RowsForm):
    """Rows of one deal. What else is changed at the deal meanwhile is no conflict."""

    # What histories call them.
    KEPT_AS: ClassVar[str]
    # As what a stage may demand them, if it may.
    DEMANDED_AS: ClassVar[str] = ""

    def __init__(self, deal: Deal, **kwargs: Any) -> None:
        self.deal = deal
        self.now = [self.row_of(each) for each in self.records]
        rows: Sequence[dict[str, Any]] = self.now
        if request.method == "POST":
            rows = self._as_typed(arranged(request.form, most=self.MOST))
        elif not self.now:
            rows = [self.new_row() | self.proposed()]
        super().__init__(rows=rows, version=self.fingerprint, **kwargs)

    @property
    def records(self) -> list[Any]:
        """The rows as they are kept."""
        raise NotImplementedError

    def row_of(self, record: Any) -> dict[str, Any]:
        """What the form shows of one."""
        raise NotImplementedError

    def new_row(self) -> dict[str, Any]:
        """What a row begins with."""
        return {}

    def proposed(self) -> dict[str, Any]:
        """The first row, where there is none yet."""
        return {}

    @property
    def fingerprint(self) -> str:
        """What is another whenever one of the rows is."""
        return fingerprint([{"id": self.row_of(each)["id"], "said": each.said}
                            for each in self.records])  # fmt: skip

    @property
    def filled(self) -> list[Any]:
        """The rows in which something was typed."""
        return [row.form for row in self.rows if not row.form.is_blank]

    def may_save_rows(self) -> bool:
        """Whether what was typed is complete, and the rows still are as they were shown."""
        written: Any = Event.particulars["changes", self.KEPT_AS]
        changes = Event.about("deal", self.deal.id).where(written.as_string().is_not(None))
        return self.may_save_over(self.now, changes, version=self.fingerprint)

    def save(self, *, by: User) -> bool:
        """Make the rows what was typed; ``False`` with errors if that cannot be done."""
        raise NotImplementedError

    def validate_rows(self, field: FieldList) -> None:
        """What the deal's stage demands is not emptied, and nothing stands there twice."""
        stage = self.deal.stage
        if self.now and not self.filled and self.deal.is_open and self._is_demanded:
            raise ValidationError(_("The stage “%(stage)s” needs it.", stage=label(stage)))
        if len(set(map(self.told_apart, self.filled))) < len(self.filled):
            raise ValidationError(_("One of them stands there twice."))

    @property
    def _is_demanded(self) -> bool:
        return self.DEMANDED_AS in self.deal.stage.required

    def told_apart(self, row: Any) -> Any:
        """What no two rows have in common."""
        raise NotImplementedError

    def _as_typed(self, typed: MultiDict[str, str]) -> list[dict[str, Any]]:
        """What each typed row is now; a new one is what it begins with."""
        there: dict[str, Any] = {str(row["id"]): row for row in self.now}
        names = takewhile(typed.__contains__, (f"rows-{number}-id" for number in count()))
        return [there.pop(typed[name], None) or self.new_row() for name in names]
