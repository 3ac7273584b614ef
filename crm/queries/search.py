"""The global search: what of every noun fits, best first, as far as the user may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, literal, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.extensions import db
from crm.filters.base import ListFilter, counter_of_found, sees_most
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.tasks import TaskFilter
from crm.folding import fold, occurrence, sort_key, words_of
from crm.formatting import label, money, short_day
from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    Deal,
    Event,
    ExpenseClaim,
    Task,
    User,
)
from crm.models.named import Named
from crm.models.searchable import Question, Searchable, ask_together, is_one_of
from crm.nouns import BY_TABLE, NOUNS, Record, record_url
from crm.paging import LONGEST
from crm.wording import word_for


class Searched(NamedTuple):
    """How something is searched: what of it fits, and how rows are loaded."""

    model: Any
    fitting: Callable[[str, User], Select[Any]]
    load: tuple[Any, ...]
    # The newest of very many that the index finds.
    among_newest: Callable[[str, int], Sequence[Select[int]]]
    # The list of it, narrowed to what was typed.
    list: Callable[[str], ListFilter] | None = None
    # What else it is found by: deals by their customers.
    found_by: tuple[Any, ...] = ()

    def questions(self, q: str) -> Sequence[Question]:
        """What the index is asked about it."""
        return [each for model in (self.model, *self.found_by) for each in model.questions(q)]

    def is_nowhere(self, q: str) -> bool:
        """Whether the index knows that nothing fits: no record has to be read to find that out."""
        return all(_is_nowhere(model, q) for model in (self.model, *self.found_by))


def _is_nowhere(model: Any, q: str) -> bool:
    is_code = issubclass(model, Searchable) and model.number_in(q) is not None
    return not is_code and not any(question.answer() for question in model.questions(q))


def _listed(
    noun: str, filter: Callable[..., ListFilter], *load: Any, found_by: tuple[Any, ...] = ()
) -> Searched:
    """A noun with a list, which narrows itself to what was typed."""
    model = NOUNS[noun].model
    return Searched(
        model, lambda q, user: filter(q=q).narrow(user), load,
        lambda q, count: filter(q=q).among_newest(count), lambda q: filter(q=q), found_by,
    )  # fmt: skip


def _activities(q: str, user: User) -> Select[Any]:
    """The activities that are written about it, at customers whose page ``user`` may open."""
    at_customer = Activity.visible_to(user).join(Activity.customer)
    seen = (Customer.trashed_at.is_(None), Customer.seen_by(user))
    return at_customer.where(*seen, Activity.noted(q))


def _newest_activities(q: str, count: int) -> Sequence[Select[int]]:
    return Activity.newest_noted(q, count) if Activity.is_often_noted(q) else ()


SEARCHED: dict[str, Searched] = {
    "customer": _listed("customer", CustomerFilter, joinedload(Customer.owner)),
    "contact": _listed("contact", ContactFilter, joinedload(Contact.customer)),
    "deal": _listed("deal", partial(DealFilter, status=DealStatus.ALL), *Deal.for_list(),
                    found_by=(Customer,)),
    "task": _listed("task", partial(TaskFilter, everyone=True), *Task.for_list()),
    "claim": _listed("claim", ExpenseClaimFilter, joinedload(ExpenseClaim.claimant)),
    "activity": Searched(Activity, _activities, (
        contains_eager(Activity.customer), joinedload(Activity.kind), joinedload(Activity.by),
    ), _newest_activities),
}  # fmt: skip
OF_EACH, ON_PAGE, RECENT = 5, 50, 8
# Of what very many hold so many are put in order, the newest: a word that fits them all does not
# tell which is meant.
RANKED = 1_000
# How well a record fits: its code, its name, its name's beginning, a word's beginning, a part, or
# only what is written at it.
CODE, NAME, BEGINNING, WORD, PART, NOTE = range(6)
# Who types initials means the firm or the person, and not what is called after them.
MEANT_FIRST = ("customer", "contact")
# Of what is written so much is shown before and after what was looked for.
BEFORE, AFTER = 16, 60


@dataclass(frozen=True)
class Hit:
    """A found record with its noun."""

    noun: str
    record: Record | Activity

    @property
    def url(self) -> str:
        """Its page."""
        record = self.record
        return record_url(record.customer if isinstance(record, Activity) else record)

    @property
    def name(self) -> str:
        record = self.record
        if isinstance(record, Activity):
            return record.customer.name
        return record.title if isinstance(record, Task | ExpenseClaim) else record.name

    @property
    def details(self) -> list[str]:
        """What tells it from others of the same name."""
        return [detail for detail in DETAILS[self.noun](self.record) if detail]

    def excerpt(self, q: str) -> str:
        """What is written at it about ``q``, where neither name nor details show why it fits."""
        shown = [self.name, *self.details]
        for word in words_of(q):
            if any(occurrence(text, word) for text in shown):
                continue
            noted = getattr(self.record, "NOTED", ())
            for text in (getattr(self.record, name) or "" for name in noted):
                if spot := occurrence(text, word):
                    return _cut(text, *spot)
        return ""


def _cut(text: str, first: int, last: int) -> str:
    begin, end = max(0, first - BEFORE), last + AFTER
    begin = 0 if begin < BEFORE else begin
    return f"{'…' * bool(begin)}{text[begin:end].strip()}{'…' * (end < len(text))}"


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
    "activity": lambda it: (
        label(it.kind), short_day(Company.current().day_of(it.happened_at)), it.by.name,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The best records of one noun, and where all of them are listed."""

    noun: str
    hits: Sequence[Hit]
    rank: int
    has_more: bool
    filter: ListFilter | None

    @property
    def list_url(self) -> str:
        """The noun's list, narrowed to the same words; empty if it has none."""
        return self.filter.url() if self.filter else ""


