"""The nouns of which there are records with pages, lists, a search and a trash: one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from crm.models import (
    Activity,
    Advance,
    Announcement,
    ApprovalRequest,
    Contact,
    Customer,
    Deal,
    ExpenseClaim,
    Task,
)

Record = Customer | Contact | Deal | Task | ExpenseClaim


@dataclass(frozen=True)
class RecordNoun:
    """A noun: its records' model, what they are called in the plural, and their icon."""

    name: str  # as in addresses and ids: customer
    model: type[Record]
    words: Any  # lazy, in the reader's language
    icon: str

    @property
    def list(self) -> str:
        """What their list is called in the code: ``customers``."""
        return f"{self.name}s"

    def url(self, id: int, **args: Any) -> str:
        """The address of the page of the record with this ``id``."""
        return url_for(f"{self.name}s.show", **{f"{self.name}_id": id, **args})


NOUNS: dict[str, RecordNoun] = {
    noun.name: noun
    for noun in (
        RecordNoun("customer", Customer, _l("Customers"), "building-2"),
        RecordNoun("contact", Contact, _l("Contacts"), "user"),
        RecordNoun("deal", Deal, _l("Deals"), "handshake"),
        RecordNoun("task", Task, _l("Tasks"), "square-check"),
        RecordNoun("claim", ExpenseClaim, _l("Expense claims"), "receipt-text"),
    )
}
# What is found like them, and stands on the page of what it was noted at: words and icon.
NOTED = {"activity": (_l("Activities"), "message-circle")}
# What is listed beside them: what is a part of other records, and what is paid.
OTHER_LISTS = {
    "expense_items": _l("Expense items"), "activities": NOTED["activity"][0],
    "advances": _l("Advances"), "payment_batches": _l("Payments"),
}  # fmt: skip
# What lies in the trash and is restored from there.
DELETABLE: dict[str, Any] = {
    **{noun.name: noun.model for noun in NOUNS.values()}, "activity": Activity,
}  # fmt: skip
BY_MODEL = {noun.model: noun for noun in NOUNS.values()}
BY_TABLE = {noun.model.__tablename__: noun for noun in NOUNS.values()}
# The board and the forecast list deals, too, and the quadrants tasks.
BY_LIST = {noun.list: noun for noun in NOUNS.values()} | {
    "board": NOUNS["deal"], "forecast": NOUNS["deal"], "task_quadrants": NOUNS["task"],
}  # fmt: skip


# What has a page besides, by table: how its arguments are called.
OTHER_PAGES = {model.__tablename__: model.__tablename__ for model in (Advance, Announcement)}


def record_url(record: Record | Advance | Announcement, **args: Any) -> str:
    """The address of the page of ``record``; ``args`` stand in its query."""
    endpoint, named = page_of(record.__tablename__, record.id)
    return url_for(endpoint, **{**named, **args})


def document_url(request: ApprovalRequest) -> str:
    """The address of the page of what ``request`` asks about."""
    endpoint, named = page_of(request.document_kind, request.document_id)
    return url_for(endpoint, **named)


def page_of(table: str, id: int) -> tuple[str, dict[str, Any]]:
    """The endpoint of the record's page, and the arguments of its address.

    Some have one, though they are neither searched for nor in the trash.
    """
    name = OTHER_PAGES[table] if table in OTHER_PAGES else BY_TABLE[table].name
    return f"{name}s.show", {f"{name}_id": id}


def noun_word(name: str) -> str:
    """What the records of a noun are called: ``customer`` → Customers."""
    return str(NOUNS[name].words if name in NOUNS else NOTED[name][0])


def noun_icon(name: str) -> str:
    """The icon of a noun."""
    return NOUNS[name].icon if name in NOUNS else NOTED[name][1]


def list_word(name: str) -> str:
    """What a list is called: ``customers`` → Customers."""
    return str(OTHER_LISTS[name] if name in OTHER_LISTS else BY_LIST[name].words)
