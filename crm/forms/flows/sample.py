"""The document that a flow is tried with: made up, or one that there is."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from crm.extensions import db
from crm.forms.base import BaseForm
from crm.forms.fields import MoneyField, OptionField, text
from crm.forms.picker import PickerField
from crm.models import Option, OptionList, User
from crm.models.approval import DOCUMENTS

EXPENSES = OptionList.EXPENSE_CATEGORY


class SampleForm(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    claimant = PickerField(_l("Claimant"), "user")
    amount = MoneyField(_l("Amount"), in_base=True, default=Decimal(1000))
    category = OptionField(_l("Category"), EXPENSES, empty=None)
    customer = PickerField(_l("Customer"), "customer")
    number = text(_l("Or one that there is"), 20, description=_l("Its number, like E-000012"))

    @classmethod
    def made(cls) -> SampleForm:
        """As it was typed, else that of somebody whose superior could decide it."""
        sent = request.form if request.method == "POST" else None
        form = cls(sent, prefix="sample", data={
            "claimant": _somebody(), "category": next(iter(Option.in_use(EXPENSES)), None),
        })  # fmt: skip
        if sent is not None:
            form.validate()
        return form

    def document(self, kind: str) -> Any:
        """The document; ``None``, with the reason, where there is none."""
        if self.claimant.data is None and not self.claimant.errors:
            self.claimant.errors = [_("Please choose one.")]
        if self.claimant.data is None or self.category.data is None:
            return None
        sample = DOCUMENTS[kind].sample(
            self.claimant.data, self.amount.data or Decimal(0), self.category.data,
            self.customer.data,
        )  # fmt: skip
        return self._found(type(sample)) if self.number.data else sample

    def _found(self, model: Any) -> Any:
        wanted = re.fullmatch(r"([A-Za-z]?)-?(\d{1,9})", self.number.data or "")
        chosen = model.visible_to(current_user).where(model.id == (int(wanted[2]) if wanted else 0))
        found = db.session.scalars(chosen.limit(1)).first()
        if wanted and found and found.number.startswith(wanted[1].upper()):
            return found
        self.number.errors = [_("Nothing by that number.")]
        return None


def _somebody() -> User:
    led = db.session.scalars(User.active().where(User.team_id.is_not(None)).limit(20))
    return next((user for user in led if user.superior()), current_user)
