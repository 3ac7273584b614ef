"""The form that brings a task into another quadrant."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, ValidationError

from crm.filters.tasks.priority import Quadrant
from crm.forms.base import BaseForm
from crm.models import Task, User


class PriorityForm(BaseForm):
    """How pressing a task is, and how pressing it was where it was seen."""

    quadrant = StringField(_l("Priority"))
    from_quadrant = HiddenField()

    @property
    def wanted(self) -> Quadrant | None:
        """The one that was chosen."""
        return next((each for each in Quadrant if each == self.quadrant.data), None)

    def validate_quadrant(self, _field: StringField) -> None:
        if self.wanted is None:
            raise ValidationError(_("Choose how pressing it is."))

    def prioritise(self, task: Task, *, by: User) -> bool:
        """Bring ``task`` there; ``False`` if it cannot be, as the field says.

        What stands elsewhere by now than where it was seen is left to who brought it there.
        """
        if not self.validate_on_submit() or self.wanted is None:
            return False
        if Quadrant.of(task) not in (self.wanted, self.from_quadrant.data or Quadrant.of(task)):
            self.status = 409
            self.quadrant.errors = [_("%(task)s was changed by somebody else meanwhile. Look, then "
                                      "move it again.", task=task.title)]  # fmt: skip
            return False
        task.prioritise(urgent=self.wanted.is_urgent, important=self.wanted.is_important, by=by)
        return True
