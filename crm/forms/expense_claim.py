"""The form of an expense claim; those of its items: ``expense_item.py``."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from crm.forms.base import BaseForm
from crm.forms.fields import Required


class ExpenseClaimForm(BaseForm):
    title = StringField(_l("Title"), validators=[Required(), Length(max=200)])
