"""Payments as files: what a bank pays to whom, and what a bookkeeper enters, cost by cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import IO
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from crm.exporters.cells import Rate, Row, plain
from crm.exporters.files import WRITERS, Format, filled
from crm.formatting import label
from crm.models import Action, Advance, Company, Event, ExpenseClaim, PaymentBatch, Payout, User
from crm.models.advance.settling import Share, shares_of
from crm.models.exchange_rate import Price
from crm.wording import PAYMENT_FILES, person_word
from crm.wording.fields import FIELDS


class PaymentFile(StrEnum):
    """For whom the file is."""

    BANK = "bank"
    BOOKKEEPING = "bookkeeping"


@dataclass
class PaymentExport:
    """A payment, or claims that are about to be paid together, as a file."""

    kind: PaymentFile
    claims: Sequence[ExpenseClaim]
    batch: PaymentBatch | None
    format: Format
    by: User
    count: int = 0

    @property
    def file_name(self) -> str:
        """``For the bank-B-000012.xlsx``; of what is not paid yet, with the day."""
        named = self.batch.number if self.batch else Company.current().today()
        return f"{PAYMENT_FILES[self.kind]}-{named}.{self.format}"

    def write(self) -> IO[bytes]:
        """The file, at its beginning. It is the reader's to close, and gone with that."""
        zone = ZoneInfo(Company.current().timezone)
        titles, rows = (
            (_bank_titles(), self._bank_rows())
            if self.kind is PaymentFile.BANK
            else (_bookkeeping_titles(), self._bookkeeping_rows())
        )
        written = [[plain(value, zone) for value in row] for row in rows]
        self.count = len(written)
        heads = [plain(title, zone) for title in titles]
        return filled(
            lambda file: WRITERS[self.format](file, str(PAYMENT_FILES[self.kind]), heads, written)
        )

    def record(self) -> None:
        """Write down that it was made: of which claims, and how many rows it has."""
        claims = ",".join(str(claim.id) for claim in self.claims)
        Event.record(
            Action.EXPORT_MADE, self.by, by=self.by, list=self.kind.value,
            filter=f"batch={self.batch.id}" if self.batch else f"claims={claims}",
            format=self.format.value, count=self.count,
        )  # fmt: skip

    def _bank_rows(self) -> Iterator[Row]:
        currency = Company.current().base_currency
        payouts = self.batch.payouts if self.batch else Payout.of(self.claims, self.shares)
        papers = self.batch.papers if self.batch else self.claims
        for payout in payouts:
            if not payout.amount:
                continue  # it all accounts for advances: nothing is transferred
            numbers = [paper.number for paper in papers if paper.claimant_id == payout.payee.id]
            reference = [self.batch.number, self.batch.reference] if self.batch else []
            yield (
                payout.payee.name, payout.bank_name, _solid(payout.bank_account), payout.amount,
                currency,
                " ".join(filter(None, [*reference, *numbers])),
            )  # fmt: skip

    def _bookkeeping_rows(self) -> Iterator[Row]:
        paid = (self.batch.number, self.batch.paid_on) if self.batch else (None, None)
        for claim in self.claims:
            claimant = claim.claimant
            for item in claim.items:
                yield (
                    item.spent_on, claim.number, person_word(claimant),
                    claimant.team.name if claimant.team else None, label(item.category),
                    item.category.account_code, item.purpose,
                    item.customer.name if item.customer else None, item.amount, item.currency,
                    Rate(item.rate), item.base_amount, *paid,
                )  # fmt: skip
        for advance in self.advances:
            yield self._of_advance(_("Advance"), advance, advance.title, advance, paid)
        for share in self.shares:
            part = Price(-share.amount, Company.current().base_currency, Decimal(1), -share.amount)
            yield self._of_advance(
                _("Advance accounted for"), share.advance, share.claim.number, part, paid
            )

    def _of_advance(
        self, what: str, advance: Advance, about: str, price: Advance | Price, paid: Row
    ) -> Row:
        """Money that somebody got beforehand, or that a claim accounts for."""
        claimant = advance.claimant
        return (
            self.batch.paid_on if self.batch else None, advance.number, person_word(claimant),
            claimant.team.name if claimant.team else None, what, None, about,
            advance.customer.name if advance.customer else None, price.amount, price.currency,
            Rate(price.rate), price.base_amount, *paid,
        )  # fmt: skip

    @cached_property
    def advances(self) -> Sequence[Advance]:
        """What was handed out by this payment beforehand."""
        return self.batch.advances if self.batch else ()

    @cached_property
    def shares(self) -> Sequence[Share]:
        """What is not paid out, because it accounts for advances."""
        return self.batch.shares if self.batch else shares_of(self.claims)


def _solid(account: str | None) -> str | None:
    """An account number as banks take it: people write it in groups of four."""
    return "".join(account.split()) if account else account


def _bank_titles() -> Row:
    return (
        _("Paid to"), str(FIELDS["bank_name"]), str(FIELDS["bank_account"]),
        str(FIELDS["amount"]), str(FIELDS["currency"]), _("Remittance note"),
    )  # fmt: skip


def _bookkeeping_titles() -> Row:
    currency = Company.current().base_currency
    return (
        str(FIELDS["spent_on"]), _("Claim number"), _("Claimant"), str(FIELDS["team"]),
        str(FIELDS["category"]), _("Account code"), str(FIELDS["purpose"]),
        str(FIELDS["customer"]), str(FIELDS["amount"]), str(FIELDS["currency"]), _("Rate"),
        _("Amount in %(currency)s", currency=currency), _("Payment"), _("Paid on"),
    )  # fmt: skip
