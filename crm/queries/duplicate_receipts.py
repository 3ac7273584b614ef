"""Receipts that were perhaps claimed before: the same file, or the same bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from crm.extensions import db
from crm.folding import fold
from crm.formatting import day, money
from crm.models import (
    ApprovalAssignment,
    Attachment,
    ClaimState,
    ExpenseClaim,
    ExpenseItem,
    ItemKind,
    User,
)
from crm.wording import person_word


class Bill(NamedTuple):
    """What two receipts have in common that are one."""

    spent_on: date
    amount: Decimal
    currency: str
    payee: str


@dataclass(frozen=True)
class Duplicate:
    """A receipt that an item seems to be once more.

    :param item: where it was claimed later, or perhaps so.
    :param other: where it was claimed; ``None``: on a claim that the reader does not see.
    """

    item: ExpenseItem
    is_same_file: bool
    is_here: bool
    other: ExpenseItem | None

    @property
    def words(self) -> str:
        """What it is and where, in the reader's language."""
        if self.is_here and self.other is not None:
            return self._words_here(self.other)
        if self.other is None:
            where = _("a claim of somebody else")
        else:
            claim = self.other.claim
            where = _(
                "%(claim)s of %(name)s, %(day)s", claim=claim.number, day=day(self.other.spent_on),
                name=person_word(claim.claimant),
            )  # fmt: skip
        if self.is_same_file:
            return _("The same receipt is on %(where)s.", where=where)
        return _("The same day, amount and payee are on %(where)s.", where=where)

    def _words_here(self, other: ExpenseItem) -> str:
        both = {"item": _called(self.item), "other": _called(other)}
        if self.is_same_file:
            return _("%(item)s and %(other)s of this claim have the same receipt.", **both)
        return _(
            "%(item)s and %(other)s of this claim have the same day, amount and payee.", **both
        )


def _called(item: ExpenseItem) -> str:
    """An item among others: what for, and what its bill comes to."""
    return f"{item.purpose} {money(item.bill_amount, item.currency)}"


def duplicates_for(
    assignments: Iterable[ApprovalAssignment], documents: Mapping[int, Any]
) -> dict[int, dict[int, list[Duplicate]]]:
    """What each approver, by their id, is warned of in the claims that they decide.

    :param documents: by the ids of the requests; those of other kinds have no receipts.
    """
    claims: dict[User, list[ExpenseClaim]] = defaultdict(list)
    for assignment in assignments:
        document = documents[assignment.request_id]
        claims[assignment.approver] += [document] if isinstance(document, ExpenseClaim) else []
    return {reader.id: duplicates_of(decided, reader) for reader, decided in claims.items()}


def duplicates_of(claims: Sequence[ExpenseClaim], reader: User) -> dict[int, list[Duplicate]]:
    """By item, what ``reader`` is warned of: a few queries, however many claims there are.

    Claims that are rejected or in the trash do not count, nor do shares of one bill. Of two bills
    of one claim the later is told of, at its first share.
    """
    items = [item for claim in claims for item in claim.items]
    found: dict[int, dict[int, tuple[bool, ExpenseItem]]] = defaultdict(dict)
    for is_same_file, pairs in ((True, _same_files(items)), (False, _same_bills(items))):
        for item, other in pairs:
            if not (_is_one_bill(item, other) or _is_told_elsewhere(item, other)):
                found[item.id].setdefault(other.claim_id, (is_same_file, other))
    others = {other.claim_id for places in found.values() for _file, other in places.values()}
    seen = _seen_by(reader, others)
    by_id = {item.id: item for item in items}
    return {
        id: [_told(by_id[id], other, is_same, seen) for is_same, other in places.values()]
        for id, places in found.items()
    }


def _told(item: ExpenseItem, other: ExpenseItem, is_same_file: bool, seen: set[int]) -> Duplicate:
    is_here = other.claim_id == item.claim_id
    return Duplicate(
        item, is_same_file, is_here, other if is_here or other.claim_id in seen else None
    )


def _same_files(items: Sequence[ExpenseItem]) -> Iterator[tuple[ExpenseItem, ExpenseItem]]:
    by_digest = defaultdict(list)
    for item in items:
        for receipt in item.receipts:
            by_digest[receipt.digest].append(item)
    if not by_digest:
        return
    rows = _counting(select(Attachment.digest, ExpenseItem)).where(
        Attachment.record_kind == ExpenseItem.__tablename__,
        Attachment.record_id == ExpenseItem.id,
        Attachment.digest.in_(by_digest),
    )
    for digest, other in db.session.execute(rows):
        for item in by_digest[digest]:
            yield item, other


def _same_bills(items: Sequence[ExpenseItem]) -> Iterator[tuple[ExpenseItem, ExpenseItem]]:
    by_bill = defaultdict(list)
    for item in items:
        if bill := _bill_of(item, item.bill_amount):
            by_bill[bill].append(item)
    if not by_bill:
        return
    near = _counting(select(ExpenseItem)).where(
        ExpenseItem.payee.is_not(None),
        ExpenseItem.kind == ItemKind.RECEIPT,
        ExpenseItem.spent_on.in_({bill.spent_on for bill in by_bill}),
    )
    for shares in _by_bill(db.session.scalars(near)):
        total = sum((share.amount for share in shares), Decimal(0))
        for item in by_bill.get(_bill_of(shares[0], total), ()):  # type: ignore[arg-type]
            yield item, shares[0]


def _bill_of(item: ExpenseItem, amount: Decimal) -> Bill | None:
    if item.is_computed or not item.payee:
        return None
    return Bill(item.spent_on, amount, item.currency, fold(item.payee))


def _by_bill(items: Iterable[ExpenseItem]) -> Iterable[list[ExpenseItem]]:
    bills = defaultdict(list)
    for item in items:
        bills[item.claim_id, item.split_of or item.id].append(item)
    return bills.values()


def _is_one_bill(item: ExpenseItem, other: ExpenseItem) -> bool:
    """Whether they are the same item, or shares of one bill."""
    if item.claim_id != other.claim_id:
        return False
    return item.id == other.id or (item.split_of is not None and item.split_of == other.split_of)


def _is_told_elsewhere(item: ExpenseItem, other: ExpenseItem) -> bool:
    """Whether two bills of one claim are told of where the other stands, or the other shares."""
    if item.claim_id != other.claim_id:
        return False
    is_first = item.claim.bill_of(item)[0] is item
    return not is_first or (item.split_of or item.id) < (other.split_of or other.id)


def _counting(chosen: Any) -> Any:
    """Those of the items that count, with whose they are, the first ones first."""
    claim = contains_eager(ExpenseItem.claim).joinedload(ExpenseClaim.claimant)
    return (
        chosen.join(ExpenseItem.claim)
        .where(ExpenseClaim.trashed_at.is_(None), ExpenseClaim.state != ClaimState.REJECTED)
        .options(claim)
        .order_by(ExpenseItem.id)
    )


def _seen_by(reader: User, claim_ids: set[int]) -> set[int]:
    if not claim_ids:
        return set()
    seen = ExpenseClaim.visible_to(reader).where(ExpenseClaim.id.in_(claim_ids))
    return set(db.session.scalars(seen.with_only_columns(ExpenseClaim.id)))
