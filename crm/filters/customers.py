"""The filter of the customer list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, select, type_coerce
from sqlalchemy.orm import joinedload, selectinload, with_expression

from crm.base import Money
from crm.extensions import db
from crm.filters import facets
from crm.filters.activities import OfActivities
from crm.filters.base import ListFilter, one_of
from crm.filters.columns import Column, Kind, option, person
from crm.filters.days import Days
from crm.filters.facets import Facet, Person, members_of, of_people
from crm.filters.quality import (
    DOUBT_WORDS,
    DOUBTS,
    GAP_WORDS,
    GAPS,
    Doubt,
    Gap,
    one_of_these,
)
from crm.filters.silence import last_contact, silent_for
from crm.models import (
    Action,
    Activity,
    Company,
    Customer,
    CustomerKind,
    Deal,
    Event,
    Option,
    OptionList,
    Task,
    Team,
    User,
)
from crm.wording.fields import FIELDS

# Days without contact that a list can be narrowed to.
SILENCES = (30, 60, 90, 180, 365)
POOL = (_l("Public pool"), "owner=none")


def _parent_seen_by(user: User) -> Any:
    """The group's parent, for those who may see it: others do not learn that there is one."""
    seen = Customer.visible_to(user).with_only_columns(Customer.id)
    return joinedload(Customer.parent.and_(Customer.id.in_(seen)))


def _open_amount(user: User) -> ScalarSelect[Decimal | None]:
    """What the open deals are worth that ``user`` sees, in the base currency."""
    deals = Deal.visible_to(user).where(Deal.customer_id == Customer.id, Deal.closed_at.is_(None))
    return _of_customer(deals, type_coerce(func.sum(Deal.base_amount), Money))


def _next_due(user: User) -> ScalarSelect[date | None]:
    """When the first of the open tasks is due that ``user`` sees."""
    tasks = Task.visible_to(user).where(Task.customer_id == Customer.id, Task.done_at.is_(None))
    return _of_customer(tasks, func.min(Task.due_on))


def _of_customer(chosen: Select[Any], value: Any) -> ScalarSelect[Any]:
    return chosen.with_only_columns(value).correlate(Customer).scalar_subquery()


def _day_of_last_contact(customer: Customer) -> date | None:
    return customer.last_contact and Company.current().day_of(customer.last_contact)


def created_by() -> ScalarSelect[int | None]:
    """Who entered a customer."""
    return select(func.min(Event.by_id)).where(entered_by()).correlate(Customer).scalar_subquery()


def entered_by() -> ColumnElement[bool]:
    """The condition that an event tells of a customer's beginning, and so who entered it."""
    return and_(
        Event.action == Action.CUSTOMER_CREATED, Event.subject_kind == Customer.__tablename__,
        Event.subject_id == Customer.id,
    )  # fmt: skip


def _team_words(id: str) -> str:
    team = db.session.get(Team, int(id))
    return str(team) if team else id


