"""The global search: what of every noun fits, best first, as far as the user may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.tasks import TaskFilter
from crm.folding import fold, words_of
from crm.formatting import label, money, short_day
from crm.models import Contact, Customer, Deal, Event, ExpenseClaim, Task, User
from crm.nouns import BY_TABLE, NOUNS, Record, record_url
from crm.paging import LONGEST
from crm.wording import word_for


class Searched(NamedTuple):
    """How a noun is searched: its list, narrowed to what was typed, and how rows are loaded."""

    filter: Callable[..., ListFilter]  # called with q=…, it makes the list's filter
    load: tuple[Any, ...]


SEARCHED: dict[str, Searched] = {
    "customer": Searched(CustomerFilter, (joinedload(Customer.owner),)),
    "contact": Searched(ContactFilter, (joinedload(Contact.customer),)),
    "deal": Searched(partial(DealFilter, status=DealStatus.ALL), Deal.for_list()),
    "task": Searched(partial(TaskFilter, everyone=True), Task.for_list()),
    "claim": Searched(ExpenseClaimFilter, (joinedload(ExpenseClaim.claimant),)),
}
OF_EACH, ON_PAGE, RECENT = 5, 50, 8
# How well a record fits: its code, its name, its name's beginning, a word's beginning, a part.
CODE, NAME, BEGINNING, WORD, PART = range(5)


@dataclass(frozen=True)
class Hit:
    """A found record with its noun."""

    noun: str
    record: Record

    @property
    def url(self) -> str:
        """Its page."""
        return record_url(self.record)

    @property
    def name(self) -> str:
        record = self.record
        return record.title if isinstance(record, Task | ExpenseClaim) else record.name

    @property
    def details(self) -> list[str]:
        """What tells it from others of the same name."""
        return [detail for detail in DETAILS[self.noun](self.record) if detail]


# A deal's details say how it ended, or where it stands; a contact's, how to reach it.
DETAILS: dict[str, Callable[[Any], tuple[str | None, ...]]] = {
    "customer": lambda it: (it.code, it.phone, word_for(it.kind), it.owner and it.owner.name),
    "contact": lambda it: (it.customer.name, it.title, it.mobile or it.phone or it.email),
    "deal": lambda it: (
        it.code, it.customer and it.customer.name,
        word_for(it.outcome.kind) if it.outcome else label(it.stage), it.owner.name,
    ),
    "task": lambda it: (
        it.deal.name if it.deal else it.customer and it.customer.name, it.assignee.name,
        it.due_on and short_day(it.due_on),
    ),
    "claim": lambda it: (
        it.number, it.claimant.name, word_for(it.state), money(it.base_amount),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The best records of one noun, and where all of them are listed."""

    noun: str
    hits: Sequence[Hit]
    rank: int
    has_more: bool
    filter: ListFilter

    @property
    def list_url(self) -> str:
        """The noun's list, narrowed to the same words."""
        return self.filter.url()


def understood(typed: str) -> str:
    """What is searched for: trimmed, and no longer than any name."""
    return typed.replace("\0", "").strip()[:LONGEST].strip()


def found(q: str, user: User, *, noun: str = "", limit: int = OF_EACH) -> list[Group]:
    """What fits ``q``, the noun with the best hit first: one query for each noun.

    :param noun: search this one alone.
    """
    if not words_of(q):
        return []
    names = [noun] if noun else list(SEARCHED)
    groups = [group for name in names if (group := _group(name, q, user, limit)).hits]
    return sorted(groups, key=lambda group: group.rank)


def counts(q: str, user: User) -> dict[str, int]:
    """How many of each noun fit ``q``: one query."""
    if not words_of(q):
        return dict.fromkeys(SEARCHED, 0)
    each = [
        select(func.count())
        .select_from(_fitting(name, q, user).with_only_columns(NOUNS[name].model.id).subquery())
        .scalar_subquery()
        for name in SEARCHED
    ]
    return dict(zip(SEARCHED, db.session.execute(select(*each)).one(), strict=True))


def recent(user: User) -> list[Hit]:
    """The records that ``user`` changed last: at most one query for each noun."""
    events = db.session.execute(
        Event.doings_of(user)
        .with_only_columns(Event.subject_kind, Event.subject_id, Event.customer_id)
        .limit(10 * RECENT)
    )
    places: dict[tuple[str, int], None] = {}
    for kind, id, customer_id in events:
        if noun := BY_TABLE.get(kind):
            places[noun.name, id] = None
        elif customer_id is not None:
            places["customer", customer_id] = None
    newest = list(places)[:RECENT]
    known: dict[tuple[str, int], Record] = {}
    for name in {name for name, _ in newest}:
        model, load = NOUNS[name].model, SEARCHED[name].load
        ids = [id for other, id in newest if other == name]
        chosen = model.visible_to(user).where(model.id.in_(ids)).options(*load)
        known |= {(name, row.id): row for row in db.session.scalars(chosen)}
    return [Hit(name, known[name, id]) for name, id in newest if (name, id) in known]


def _fitting(name: str, q: str, user: User) -> Select[Any]:
    return SEARCHED[name].filter(q=q).narrow(user)


def _group(name: str, q: str, user: User, limit: int) -> Group:
    model, searched = NOUNS[name].model, SEARCHED[name]
    rank = _rank(model, q)
    rows = db.session.execute(
        _fitting(name, q, user)
        .add_columns(rank)
        .order_by(rank, model.updated_at.desc(), model.id.desc())
        .options(*searched.load)
        .limit(limit + 1)
    ).all()
    hits = [Hit(name, record) for record, _ in rows[:limit]]
    best = rows[0][1] if rows else PART
    return Group(name, hits, best, len(rows) > limit, searched.filter(q=q))


def _rank(model: type[Record], q: str) -> Any:
    """The SQL of how well a record fits; ``search_text`` begins with its folded name."""
    whole, first = fold(q), words_of(q)[0]
    text = literal(" ").concat(model.search_text).concat(" ")
    return case(
        (model.id == (model.number_in(q) or 0), CODE),
        (text.startswith(f" {whole} ", autoescape=True), NAME),
        (text.startswith(f" {whole}", autoescape=True), BEGINNING),
        (text.contains(f" {first}", autoescape=True), WORD),
        else_=PART,
    )
