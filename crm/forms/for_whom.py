"""Whom something is for: a customer, and perhaps a deal with them."""

from __future__ import annotations

from flask_babel import gettext as _
from wtforms import ValidationError

from crm.forms.picker import PickerField


def with_customer(deal: PickerField, customer: PickerField) -> None:
    """A validator: the deal is with the customer, where both are chosen.

    What stood there together before may stay: a deal can have gone to another customer since.
    """
    is_as_before = deal.data is deal.object_data and customer.data is customer.object_data
    if is_as_before or not (deal.data and customer.data):
        return
    if deal.data.customer_id != customer.data.id:
        raise ValidationError(_("This deal is with another customer."))


class ForWhom:
    """A mixin of a form with ``customer`` and ``deal``: a deal brings its customer with it."""

    customer: PickerField
    deal: PickerField

    def validate_deal(self, field: PickerField) -> None:
        if field.data and not self.customer.errors:
            self.customer.data = self.customer.data or field.data.customer
        with_customer(field, self.customer)
