"""The form of the account that somebody's expenses are paid to."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from wtforms import StringField, ValidationError

from crm.forms.base import BaseForm
from crm.forms.fields import text
from crm.wording.fields import FIELDS

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]*", re.ASCII)
# Nothing on the way of what is typed keeps it: it is nobody else's affair.
KEPT_NOWHERE = {"autocomplete": "off", "spellcheck": "false"}


class BankAccountForm(BaseForm):
    bank_name = text(FIELDS["bank_name"], 120, render_kw=KEPT_NOWHERE)
    bank_account = text(FIELDS["bank_account"], 60, render_kw=KEPT_NOWHERE)

    def validate_bank_account(self, field: StringField) -> None:
        if field.data and not _NUMBER.fullmatch(field.data):
            raise ValidationError(_("An account number has letters, digits, spaces and hyphens."))
