"""The form of one pick list."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, ValidationError

from crm.extensions import db
from crm.forms.rows import MOST_ROWS, RowForm, RowsForm, fingerprint
from crm.models import Company, Option, OptionList, User
from crm.models.option import InUse, OptionPlan


class OptionRow(RowForm):
    active = BooleanField(_l("Offered"))

    @classmethod
    def particulars(cls, row: dict[str, Any]) -> list[str]:
        return [_("Offered") if row["active"] else _("not offered")]


class OptionsForm(RowsForm):
    rows = FieldList(FormField(OptionRow), max_entries=MOST_ROWS)

    @classmethod
    def of(cls, which: OptionList) -> OptionsForm:
        """The form as the list is now."""
        rows = shown(which)
        return cls(data={"rows": rows, "version": fingerprint(rows)})

    def validate_rows(self, field: FieldList) -> None:
        super().validate_rows(field)
        if not any(row.form.active.data for row in field):
            raise ValidationError(_("Offer at least one, so that there is something to choose."))

    def arrange(self, which: OptionList, *, by: User) -> bool:
        """Make the list what was typed; ``False``, with the reason, if records stand in the way."""
        options = {str(option.id): option for option in db.session.scalars(Option.all_of(which))}
        plans = [
            OptionPlan(
                row.labels[0], row.labels[1], row.colour.data, row.active.data,
                options.get(row.id.data or ""),
            )
            for row in (entry.form for entry in self.rows)
        ]  # fmt: skip
        try:
            Option.arrange(which, plans, company=Company.current(), by=by)
        except InUse as error:
            self.rows.errors = [_(
                "“%(name)s” cannot go: records use it. Take the tick off instead, and it is no "
                "longer offered. Nothing was saved.", name=error.what,
            )]  # fmt: skip
            return False
        return True


def shown(which: OptionList) -> list[dict[str, Any]]:
    """The options as the form's rows."""
    names = ("id", "label_zh", "label_en", "colour", "active")
    return [
        {name: getattr(option, name) for name in names}
        for option in db.session.scalars(Option.all_of(which))
    ]
