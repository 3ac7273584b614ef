"""The form of an absence: who decides for somebody, and on which days."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from crm.extensions import db
from crm.forms.base import BaseForm
from crm.forms.fields import DayField, Required, text
from crm.forms.picker import PickerField
from crm.models import Delegation, User
from crm.models.approval import DelegationRefused

# At which field it is said why a delegation is refused, and what.
REFUSED = {
    "self": ("delegate", _l("Choose somebody else.")),
    "left": ("delegate", _l("They do not work here any more.")),
    "days": ("last", _l("The last day is before the first one, or gone by.")),
    "overlap": (
        "first",
        _l("Somebody decides on one of these days already: take that back first."),
    ),
}


class DelegationForm(BaseForm):
    first = DayField(_l("From"), validators=[Required()])
    last = DayField(_l("To, this day included"), validators=[Required()])
    delegate = PickerField(_l("Who decides meanwhile"), "user", validators=[Required()])
    note = text(_l("Note"), 200)

    def begin(self, user: User, *, by: User) -> Delegation | None:
        """Let who was chosen decide for ``user``; ``None``, with the reason, if it is refused."""
        try:
            delegation = Delegation.begin(
                user, self.delegate.data, self.first.data, self.last.data, by=by,
                note=self.note.data,
            )  # fmt: skip
        except DelegationRefused as error:
            name, why = REFUSED[error.reason]
            self[name].errors = [str(why)]
            return None
        db.session.flush()  # what waits already is handed over by it
        return delegation
