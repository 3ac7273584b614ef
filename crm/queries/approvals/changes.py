"""What a request asks otherwise than the one before it, line by line in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from crm.extensions import db
from crm.formatting import day, label, money
from crm.models import ApprovalRequest, Customer, ItemKind, Option
from crm.units import product


def changes_of_claim(previous: ApprovalRequest | None, request: ApprovalRequest) -> Sequence[str]:
    """What a claim is handed in with otherwise than before."""
    if previous is None:
        return []
    before, now = previous.snapshot, request.snapshot
    lines = _changes_of_head(before, now)
    gone, added = _without(before["items"], now["items"]), _without(now["items"], before["items"])
    names = _Names(gone + added)
    lines += [_("Removed: %(item)s", item=names.line(item)) for item in gone]
    lines += [_("Added: %(item)s", item=names.line(item)) for item in added]
    return lines


def changes_of_advance(previous: ApprovalRequest | None, request: ApprovalRequest) -> Sequence[str]:
    """What an advance is asked for otherwise than before."""
    if previous is None:
        return []
    before, now = previous.snapshot, request.snapshot
    lines = _changes_of_head(before, now)
    if before["needed_on"] != now["needed_on"]:
        old, new = (day(date.fromisoformat(each["needed_on"])) for each in (before, now))
        lines.append(_("Needed on: %(old)s → %(new)s", old=old, new=new))
    return lines


def _changes_of_head(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What every kind of documents is told by: its title, and what it comes to."""
    lines = []
    if before["title"] != now["title"]:
        lines.append(_("Title: %(old)s → %(new)s", old=before["title"], new=now["title"]))
    if before["total"] != now["total"]:
        lines.append(
            _("Total: %(old)s → %(new)s", old=money(Decimal(before["total"])),
              new=money(Decimal(now["total"])))
        )  # fmt: skip
    return lines


def _without(items: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
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

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self._categories = _by_id(Option, {item["category"] for item in items})
        self._customers = _by_id(Customer, {item["customer"] for item in items})

    def line(self, item: dict[str, Any]) -> str:
        """One item: category, amount and how it comes to it, day, payee, for whom, what for."""
        customer = self._customers.get(item["customer"])
        parts = (
            label(self._categories.get(item["category"])),
            money(Decimal(item["amount"]), item["currency"]),
            _computation(item),
            day(date.fromisoformat(item["spent_on"])),
            item.get("payee", ""),
            customer.name if customer else "",
            item["purpose"],
            _("share of a bill") if "split_of" in item else "",
            _receipts(item),
        )
        return " · ".join(part for part in parts if part)


def _receipts(item: dict[str, Any]) -> str:
    """How many receipts a snapshot's item has; what is computed needs none."""
    if count := len(item["receipts"]):
        return ngettext("%(num)d receipt", "%(num)d receipts", count)
    return "" if "quantity" in item else _("No receipt")


def _computation(item: dict[str, Any]) -> str:
    """How a snapshot's item comes to its amount, where it is computed."""
    if "quantity" not in item:
        return ""
    quantity, each = Decimal(item["quantity"]), Decimal(item["unit_amount"])
    return product(quantity, each, ItemKind(item["kind"]), item["currency"])


def _by_id(model: type[Any], ids: set[int | None]) -> dict[int | None, Any]:
    rows = db.session.scalars(select(model).where(model.id.in_(ids - {None})))
    return {row.id: row for row in rows}
