"""An expense claim as a paper: its costs, its approval, its payment, and its receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from crm import clock
from crm.extensions import db
from crm.formatting import day, label, language, moment, money, number
from crm.models import Attachment, ClaimState, Company, ExpenseClaim, ExpenseItem, User
from crm.models.advance.settling import Share, shares_of
from crm.papers.setting import typeset
from crm.papers.trail import Step, trail_of
from crm.units import reckoning
from crm.wording import person_word, word_for
from crm.wording.fields import FIELDS

TEMPLATE = "claim.typ"


@dataclass(frozen=True)
class ClaimPaper:
    """What stands on the paper of one claim, for the page and for the PDF."""

    claim: ExpenseClaim
    reader: User

    @cached_property
    def receipts(self) -> list[Attachment]:
        """Each receipt once, in the order in which they are drawn at the end."""
        return self.claim.receipts_of(self.claim.items)

    def numbers_of(self, item: ExpenseItem) -> list[int]:
        """Under which numbers the receipts of a cost stand at the end."""
        return sorted({self._numbers[row.digest] for row in item.receipts})

    def title_of(self, receipt: Attachment) -> str:
        """Its number, its file, and which of the costs it belongs to."""
        number = self._numbers[receipt.digest]
        costs = self._costs[number]
        return " · ".join((
            _("Receipt %(number)s: %(name)s", number=number, name=receipt.name),
            ngettext("cost %(numbers)s", "costs %(numbers)s", len(costs),
                     numbers=", ".join(map(str, costs))),
        ))  # fmt: skip

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The number of each receipt, by its digest."""
        return {row.digest: number for number, row in enumerate(self.receipts, 1)}

    @cached_property
    def _costs(self) -> dict[int, list[int]]:
        """Which of the costs each receipt belongs to, by its number."""
        costs: dict[int, list[int]] = {}
        for at, item in enumerate(self.claim.items, 1):
            for which in self.numbers_of(item):
                costs.setdefault(which, []).append(at)
        return costs

    def receipts_word(self, item: ExpenseItem) -> str:
        """Those numbers, or that one is missing; what a rate grants needs none."""
        numbers = ", ".join(map(str, self.numbers_of(item)))
        return numbers or ("–" if item.is_computed else _("No receipt"))

    def about(self, item: ExpenseItem) -> str:
        """How its amount came about, who was paid, and what it was for."""
        share = _("share of %(amount)s", amount=money(item.bill_amount, item.currency))
        return " · ".join(filter(None, (
            reckoning(item),
            share if item.is_share else None,
            item.payee,
            item.customer.name if item.customer else None,
            item.deal.name if item.deal else None,
        )))  # fmt: skip

    @cached_property
    def shares(self) -> Sequence[Share]:
        """What advances cover of it; of an approved claim, what they would if it was paid now."""
        claim = self.claim
        if claim.state is ClaimState.APPROVED:
            return shares_of([claim])
        return [Share(claim, each.advance, each.amount) for each in claim.settlements]

    @property
    def to_pay(self) -> Decimal:
        """What the claimant gets for it, in the base currency."""
        return self.claim.base_amount - sum((each.amount for each in self.shares), Decimal(0))

    @cached_property
    def sums(self) -> list[tuple[str, Decimal]]:
        """What stands below the total where advances cover a part of it."""
        if not self.shares:
            return []
        covered = [
            (_("Accounts for %(advance)s", advance=each.advance.number), -each.amount)
            for each in self.shares
        ]
        paid = self.claim.state is ClaimState.PAID
        return [*covered, (_("Paid out") if paid else _("Still to be paid out"), self.to_pay)]

    @cached_property
    def trail(self) -> list[Step]:
        """What happened to it since it was handed in first, in order."""
        return trail_of(self.claim)

    def pdf(self) -> bytes:
        """The paper as PDF.

        :raises crm.papers.setting.NotSet: it takes more than there is.
        :raises crm.papers.seats.AllTaken: too many others are being set.
        """
        data = self._data()
        db.session.rollback()  # nobody is kept waiting meanwhile
        return typeset(TEMPLATE, data)

    def _data(self) -> dict[str, Any]:
        claim = self.claim
        return {
            "language": language(),
            "firm": Company.current().name,
            "number": claim.number,
            "title": claim.title,
            "facts": self._facts(),
            "heads": [
                "", str(FIELDS["spent_on"]), _("Cost"), _("Receipts"), str(FIELDS["amount"]),
            ],
            "items": [self._item(at, item) for at, item in enumerate(claim.items, 1)],
            "total": [_("Total"), money(claim.base_amount)],
            "sums": [[what, money(amount)] for what, amount in self.sums],
            "categories": [
                [label(each), money(amount)] for each, amount in claim.amounts_by_category.items()
            ],
            "approval": _("Approval"),
            "trail": [{**step._asdict(), "at": None} for step in self.trail],
            "undecided": _("It was not handed in yet."),
            "receipts": [
                {"digest": row.digest, "type": row.content_type, "title": self.title_of(row)}
                for row in self.receipts
            ],
            "wrong": _wrong(),
            "printed": _("Printed on %(when)s by %(name)s", when=moment(clock.now()),
                         name=person_word(self.reader)),
        }  # fmt: skip

    def _facts(self) -> list[list[str]]:
        claim = self.claim
        facts = [
            [_("Claimant"), person_word(claim.claimant)],
            [str(FIELDS["team"]), claim.claimant.team.name if claim.claimant.team else ""],
            [_("Status"), word_for(claim.told_state)],
            [_("Created on"), day(claim.created_at)],
        ]
        if claim.payment:
            paid = " · ".join(filter(None, (claim.payment.number, claim.payment.reference)))
            facts += [[_("Paid on"), day(claim.payment.paid_on)], [_("Payment"), paid]]
        return [fact for fact in facts if fact[1]]

    def _item(self, at: int, item: ExpenseItem) -> dict[str, Any]:
        foreign = item.currency != Company.current().base_currency
        return {
            "number": str(at),
            "day": day(item.spent_on),
            "category": label(item.category),
            "purpose": item.purpose,
            "about": self.about(item),
            "receipts": self.receipts_word(item),
            "amount": money(item.base_amount),
            "foreign": _("%(amount)s at %(rate)s", amount=money(item.amount, item.currency),
                         rate=number(item.rate)) if foreign else "",
        }  # fmt: skip


def _wrong() -> dict[str, str]:
    """Why a receipt is not drawn."""
    return {
        "encrypted": _("This PDF is locked with a password. Open it at the claim."),
        "broken": _("This file is damaged and cannot be shown here. Open it at the claim."),
        "too long": _("This PDF has too many pages to be printed here. Open it at the claim."),
        "too much": _("This PDF is too complicated to be printed here. Open it at the claim."),
        "missing": _("This file is not there any more."),
    }