def understood(typed: str) -> str:
    """What is searched for: trimmed, and no longer than any name."""
    return typed.replace("\0", "").strip()[:LONGEST].strip()


def found(q: str, user: User, *, noun: str = "", limit: int = OF_EACH) -> list[Group]:
    """What fits ``q``, the noun with the best hit first: one query finds out which nouns may have
    any, then there is one for each of them, two where very many fit.

    Customers and contacts that are called so stand before whatever has not that very code.

    :param noun: search this one alone.
    """
    if not words_of(q):
        return []
    names = [noun] if noun else list(SEARCHED)
    ask_together([each for name in names for each in SEARCHED[name].questions(q)])
    somewhere = [name for name in names if not SEARCHED[name].is_nowhere(q)]
    groups = [group for name in somewhere if (group := _group(name, q, user, limit)).hits]
    meant = [group.rank for group in groups if group.noun in MEANT_FIRST and group.rank < NOTE]
    behind = max(meant, default=CODE)
    return sorted((_not_before(behind, group) for group in groups), key=lambda group: group.rank)


def counts(q: str, user: User) -> dict[str, int]:
    """How many of each noun fit ``q``; of more than ``FOUND`` one more than that."""
    if not words_of(q):
        return dict.fromkeys(SEARCHED, 0)
    return {
        name: 0 if searched.is_nowhere(q) else _count(searched, q, user)
        for name, searched in SEARCHED.items()
    }


def _count(searched: Searched, q: str, user: User) -> int:
    counter = counter_of_found(searched.model, partial(searched.among_newest, q), user)
    return counter.rows_of(searched.fitting(q, user), searched.model.id)


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


def _group(name: str, q: str, user: User, limit: int) -> Group:
    searched = SEARCHED[name]
    rows = _best(searched, q, user, limit + 1)
    hits = [Hit(name, record) for record, _ in rows[:limit]]
    best = rows[0][1] if rows else NOTE
    filter = searched.list(q) if searched.list else None
    return Group(name, hits, best, len(rows) > limit, filter)


def _not_before(rank: int, group: Group) -> Group:
    """The group, no better than ``rank`` unless it is one that is meant first, or a code."""
    if group.noun in MEANT_FIRST or group.rank == CODE:
        return group
    return replace(group, rank=max(group.rank, rank))


def _best(searched: Searched, q: str, user: User, count: int) -> Sequence[Any]:
    """The ``count`` records that fit best, each with its rank."""
    model, rank = searched.model, _rank(searched.model, q)
    best = (
        searched.fitting(q, user)
        .add_columns(rank)
        .order_by(rank, model.updated_at.desc(), model.id.desc())
        .options(*searched.load)
        .limit(count)
    )
    newest = searched.among_newest(q, RANKED) if sees_most(user) else ()
    if newest:
        called_so = (
            [select(model.id).where(model.sort_name == sort_key(q))]
            if issubclass(model, Named)
            else []
        )
        rows = db.session.execute(best.where(is_one_of(model, [*newest, *called_so]))).all()
        if len(rows) == count:
            return rows
    return db.session.execute(best).all()


def _rank(model: Any, q: str) -> Any:
    """The SQL of how well a record fits; ``search_text`` begins with its folded name."""
    if not issubclass(model, Searchable):
        return literal(NOTE)
    whole, words = fold(q), words_of(q)
    text = literal(" ").concat(model.search_text).concat(" ")
    return case(
        (model.id == (model.number_in(q) or 0), CODE),
        (text.startswith(f" {whole} ", autoescape=True), NAME),
        (text.startswith(f" {whole}", autoescape=True), BEGINNING),
        (text.contains(f" {words[0]}", autoescape=True), WORD),
        (and_(*(text.contains(word, autoescape=True) for word in words)), PART),
        else_=NOTE,
    )
