"""The form of saved views."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from crm.filters.lists import LISTS
from crm.forms.base import BaseForm
from crm.forms.fields import Required, WordField, text
from crm.models import SavedView, Sharing


class SavedViewForm(BaseForm):
    query = HiddenField()
    name = text(_l("Name"), 80, validators=[Required()])
    shared_with = WordField(_l("Who sees it"), Sharing)

    def fill(self, view: SavedView) -> SavedView:
        """Copy what was given to ``view``; its state is written as the list's filter writes it."""
        self.plain_fields(view, "name", "shared_with")
        filter = LISTS[view.list].parse_text(self.query.data or "")
        view.query = filter.from_start(view=None).text()
        return view
