"""The filters of deals: of their list, of the board, and of what stands still."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Self

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, or_, select
from werkzeug.datastructures import MultiDict

from crm.filters import facets
from crm.filters.amounts import Amounts
from crm.filters.base import ListFilter, one_of
from crm.filters.columns import Column
from crm.filters.days import Days
from crm.filters.deals import behind, history, promised
from crm.filters.deals.behind import DealGap, Standing
from crm.filters.deals.columns import COLUMNS
from crm.filters.deals.history import Move
from crm.filters.deals.stagnation import snoozed, stuck, to_do
from crm.filters.facets import Facet, Person, members_of, of_people
from crm.folding import MOST_WORDS, words_of
from crm.models import (
    Collaborator,
    Customer,
    Deal,
    Option,
    OptionList,
    Outcome,
    OutcomeKind,
    Pipeline,
    User,
)
from crm.models.access import is_each_among
from crm.models.searchable import is_either, newest
from crm.wording.fields import FIELDS


class DealStatus(StrEnum):
    """Which deals the list shows."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    ALL = "all"


STATUSES = {
    DealStatus.OPEN: _l("Open"), DealStatus.WON: _l("Won"), DealStatus.LOST: _l("Lost"),
    DealStatus.ALL: _l("All"),
}  # fmt: skip


