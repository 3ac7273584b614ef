"""The form of a payment."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l

from crm.forms.base import BaseForm
from crm.forms.fields import DayField, Required, not_ahead, of_open_books, text
from crm.forms.rows import fingerprint
from crm.models import Advance, Company, Payout, Proposal


class PaymentForm(BaseForm):
    """When something was paid, and by which reference."""

    paid_on = DayField(
        _l("Paid on"), quick=("yesterday", "today"),
        validators=[Required(), not_ahead, of_open_books],
    )  # fmt: skip
    reference = text(_l("Payment reference"), 120)


class PaymentBatchForm(PaymentForm):
    def __init__(self, proposal: Proposal, *args: Any, **kwargs: Any) -> None:
        data = {"paid_on": Company.current().today(), "version": version_of(proposal)}
        super().__init__(*args, data=data, **kwargs)
        self.proposal = proposal

    def may_pay(self) -> bool:
        """Whether it is complete, nothing is in the way, and all is still as it was shown."""
        if self.proposal.obstacles:
            self.status = 409
            return False
        return self.may_save(SimpleNamespace(), version=version_of(self.proposal))


class AdvancePaymentForm(PaymentForm):
    def __init__(self, advance: Advance, *args: Any, **kwargs: Any) -> None:
        said = version_of_advance(advance)
        data = {"paid_on": Company.current().today(), "version": said}
        super().__init__(*args, data=data, **kwargs)
        self.shown = said

    def may_pay(self) -> bool:
        """Whether it is complete, and amount and account are still as they were shown."""
        return self.may_save(SimpleNamespace(), version=self.shown)


def version_of_advance(advance: Advance) -> str:
    """What changes whenever paying ``advance`` says anything else: how much, to which account."""
    return fingerprint([{"advance": (advance.id, advance.version)}, _said(advance.payout)])


def version_of(proposal: Proposal) -> str:
    """What changes whenever it says anything else: which claims, how much, to which account."""
    claims = [{"claim": (claim.id, claim.version)} for claim in proposal.claims]
    return fingerprint([*claims, *map(_said, proposal.payouts)])


def _said(payout: Payout) -> dict[str, Any]:
    """Who gets what, on which account."""
    return {"payout": (payout.payee.id, payout.amount, payout.bank_name, payout.bank_account)}
