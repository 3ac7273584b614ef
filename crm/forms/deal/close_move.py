"""Forms: bringing a deal into another column of the forecast, and back."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, ValidationError

from crm.filters.deals.forecast import UNDATED, Slot, slots
from crm.formatting import label
from crm.forms.base import BaseForm
from crm.forms.fields import DayField
from crm.models import Deal, User
from crm.models.deal import Missing, StageChanged


class CloseMoveForm(BaseForm):
    """In which month, from where it was seen: the deal is expected on that month's last day."""

    month = StringField(_l("Expected close"))
    from_month = HiddenField()

    @property
    def slot(self) -> Slot | None:
        """The column that was chosen."""
        return next((slot for slot in slots() if slot.key == self.month.data), None)

    def validate_month(self, field: StringField) -> None:
        """No month that is past, and none that is not there."""
        if self.slot is None or not self.slot.takes_deals:
            raise ValidationError(_("A day that is past cannot be expected: choose a later one."))

    def move(self, deal: Deal, *, by: User) -> bool:
        """Expect ``deal`` in the month chosen; ``False`` if it cannot be, as the field says.

        :raises StageChanged: the deal is not as the mover saw it, or closed.
        """
        if self.version.data != str(deal.version):
            raise StageChanged
        if not deal.is_open:
            raise StageChanged("closed")
        if not self.validate_on_submit() or self.slot is None:
            return False
        try:
            deal.expect_close_on(self.slot.day_for(deal), by=by)
        except Missing:
            self.month.errors = [_("The stage “%(stage)s” needs the day.", stage=label(deal.stage))]
            return False
        return True

    def offered_to(self, deal: Deal) -> list[Slot]:
        """The columns that ``deal`` can be brought into."""
        demanded = "expected_close" in deal.stage.required
        return [slot for slot in slots()
                if slot.takes_deals and not (demanded and slot.key == UNDATED)]  # fmt: skip


class CloseBackForm(BaseForm):
    """The day that was expected before, and the version that the move left."""

    day = DayField("")

    def take_back(self, deal: Deal, *, by: User) -> None:
        """Expect ``deal`` on that day again.

        :raises StageChanged: the deal is not as the move left it.
        """
        if not self.validate_on_submit() or self.version.data != str(deal.version):
            raise StageChanged
        if not deal.is_open:
            raise StageChanged("closed")
        deal.expect_close_on(self.day.data, by=by)
