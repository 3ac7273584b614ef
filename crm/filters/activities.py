"""The filter of the list of activities, to which the figures of contacts lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from crm import clock, paging
from crm.filters import facets
from crm.filters.base import ListFilter, one_of
from crm.filters.columns import Column, Kind, option, person
from crm.filters.days import Days
from crm.filters.deals.behind import led_by
from crm.filters.deals.history import counts_as, end_words
from crm.filters.facets import Facet, Person, members_of, of_people
from crm.filters.of_list import OfList
from crm.models import (
    Activity,
    Company,
    Customer,
    CustomerKind,
    Deal,
    OptionList,
    StageStay,
    User,
)
from crm.paging import Counter
from crm.wording.fields import FIELDS

# Where an activity stands that was in no stage; as numbers, no stage has them.
NO_DEAL, NOT_OPEN = -1, -2
NOWHERE = {"none": NO_DEAL, "closed": NOT_OPEN}
NOWHERE_WORDS = {"none": _l("No deal"), "closed": _l("Deal not open")}


class Level(str):
    """A stage by its id; ``none``: about no deal; ``closed``: the deal was not open then."""

    def __new__(cls, written: str | int) -> Level:
        written = str(written)
        if written not in NOWHERE and not (written.isdecimal() and 0 < int(written) < 2**31):
            raise ValueError(written)
        return super().__new__(cls, written)

    @property
    def number(self) -> int:
        return NOWHERE[self] if self in NOWHERE else int(self)

    def words(self) -> str:
        """What it is called in the reader's language."""
        return str(NOWHERE_WORDS[self]) if self in NOWHERE else end_words(int(self))


def level() -> ColumnElement[int]:
    """The stage in which the deal of an activity stood at that moment, as its number.

    A stage that was retired counts as the one that it went into.
    """
    stay = (
        select(counts_as(StageStay.stage_id))
        .where(
            StageStay.deal_id == Activity.deal_id,
            StageStay.entered_at <= Activity.happened_at,
            or_(StageStay.left_at.is_(None), StageStay.left_at > Activity.happened_at),
        )
        .order_by(StageStay.entered_at.desc(), StageStay.id.desc())
        .limit(1)
        .correlate(Activity)
        .scalar_subquery()
    )
    return case((Activity.deal_id.is_(None), NO_DEAL), else_=func.coalesce(stay, NOT_OPEN))


class ActivityGap(StrEnum):
    """What cannot be said of an activity's customer."""

    GRADE = "grade"
    CUSTOMER = "customer"


GAP_WORDS = {
    ActivityGap.GRADE: _l("Customer without a grade"),
    ActivityGap.CUSTOMER: _l("Customer of others"),
}
# Of more days than these what is late is not asked: each is compared for itself.
MOST_LATE_DAYS = 62


def was_late(days: Days) -> ColumnElement[bool]:
    """The condition that it happened on one of ``days``, and was entered later than on that day.

    Of very many days the last ones count.
    """
    company = Company.current()
    last = days.last or max(days.first or company.today(), company.today())
    earliest = last - timedelta(days=MOST_LATE_DAYS - 1)
    first = max(days.first or earliest, earliest)
    begins = [
        clock.start_of(first + timedelta(days=at), company.timezone)
        for at in range((last - first).days + 2)
    ]
    return or_(*(
        and_(Activity.happened_at >= begin, Activity.happened_at < end, Activity.created_at >= end)
        for begin, end in pairwise(begins)
    ))  # fmt: skip


