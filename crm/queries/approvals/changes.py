"""What a request asks otherwise than the one before: whatever is in the hash is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from crm.extensions import db
from crm.formatting import day, label, money
from crm.models import (
    ApprovalRequest,
    Attachment,
    Company,
    Customer,
    Deal,
    ExpenseRate,
    ItemKind,
    Option,
    User,
)
from crm.units import product
from crm.wording import person_word

Snapshot = dict[str, Any]


def changes_of_claim(previous: ApprovalRequest | None, request: ApprovalRequest) -> Sequence[str]:
    """What a claim asks otherwise than before, line by line in the reader's language."""
    if previous is None:
        return []
    before, now = previous.snapshot, request.snapshot
    gone, added = _without(before["items"], now["items"]), _without(now["items"], before["items"])
    return [
        *_changes_of_head(before, now), *_changes_of_items(gone, added), *_other_files(gone, added),
    ]  # fmt: skip


def changes_of_advance(previous: ApprovalRequest | None, request: ApprovalRequest) -> Sequence[str]:
    """What an advance is asked for otherwise than before."""
    if previous is None:
        return []
    before, now = previous.snapshot, request.snapshot
    lines, base = list(_changes_of_head(before, now)), Company.current().base_currency
    if _amount(before) != _amount(now) and {before["currency"], now["currency"]} != {base}:
        lines.append(_("Amount: %(old)s → %(new)s", old=_amount(before), new=_amount(now)))
    if before["needed_on"] != now["needed_on"]:
        old, new = (_day(each["needed_on"]) for each in (before, now))
        lines.append(_("Needed on: %(old)s → %(new)s", old=old, new=new))
    if before["customer"] != now["customer"]:
        old, new = (_name(Customer, each["customer"]) for each in (before, now))
        lines.append(_("Customer: %(old)s → %(new)s", old=old, new=new))
    if before["deal"] != now["deal"]:
        old, new = (_name(Deal, each["deal"]) for each in (before, now))
        lines.append(_("Deal: %(old)s → %(new)s", old=old, new=new))
    return lines


def _changes_of_head(before: Snapshot, now: Snapshot) -> Iterator[str]:
    """What every kind of documents is told by: its title, whose it is, what it comes to."""
    if before["title"] != now["title"]:
        yield _("Title: %(old)s → %(new)s", old=before["title"], new=now["title"])
    if before["claimant"] != now["claimant"]:
        old, new = (
            person_word(db.session.get_one(User, each["claimant"])) for each in (before, now)
        )
        yield _("Claimant: %(old)s → %(new)s", old=old, new=new)
    if before["total"] != now["total"]:
        old, new = (money(Decimal(each["total"])) for each in (before, now))
        yield _("Total: %(old)s → %(new)s", old=old, new=new)


def _changes_of_items(gone: list[Snapshot], added: list[Snapshot]) -> Iterator[str]:
    """The items as they were and as they are; once where both are called the same."""
    names = _Names([*gone, *added])
    before, now = ([(names.line(item), item) for item in items] for items in (gone, added))
    same = Counter(line for line, _item in before) & Counter(line for line, _item in now)
    once = same.copy()
    for line, _item in before:
        if once[line]:
            once[line] -= 1
        else:
            yield _("Removed: %(item)s", item=line)
    for line, item in now:
        if not same[line]:
            yield _("Added: %(item)s", item=line)
            continue
        same[line] -= 1
        if any(other["receipts"] != item["receipts"] for called, other in before if called == line):
            yield _("Other receipts: %(item)s", item=line)
        else:
            yield _("Another than before of the same name: %(item)s", item=line)


def _other_files(gone: list[Snapshot], added: list[Snapshot]) -> Iterator[str]:
    """The receipts of changed items that were not there before, and how many are there no more."""
    before, now = (_files(items) for items in (gone, added))
    if new := now - before:
        found = select(Attachment.name).where(Attachment.digest.in_(new)).distinct()
        if names := sorted(db.session.scalars(found)):  # what was taken off since has none
            yield _("New receipts: %(names)s", names=_(", ").join(names))
    if count := len(before - now):
        yield ngettext("%(num)d receipt is gone", "%(num)d receipts are gone", count)


def _files(items: Iterable[Snapshot]) -> set[str]:
    return {digest for item in items for digest in item["receipts"]}


def _without(items: list[Snapshot], others: list[Snapshot]) -> list[Snapshot]:
    """``items`` less ``others``; an item that is there twice is taken off once for each."""
    left = list(others)
    remaining = []
    for item in items:
        if item in left:
            left.remove(item)
        else:
            remaining.append(item)
    return remaining


class _Names:
    """The names behind the ids in a snapshot's items."""

    def __init__(self, items: list[Snapshot]) -> None:
        self._categories = _by_id(Option, {item["category"] for item in items})
        self._customers = _by_id(Customer, {item["customer"] for item in items})
        self._deals = _by_id(Deal, {item["deal"] for item in items})
        self._rates = _by_id(ExpenseRate, {item.get("expense_rate") for item in items})

    def line(self, item: Snapshot) -> str:
        """One item: category, amount and how it comes to it, day, payee, for whom, what for."""
        customer, deal = self._customers.get(item["customer"]), self._deals.get(item["deal"])
        parts = (
            label(self._categories.get(item["category"])),
            _amount(item),
            label(self._rates.get(item.get("expense_rate"))),
            _computation(item),
            _day(item["spent_on"]),
            item.get("payee", ""),
            customer.name if customer else "",
            deal.name if deal else "",
            item["purpose"],
            _("share of a bill") if "split_of" in item else "",
            _receipts(item),
        )
        return " · ".join(part for part in parts if part)


def _amount(asked: Snapshot) -> str:
    """An amount; of another currency with what it is in the base currency."""
    told = money(Decimal(asked["amount"]), asked["currency"])
    base = asked.get("base_amount", asked.get("total"))
    if base is None or asked["currency"] == Company.current().base_currency:
        return told
    return f"{told} = {money(Decimal(base))}"


def _receipts(item: Snapshot) -> str:
    """How many receipts a snapshot's item has; what is computed needs none."""
    if count := len(item["receipts"]):
        return ngettext("%(num)d receipt", "%(num)d receipts", count)
    return "" if "quantity" in item else _("No receipt")


def _computation(item: Snapshot) -> str:
    """How a snapshot's item comes to its amount, where it is computed."""
    if "quantity" not in item:
        return ""
    quantity, each = Decimal(item["quantity"]), Decimal(item["unit_amount"])
    return product(quantity, each, ItemKind(item["kind"]), item["currency"])


def _day(written: str) -> str:
    return day(date.fromisoformat(written))


def _name(model: type[Any], record_id: int | None) -> str:
    """What a record is called; a dash where there is none."""
    record = db.session.get(model, record_id) if record_id is not None else None
    return record.name if record else "–"


def _by_id(model: type[Any], ids: set[int | None]) -> dict[int | None, Any]:
    rows = db.session.scalars(select(model).where(model.id.in_(ids - {None})))
    return {row.id: row for row in rows}
