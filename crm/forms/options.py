"""The form of one pick list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, ValidationError

from crm.extensions import db
from crm.forms.rows import MOST_ROWS, ColouredRow, RowsForm, fingerprint
from crm.forms.rows_field import RowsField
from crm.models import Company, CustomChoice, Option, OptionList, User
from crm.models.option import InUse, OptionPlan


class OptionRow(ColouredRow):
    active = BooleanField(_l("Offered"))

    @classmethod
    def particulars(cls, row: dict[str, Any]) -> list[str]:
        return [_("Offered") if row["active"] else _("not offered")]


class OptionRowsForm(RowsForm):
    """A list of rows to choose from, each of which can be taken out of the offer."""

    rows = RowsField(FormField(OptionRow), max_entries=MOST_ROWS)

    def validate_rows(self, field: FieldList) -> None:
        super().validate_rows(field)
        if not any(row.form.active.data for row in field):
            raise ValidationError(_("Offer at least one, so that there is something to choose."))

    def plans(self, options: Iterable[Option | CustomChoice]) -> list[OptionPlan]:
        """What the rows say of ``options``, and of new ones."""
        known = {str(option.id): option for option in options}
        return [
            OptionPlan(
                row.labels[0], row.labels[1], row.colour.data, row.active.data,
                known.get(row.id.data or ""),
            )
            for row in (entry.form for entry in self.rows)
        ]  # fmt: skip

    def explain(self, error: InUse) -> None:
        """Say at the rows that records stand in the way."""
        self.rows.errors = [_(
            "“%(name)s” cannot go: records use it. Take the tick off instead, and it is no "
            "longer offered. Nothing was saved.", name=error.what,
        )]  # fmt: skip


class OptionsForm(OptionRowsForm):
    @classmethod
    def of(cls, which: OptionList) -> OptionsForm:
        """The form as the list is now."""
        rows = shown(which)
        return cls(data={"rows": rows, "version": fingerprint(rows)})

    def arrange(self, which: OptionList, *, by: User) -> bool:
        """Make the list what was typed; ``False``, with the reason, if records stand in the way."""
        plans = self.plans(db.session.scalars(Option.all_of(which)))
        try:
            Option.arrange(which, plans, company=Company.current(), by=by)
        except InUse as error:
            self.explain(error)
            return False
        return True


def shown(which: OptionList) -> list[dict[str, Any]]:
    """The options as the form's rows."""
    return rows_of(db.session.scalars(Option.all_of(which)))


def rows_of(options: Iterable[Option | CustomChoice]) -> list[dict[str, Any]]:
    names = ("id", "label_zh", "label_en", "colour", "active")
    return [{name: getattr(option, name) for name in names} for option in options]
