"""The form of quick entry: a photo, an amount, a category, a customer."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from crm.filters.pickers import offered
from crm.formatting import label
from crm.forms.expense_item import ReceiptForm
from crm.forms.fields import RecordField, text
from crm.models import Company, Customer, ExpenseClaim

RECENT = 3


class QuickItemForm(ReceiptForm):
    """What is not typed is plain from the rest: the purpose from category and customer."""

    purpose = text(_l("Purpose"), 300)
    claim = RecordField(_l("Goes into"), empty=_l("A new claim"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim.offer(ExpenseClaim.drafts_of(current_user))

    @property
    def recent(self) -> list[Customer]:
        """The customers that the writer worked on last."""
        return offered("customer", "", current_user)[:RECENT]

    @property
    def says_more(self) -> bool:
        """Whether what is not asked for first was typed, or is wrong."""
        more = (self.purpose, self.payee, self.spent_on, self.deal)
        return any(field.errors for field in more) or bool(self.purpose.data or self.payee.data)

    def validate(self, *args: object, **kwargs: object) -> bool:
        valid = bool(super().validate(*args, **kwargs))
        if valid and not self.purpose.data:
            self.purpose.data = self._plain_purpose()
        return valid

    def _plain_purpose(self) -> str:
        customer = self.customer.data
        # Who reads it are colleagues, whatever language its writer reads.
        with force_locale(Company.current().language):
            category = label(self.category.data)
            if customer is None:
                return category
            return _("%(category)s, %(customer)s", category=category, customer=customer.name)[:300]
