"""The history of a record: what happened to it itself, narrowed to one of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_

from crm.extensions import db
from crm.formatting import label
from crm.models import Action, CustomField, Event, ExpenseClaim
from crm.models.custom_field.customized import Customized
from crm.models.expense_claim import ExpenseItem
from crm.models.tag import Tagged
from crm.nouns import BY_MODEL, Record
from crm.paging import Order, Page
from crm.wording.fields import field_word

# What is changed by a verb of its own, not by writing into a form.
VERBS: dict[str, tuple[Action, ...]] = {
    "owner": (
        Action.CUSTOMER_CLAIMED,
        Action.CUSTOMER_RELEASED,
        Action.CUSTOMER_TAKEN_BACK,
        Action.DEAL_GIVEN,
    ),
    "stage": (Action.DEAL_MOVED, Action.DEAL_REROUTED),
    "customer": (Action.CONTACT_MOVED,),
}
# What is followed besides what a form writes, by noun.
BESIDES = {
    "customer": ("collaborators",),
    "contact": ("customer", "reaches"),
    "deal": ("stage", "lines", "competitors", "circle", "collaborators"),
}

# A claim is changed by its items; of one that is changed the fields are named.
CLAIM_FIELDS = ("title", "items", "receipts", "base_amount", *ExpenseItem.TRACKED)


@dataclass(frozen=True)
class History:
    """A page of what happened to a record itself, newest first."""

    page: Page[Event]
    fields: dict[str, str]  # what it can be narrowed to, by name, in the reader's language
    field: str = ""  # what it is narrowed to


def history_of(record: Record, args: Mapping[str, str]) -> History:
    """The page of the history of ``record`` that an address asks for, leniently."""
    fields = fields_of(record)
    field = args.get("field", "")
    field = field if field in fields else ""
    events = Event.about(record.__tablename__, record.id).order_by(None)
    if field:
        events = events.where(_changes(field))
    order = Order.by(Event.at, descending=True, unique=Event.id)
    page = Page.of(events, order, after=args.get("after", ""), before=args.get("before", ""))
    return History(page, fields, field)


def fields_of(record: Record) -> dict[str, str]:
    """The fields that a history follows, by name, in the reader's language."""
    noun = BY_MODEL[type(record)].name
    names: tuple[str, ...] = CLAIM_FIELDS if isinstance(record, ExpenseClaim) else record.TRACKED
    names += BESIDES.get(noun, ())
    names += ("tags",) if isinstance(record, Tagged) else ()
    fields = {name: field_word(noun, name) for name in names}
    if isinstance(record, Customized):
        own = db.session.scalars(CustomField.all_of(record.CUSTOM_NOUN))
        fields |= {field.key: label(field) for field in own}
    return fields


def _changes(field: str) -> ColumnElement[bool]:
    written: Any = Event.particulars["changes", field]
    return or_(written.as_string().is_not(None), Event.action.in_(VERBS.get(field, ())))
