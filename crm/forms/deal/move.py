"""Forms: moving a deal to another stage, and back."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.fields import Field
from wtforms.validators import Optional

from crm.forms.base import BaseForm
from crm.forms.deal import at_customer, not_from_the_pool
from crm.forms.fields import DayField, MoneyField, RecordField
from crm.forms.picker import PickerField
from crm.forms.unknown_rates import explained
from crm.models import Deal, User
from crm.models.deal import StageChanged
from crm.models.pipeline import StageRequirement


class DealMoveForm(BaseForm):
    """To which stage, from where it was seen, and the fields that the stage demands."""

    stage = RecordField(_l("Move to"))
    from_stage = HiddenField()
    customer = PickerField(_l("Customer"), "customer")
    amount = MoneyField(_l("Amount"), validators=[Optional()])
    expected_close = DayField(_l("Expected close"), quick=("in_a_month", "in_three_months"))
    contact = PickerField(_l("Contact"), "contact", within="customer")

    def __init__(self, deal: Deal, **kwargs: Any) -> None:
        super().__init__(data={"customer": deal.customer}, **kwargs)
        self.stage.offer(list(deal.pipeline.stages))
        if not self.is_submitted():
            self.stage.chosen = str(deal.stage_id)

    def validate_customer(self, field: PickerField) -> None:
        not_from_the_pool(field)

    def validate_contact(self, field: PickerField) -> None:
        at_customer(field, self.customer.data)

    def move(self, deal: Deal, *, by: User) -> bool:
        """Move ``deal`` as chosen; ``False`` if what was typed cannot be used.

        :raises StageChanged: the deal is not as the mover saw it.
        :raises Missing: the stage demands fields that are still empty.
        """
        if self._saw_another(deal):
            raise StageChanged
        if not self.validate_on_submit():
            return False
        with explained(self.amount):
            self._fill_missing(deal)
        if self.amount.errors:
            return False
        deal.note_changes(by=by)
        deal.move_to(self.stage.data, by=by)
        return True

    def fields_to_ask(self, deal: Deal) -> list[Field]:
        """What ``deal`` lacks for the chosen stage, filled or not, and what was typed wrongly."""
        lacking = deal.missing_for(self.stage.data) if self.stage.data else []
        return [field for field in self if field.name in lacking or field.errors]

    def _saw_another(self, deal: Deal) -> bool:
        """Whether the deal has left the stage, or changed, since the mover saw it."""
        return (self.from_stage.data, self.version.data) != (str(deal.stage_id), str(deal.version))

    def _fill_missing(self, deal: Deal) -> None:
        """Give ``deal`` the fields typed for the stage, where it has none yet."""
        typed = {
            name.value: self[name].data for name in StageRequirement
            if self[name].data is not None and getattr(deal, name) is None
        }  # fmt: skip
        # First, because it asks for a rate: that would flush what is not in the history yet.
        if StageRequirement.AMOUNT in typed:
            deal.set_amount(typed.pop(StageRequirement.AMOUNT), deal.currency)
        for name, value in typed.items():
            setattr(deal, name, value)


class MoveBackForm(BaseForm):
    """The version that the move left: nothing may have happened to the deal since."""

    def take_back(self, deal: Deal, *, by: User) -> None:
        """Move ``deal`` back.

        :raises StageChanged: the deal is not as the mover left it.
        """
        if self.version.data != str(deal.version):
            raise StageChanged
        deal.take_back_move(by=by)