@dataclass(frozen=True)
class ActivityFilter(ListFilter):
    owner: tuple[Person, ...] = ()  # who was in touch
    manager: tuple[Person, ...] = ()
    team: tuple[int, ...] = ()
    kind: tuple[int, ...] = ()
    on: Days | None = None
    level: Level | None = None
    customer: int | None = None
    deal: int | None = None
    # What figures of reports count.
    late: Days | None = None  # happened on these days, and was entered later than on its own
    customer_grade: tuple[int, ...] = ()
    customer_kind: tuple[CustomerKind, ...] = ()
    missing: tuple[ActivityGap, ...] = ()

    ENDPOINT: ClassVar[str] = "activities.index"
    MODEL: ClassVar[Any] = Activity
    FINDS_BY: ClassVar[Any] = FIELDS["summary"]
    DEFAULT_SORT: ClassVar[str] = "-when"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("summary", FIELDS["summary"], lambda it: it.short, Kind.TITLE,
               partial="contacts/activities/_title.html"),
        Column("when", FIELDS["happened_at"], lambda it: it.happened_at, Kind.DAY,
               sort=(Activity.happened_at,)),
        option(Activity.kind),
        person(Activity.by, _l("Logged by")),
        Column("customer", FIELDS["customer"], lambda it: it.customer, Kind.LINK,
               load=(joinedload(Activity.customer),)),
        Column("deal", FIELDS["deal"], lambda it: it.deal, Kind.LINK,
               load=(joinedload(Activity.deal),)),
        Column("next_step", FIELDS["next_step"], lambda it: it.next_step, Kind.LONG),
    )  # fmt: skip
    LOADED: ClassVar[tuple[Any, ...]] = (joinedload(Activity.customer),)
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.days("on", FIELDS["happened_at"], "this_week", "this_month", "last_month",
                    "this_quarter"),
        facets.people("owner", _l("Logged by"), Activity.by_id),
        facets.leaders("manager", FIELDS["manager"]),
        facets.teams("team", _l("Team")),
        facets.options("kind", FIELDS["kind"], OptionList.ACTIVITY_KIND),
        facets.led_to("level", _l("Stage then"), lambda each: Level(each).words()),
        facets.record("customer", FIELDS["customer"], Customer),
        facets.record("deal", FIELDS["deal"], Deal),
        facets.led_to("late", _l("Entered late"), lambda days: Days(days).words()),
        facets.options("customer_grade", _l("Customer: grade"), OptionList.GRADE),
        facets.states("customer_kind", _l("Customer: kind"), CustomerKind),
        facets.led_to("missing", _l("Missing"), lambda gap: str(GAP_WORDS[ActivityGap(gap)])),
    )  # fmt: skip

    def narrow(self, user: User) -> Select[Any]:
        chosen = Activity.visible_to(user).where(
            *of_people(Activity.by_id, self.owner, user),
            *one_of(Activity.kind_id, self.kind),
            *one_of(Activity.customer_id, (self.customer,) if self.customer else ()),
            *one_of(Activity.deal_id, (self.deal,) if self.deal else ()),
            *(self.on.of_moment(Activity.happened_at) if self.on else ()),
        )
        if self.manager:
            chosen = chosen.where(Activity.by_id.in_(led_by(self.manager, user)))
        if self.team:
            chosen = chosen.where(Activity.by_id.in_(members_of(self.team)))
        if self.level:
            chosen = chosen.where(level() == self.level.number)
        chosen = chosen.where(*self._said_of_customers(user))
        if self.late:
            chosen = chosen.where(was_late(self.late))
        return chosen.where(Activity.noted(self.q)) if self.q else chosen

    def _said_of_customers(self, user: User) -> list[ColumnElement[bool]]:
        """By what one sees of customers alone: others' do not tell what they are."""
        seen = Customer.visible_to(user).with_only_columns(Customer.id)
        said = one_of(Customer.grade_id, self.customer_grade)
        said += one_of(Customer.kind, self.customer_kind)
        lacking = {
            ActivityGap.GRADE: seen.where(Customer.grade_id.is_not(None)),
            ActivityGap.CUSTOMER: seen,
        }
        return [
            *([Activity.customer_id.in_(seen.where(*said))] if said else []),
            *(Activity.customer_id.not_in(lacking[gap]) for gap in self.missing),
        ]

    def counter(self, user: User) -> Counter:
        return Counter(paging.COUNTED)


class OfActivities(OfList):
    """The activities of a list, as the address of that list tells them apart."""

    LISTED: ClassVar[type[ListFilter]] = ActivityFilter
