"""The pages of records: what each shows, for its own view and for the fields edited on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from flask import Response, request, url_for
from flask_login import current_user

from crm.blueprints.approvals.standing import standing_of_document
from crm.blueprints.going_on import is_seen
from crm.filters.lists import LISTS
from crm.forms.activity import ActivityForm
from crm.forms.contact import ContactForm
from crm.forms.customer import CustomerForm
from crm.forms.deal import DealForm
from crm.forms.expense_item import kinds_offered, new_item_form
from crm.forms.inline import Inline, InPlace
from crm.forms.task import TaskForm
from crm.hypermedia import render
from crm.models import Contact, Customer, Deal, ExpenseClaim, ItemKind, ReminderEnough, Task
from crm.nouns import NOUNS, record_url
from crm.policies import may
from crm.queries import timeline
from crm.queries.claim_limits import limits_of
from crm.queries.deal_page import page_of
from crm.queries.duplicate_receipts import duplicates_of
from crm.queries.files import files_of
from crm.queries.neighbours import Neighbours, neighbours
from crm.queries.related import contact_view, contacts_at, view_of


class RecordPage(NamedTuple):
    """The page of one noun: what it reads, its template and that of its head.

    Where fields are edited one by one, also the noun's form and the template of its facts.
    """

    read: Callable[[Any], dict[str, Any]]
    template: str
    head: str
    form: type[InPlace] | None = None
    facts: str = ""


def show_record(
    noun: str, record: Any, *, block: str = "timeline", status: int = 200,
    inline: Inline | None = None,
) -> Response:  # fmt: skip
    """The page of ``record``; only ``block`` of it for a targeted htmx request."""
    return render(PAGES[noun].template, block, status, **shown(noun, record, inline))


def shown(noun: str, record: Any, inline: Inline | None = None) -> dict[str, Any]:
    """All that the page of ``record`` shows.

    :param inline: which of its fields is edited; default: none.
    """
    page = PAGES[noun]
    return {
        noun: record, "record": record, "head": page.head, "facts": page.facts,
        "address": address_of(record), "came_from": came_from(),
        "neighbours": partial(_neighbours, noun, record),
        "inline": inline or Inline(noun, record, may("edit", record), came_from=came_from()),
        "history": url_for("histories.show", noun=noun, record_id=record.id),
        **page.read(record),
    }  # fmt: skip


def address_of(record: Any) -> Callable[..., str]:
    """What makes the address of the page of ``record``, from where one finds back to the list."""
    return partial(record_url, record, list=came_from())


def came_from() -> str | None:
    """The list that somebody came to the record from, as its query string."""
    return request.args.get("list")


def _neighbours(noun: str, record: Any) -> Neighbours | None:
    """What stands beside it in the list, if that is where somebody came from."""
    written = came_from()
    if written is None:
        return None
    filter = LISTS[NOUNS[noun].list].parse_text(written)
    return neighbours(filter, record, current_user)


def _customer(customer: Customer) -> dict[str, Any]:
    view = view_of(customer, current_user, _wanted())
    return {
        "view": view, "timeline": view.timeline, "tasks": view.tasks, "spend": view.spend,
        "enoughs": ReminderEnough.of(customer),
        "about": {"customer": customer.id}, "found": files_of(customer, current_user),
        **_noting(customer),
    }  # fmt: skip


def _contact(contact: Contact) -> dict[str, Any]:
    view = contact_view(contact, current_user, _wanted())
    return {
        "view": view, "enoughs": ReminderEnough.of(contact), "timeline": view.timeline,
        "found": files_of(contact.customer, current_user),
        **_noting(contact.customer, contact=contact),
    }  # fmt: skip


def _deal(deal: Deal) -> dict[str, Any]:
    page = page_of(deal, current_user, _wanted())
    noting = deal.is_open and deal.customer and is_seen(deal.customer)
    return {
        "page": page, "timeline": page.timeline, "tasks": page.tasks, "spend": page.spend,
        "about": {"deal": deal.id}, "enoughs": ReminderEnough.of(deal),
        "found": files_of(deal, current_user),
        **(_noting(deal.customer, deal=deal) if deal.customer and noting else {}),
    }  # fmt: skip


def _noting(customer: Customer, **on: Any) -> dict[str, Any]:
    """The form that notes what happened at ``customer``, for those who may.

    :param on: the deal or the contact on whose page it stands; it is filled in.
    """
    if not may("work_with", customer):
        return {}
    form = ActivityForm(customer, formdata=None, data=on)
    return {"noted_at": customer, "noted_on": ids_of(on), "form": form}


def ids_of(records: dict[str, Any]) -> dict[str, int]:
    """Records by noun as an address names them: by their ids."""
    return {noun: record.id for noun, record in records.items()}


def _task(task: Task) -> dict[str, Any]:
    return {
        "timeline": timeline.of_record(task, _wanted()),
        "contacts": contacts_at(task.customer_id, current_user) if task.customer_id else None,
        "deal": task.deal if task.deal and is_seen(task.deal) else None,
    }


def _claim(claim: ExpenseClaim) -> dict[str, Any]:
    return {
        **standing_of_document(claim),
        "limits": limits_of(claim),
        "timeline": timeline.of_record(claim, _wanted()),
        "item_form": new_item_form(ItemKind.RECEIPT),
        "computed": kinds_offered() if claim.is_editable else [],
        "duplicates": duplicates_of([claim], current_user),
    }


def _wanted() -> timeline.Wanted:
    return timeline.Wanted.parse(request.args)


PAGES: dict[str, RecordPage] = {
    "customer": RecordPage(
        _customer, "contacts/customers/show.html", "contacts/customers/_head.html",
        CustomerForm, "contacts/customers/_facts.html",
    ),
    "contact": RecordPage(
        _contact, "contacts/contacts/show.html", "contacts/contacts/_head.html",
        ContactForm, "contacts/contacts/_facts.html",
    ),
    "deal": RecordPage(
        _deal, "deals/deals/show.html", "deals/deals/_head.html",
        DealForm, "deals/deals/_facts.html",
    ),
    "task": RecordPage(
        _task, "tasks/tasks/show.html", "tasks/tasks/_head.html",
        TaskForm, "tasks/tasks/_facts.html",
    ),
    "claim": RecordPage(
        _claim, "expenses/claims/show.html", "expenses/claims/_head.html"
    ),
}  # fmt: skip