@dataclass(frozen=True)
class DealFilter(ListFilter):
    status: DealStatus = DealStatus.OPEN
    stage: tuple[int, ...] = ()
    owner: tuple[Person, ...] = ()
    team: tuple[int, ...] = ()
    source: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    customer_source: tuple[int, ...] = ()
    customer_grade: tuple[int, ...] = ()
    customer_industry: tuple[int, ...] = ()
    customer_region: tuple[int, ...] = ()
    customer_tag: tuple[int, ...] = ()
    customer: int | None = None
    deal: int | None = None
    amount: Amounts | None = None
    expected: Days | None = None
    closed: Days | None = None
    stuck: bool = False
    snoozed: bool = False
    idle: bool = False
    # What figures of reports count (behind.py).
    pipeline: int | None = None
    manager: tuple[Person, ...] = ()
    sharing: bool = False  # people count for what they share, too
    reason: tuple[int, ...] = ()
    missing: tuple[DealGap, ...] = ()
    product: str = ""
    competitor: str = ""
    standing: tuple[Standing, ...] = ()
    # The way that deals went (history.py).
    began: Days | None = None
    began_in: int | None = None
    reached: int | None = None
    moved: Move | None = None
    moved_on: Days | None = None
    moved_by: tuple[Person, ...] = ()
    # What was expected of it on a day of the past (promised.py).
    stood_on: date | None = None
    stood_in: Days | None = None

    ENDPOINT: ClassVar[str] = "deals.index"
    MODEL: ClassVar[Any] = Deal
    SUMMED: ClassVar[str] = "base_amount"
    FINDS_BY: ClassVar[Any] = _l("Deal or customer")
    NONE: ClassVar[str] = "deals/deals/_none.html"
    WAYS: ClassVar[str] = "deals/_ways.html"
    DEFAULT_SORT: ClassVar[str] = "-created"
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = (
        (STATUSES[DealStatus.OPEN], ""), (_l("Mine"), "owner=me"), (_l("Stalled"), "stuck=1"),
        (_l("Without a next task"), "idle=1"), (STATUSES[DealStatus.WON], "status=won"),
        (STATUSES[DealStatus.LOST], "status=lost"),
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = COLUMNS
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("status", _l("Status"), DealStatus, STATUSES.__getitem__),
        facets.switch("stuck", _l("Stalled")),
        facets.switch("snoozed", _l("Snoozed")),
        facets.switch("idle", _l("Without a next task")),
        facets.stages("stage", _l("Stage")),
        facets.amounts("amount", FIELDS["amount"], "..50000", "50000..200000", "200000.."),
        facets.days("expected", FIELDS["expected_close"], "overdue", "this_month", "next_month",
                    "this_quarter"),
        facets.days("closed", _l("Closed on"), "this_month", "last_month", "this_quarter"),
        facets.people("owner", FIELDS["owner"], Deal.owner_id),
        facets.teams("team", _l("Team")),
        facets.options("source", FIELDS["source"], OptionList.SOURCE),
        facets.options("tags", FIELDS["tags"], OptionList.TAG),
        facets.options("customer_source", _l("Customer: source"), OptionList.SOURCE),
        facets.options("customer_grade", _l("Customer: grade"), OptionList.GRADE),
        facets.options("customer_industry", _l("Customer: industry"), OptionList.INDUSTRY),
        facets.options("customer_region", _l("Customer: region"), OptionList.REGION),
        facets.options("customer_tag", _l("Customer: tags"), OptionList.TAG),
        facets.record("customer", FIELDS["customer"], Customer),
        *behind.FACETS,
        *history.FACETS,
        *promised.FACETS,
    )  # fmt: skip

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """As any list's; shares are those of people: without people there are none."""
        filter = super().parse(args)
        return filter if filter.owner or filter.team else replace(filter, sharing=False)

    @classmethod
    def every_column(cls) -> tuple[Column, ...]:
        """Of which pipeline a deal is tells something only where there are several."""
        columns = super().every_column()
        if Pipeline.are_several():
            return columns
        return tuple(column for column in columns if column.name != "pipeline")

    @property
    def default_sort(self) -> str:
        """What stands still is worked through from what stands longest, or comes back soonest."""
        if self.snoozed:
            return "snoozed_until"
        return "-stage_since" if self.stuck or self.standing else self.DEFAULT_SORT

    @property
    def asked_about(self) -> frozenset[str]:
        """Of what stands still also how long, and how long nobody was in touch; of shares whose."""
        stands = self.stuck or self.standing or self.snoozed
        how_long = {"stage_since", "last_contact"} if stands else set()
        until = {"snoozed_until"} if self.snoozed else set()
        whose = {"sharing"} if self.sharing else set()
        return super().asked_about | how_long | until | whose

    @property
    def default_columns(self) -> tuple[Column, ...]:
        """What tells least of deals that stand still makes room for what tells most."""
        spare = {"created", "expected"} if "stage_since" in self.asked_about else set()
        return tuple(column for column in super().default_columns if column.name not in spare)

    def shown_as(self, endpoint: str) -> str:
        """The address of the list, the board or the forecast, narrowed as this is."""
        same = self.from_start(sort="", columns=(), view=None, status=DealStatus.OPEN).args()
        alone = {"lanes", "folded"} | ({"stage"} if endpoint == "board.show" else set())
        args: Any = {name: text for name, text in same.items() if name not in alone}
        return url_for(endpoint, **args)

    def narrow(self, user: User) -> Select[Any]:
        chosen = self.seen(user).where(*self.conditions(user))
        if self.closed:
            chosen = chosen.where(*self.closed.of_moment(Deal.closed_at))
        if self.status_shown is DealStatus.ALL:
            return chosen
        if self.status_shown is DealStatus.OPEN:
            return chosen.where(Deal.closed_at.is_(None))
        kind = OutcomeKind(self.status.value)
        return chosen.where(Deal.outcome.has(Outcome.kind == kind))

    @property
    def status_shown(self) -> DealStatus:
        """An open deal was closed on no day: who asks for days asks for those that are closed."""
        asks_for_closed = self.closed and self.status is DealStatus.OPEN
        return DealStatus.ALL if asks_for_closed else self.status

    def _value(self, name: str) -> Any:
        return self.status_shown if name == "status" else super()._value(name)

    def _default(self, name: str) -> Any:
        return DealStatus.ALL if name == "status" and self.closed else super()._default(name)

    def conditions(self, user: User) -> list[ColumnElement[bool]]:
        """What narrows list and board alike."""
        conditions: list[ColumnElement[bool]] = []
        if self.q:
            found = Deal.matching(self.q), self._of_customers(user)
            conditions.append(is_either(Deal, *found) if self.finds_few else or_(*found))
        conditions += [
            *self._of_owners(user),
            *one_of(Deal.source_id, self.source),
            *one_of(Deal.stage_id, self.stage),
            *self.of_own_fields(user),
            *behind.counted(self, user),
            *history.went(self, user),
            *promised.stood(self),
            *([Deal.tags.any(Option.id.in_(self.tags))] if self.tags else []),
        ]
        if said := self._said_of_customers():
            # By what one sees of customers alone: others' do not tell what they are.
            seen = Customer.visible_to(user).where(*said)
            conditions.append(Deal.customer_id.in_(seen.with_only_columns(Customer.id)))
        if self.customer is not None:
            conditions.append(Deal.customer_id == self.customer)
        if self.amount:
            conditions += self.amount.of(Deal.base_amount)
        if self.expected:
            conditions += self.expected.of_day(Deal.expected_close)
        if self.stuck:
            conditions.append(stuck())
        if self.snoozed:
            conditions.append(snoozed())
        if self.idle:
            conditions.append(~to_do().exists())
        return conditions

    def _of_owners(self, user: User) -> list[ColumnElement[bool]]:
        """The conditions on whose they are: who owns them, or where asked for shares them."""
        owned = self._of_people(Deal.owner_id, user)
        if not (self.sharing and owned):
            return owned
        sharers = self._of_people(Collaborator.user_id, user)
        shared = select(Collaborator.deal_id).where(Collaborator.split > 0, *sharers)
        return [or_(and_(*owned), Deal.id.in_(shared))]

    def _of_people(self, whose: Any, user: User) -> list[ColumnElement[bool]]:
        """The conditions that ``whose`` is one of the people, of one of the teams."""
        of_teams = [whose.in_(members_of(self.team))] if self.team else []
        return [*of_people(whose, self.owner, user), *of_teams]

    @property
    def finds_few(self) -> bool:
        """As of any list; deals are found by their customers, too."""
        return super().finds_few and Customer.is_rare(self.q)

    def among_newest(self, count: int) -> list[Select[int]]:
        customers = Customer.held([words_of(self.q)])
        if self.finds_few or customers is None:
            return []
        theirs = select(Deal.id).where(Deal.customer_id.in_(newest(customers, count)))
        return [*Deal.newest_found(self.q, count), theirs]

    def _said_of_customers(self) -> list[ColumnElement[bool]]:
        return [
            *one_of(Customer.source_id, self.customer_source),
            *one_of(Customer.grade_id, self.customer_grade),
            *one_of(Customer.industry_id, self.customer_industry),
            *one_of(Customer.region_id, self.customer_region),
            *([Customer.tags.any(Option.id.in_(self.customer_tag))] if self.customer_tag else []),
        ]

    def _of_customers(self, user: User) -> ColumnElement[bool]:
        """Deals whose customer is looked for.

        The deal shows its customer's name to all who see the deal; whatever else finds a customer
        finds one's own alone.
        """
        shown = [Customer.name.icontains(word, autoescape=True) for word in self.q.split()]
        own = and_(Customer.trashed_at.is_(None), Customer.seen_by(user))
        found = select(Customer.id).where(
            Customer.named(self.q), or_(own, and_(*shown[:MOST_WORDS]))
        )
        if Customer.is_rare(self.q):
            return Deal.customer_id.in_(found)
        return is_each_among(Deal.customer_id, found.correlate(Deal))