@dataclass(frozen=True)
class CustomerFilter(ListFilter):
    kind: tuple[CustomerKind, ...] = ()
    owner: tuple[Person, ...] = ()
    grade: tuple[int, ...] = ()
    industry: tuple[int, ...] = ()
    region: tuple[int, ...] = ()
    source: tuple[int, ...] = ()
    team: tuple[int, ...] = ()
    missing: tuple[Gap, ...] = ()
    doubt: tuple[Doubt, ...] = ()
    silent: int | None = None  # days, at least
    tags: tuple[int, ...] = ()
    created: Days | None = None
    # What figures of reports count.
    creator: tuple[Person, ...] = ()
    creator_team: tuple[int, ...] = ()
    touched: OfActivities | None = None

    ENDPOINT: ClassVar[str] = "customers.index"
    MODEL: ClassVar[Any] = Customer
    FINDS_BY: ClassVar[Any] = _l("Name, code, phone, pinyin")
    NONE: ClassVar[str] = "contacts/customers/_none.html"
    DEFAULT_SORT: ClassVar[str] = "-created"
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = (
        (_l("All"), ""), (_l("Mine"), "owner=me"),
        (_l("Prospects"), "kind=prospect"), (_l("Dealers"), "kind=dealer"),
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("code", _l("Code"), lambda customer: customer.code, Kind.CODE, sort=(Customer.id,)),
        Column("name", FIELDS["name"], lambda customer: customer.name, Kind.TITLE,
               sort=(Customer.sort_name,)),
        option(Customer.grade, kind=Kind.BADGE, tone=lambda customer: customer.grade.colour),
        option(Customer.industry, minor=True),
        Column("open_amount", _l("Open deals"), lambda customer: customer.open_amount, Kind.MONEY,
               sort=lambda user: (func.coalesce(_open_amount(user), 0),),
               load_for=lambda user: with_expression(Customer.open_amount, _open_amount(user))),
        Column("last_contact", _l("Last contact"), _day_of_last_contact, Kind.DAY,
               sort=lambda user: (last_contact(user),),
               load_for=lambda user: with_expression(Customer.last_contact, last_contact(user))),
        Column("next_task", _l("Next task"), lambda customer: next(iter(customer.open_tasks), None),
               sort=lambda user: (_next_due(user),), shown=False,
               partial="contacts/customers/_next_task_cell.html",
               load_for=lambda user: selectinload(Customer.open_tasks.and_(Task.seen_by(user)))),
        person(Customer.owner),
        Column("created", _l("Created on"), lambda customer: customer.created_at, Kind.DAY,
               sort=(Customer.created_at,), minor=True),
        Column("kind", FIELDS["kind"], lambda customer: customer.kind, sort=(Customer.kind,),
               shown=False),
        option(Customer.region, shown=False),
        option(Customer.source, shown=False),
        Column("phone", FIELDS["phone"], lambda customer: customer.phone, Kind.TELEPHONE,
               shown=False),
        Column("address", FIELDS["address"], lambda customer: customer.address, Kind.LONG,
               shown=False),
        Column("website", FIELDS["website"], lambda customer: customer.website, Kind.WEB,
               shown=False),
        Column("note", FIELDS["note"], lambda customer: customer.note, Kind.LONG, shown=False),
        Column("parent", FIELDS["parent"], lambda customer: customer.parent, Kind.LINK,
               load_for=_parent_seen_by, shown=False),
        Column("employees", FIELDS["employees"], lambda customer: customer.employees, Kind.NUMBER,
               sort=(Customer.employees,), shown=False),
        Column("annual_revenue", FIELDS["annual_revenue"],
               lambda customer: customer.annual_revenue, Kind.MONEY,
               sort=(Customer.annual_revenue,), shown=False),
        Column("tags", FIELDS["tags"], lambda customer: customer.tags, Kind.BADGES, shown=False,
               load=(selectinload(Customer.tags),)),
        Column("updated", _l("Changed"), lambda customer: customer.updated_at, Kind.DAY,
               sort=(Customer.updated_at,), shown=False),
    )  # fmt: skip
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.people("owner", FIELDS["owner"], Customer.owner_id),
        facets.states("kind", FIELDS["kind"], CustomerKind),
        facets.options("grade", FIELDS["grade"], OptionList.GRADE),
        facets.options("industry", FIELDS["industry"], OptionList.INDUSTRY),
        facets.options("region", FIELDS["region"], OptionList.REGION),
        facets.options("source", FIELDS["source"], OptionList.SOURCE),
        facets.teams("team", _l("Team")),
        facets.states("missing", _l("Missing"), Gap, GAP_WORDS.__getitem__),
        facets.states("doubt", _l("Doubtful"), Doubt, DOUBT_WORDS.__getitem__),
        facets.lengths("silent", _l("No contact"), *SILENCES),
        facets.options("tags", FIELDS["tags"], OptionList.TAG),
        facets.days(
            "created", _l("Created on"), "this_week", "this_month", "last_month", "this_quarter"
        ),
        facets.leaders("creator", _l("Entered by")),
        facets.led_to("creator_team", _l("Entered by the team"), _team_words),
        facets.led_to("touched", _l("In touch"), lambda each: OfActivities(each).words()),
    )

    @classmethod
    def views(cls) -> tuple[tuple[Any, str], ...]:
        return (*cls.VIEWS, POOL) if Company.current().has_pool else cls.VIEWS

    def narrow(self, user: User) -> Select[Any]:
        chosen = self.seen(user)
        if self.q:
            chosen = chosen.where(Customer.matching(self.q))
        return chosen.where(
            *one_of(Customer.kind, self.kind),
            *of_people(Customer.owner_id, self.owner, user),
            *one_of(Customer.grade_id, self.grade),
            *one_of(Customer.industry_id, self.industry),
            *one_of(Customer.region_id, self.region),
            *one_of(Customer.source_id, self.source),
            *self.of_own_fields(user),
            *((Customer.owner_id.in_(members_of(self.team)),) if self.team else ()),
            *one_of_these(GAPS, self.missing),
            *one_of_these(DOUBTS, self.doubt),
            *((silent_for(self.silent, user),) if self.silent else ()),
            *([Customer.tags.any(Option.id.in_(self.tags))] if self.tags else []),
            *(self.created.of_moment(Customer.created_at) if self.created else ()),
            *self._of_creators(user),
            *self._touched(user),
        )

    def _of_creators(self, user: User) -> list[ColumnElement[bool]]:
        """Who entered them, and of which teams these people are."""
        of_teams = [created_by().in_(members_of(self.creator_team))] if self.creator_team else []
        return [*of_people(created_by(), self.creator, user), *of_teams]

    def _touched(self, user: User) -> list[ColumnElement[bool]]:
        """With whom somebody was in touch, as a list of activities says."""
        if not self.touched:
            return []
        activities = self.touched.filter.narrow(user)
        return [Customer.id.in_(activities.with_only_columns(Activity.customer_id))]
