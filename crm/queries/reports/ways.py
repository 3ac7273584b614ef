"""What the rows of a report can be: people, teams, sources, products, months.

What is additive is asked of the database once by a column of the deals, and put together for each
group: a team counts for those below it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, case, func, null, select
from sqlalchemy.orm import contains_eager

from crm import clock
from crm.extensions import db
from crm.filters.columns import words
from crm.filters.days import Days
from crm.filters.deals.behind import DealGap, superiors
from crm.filters.facets import NOBODY, Person
from crm.filters.reports import ReportFilter
from crm.models import Company, Deal, Option, OptionList, Pipeline, Stage, Team, User
from crm.months import first_of_month
from crm.queries.reports.report import Note
from crm.wording import FIELDS, person_word

MOST_SPANS = 60
Value = TypeVar("Value")


@dataclass(frozen=True)
class Group:
    """One row: which values of the column it is of, and how the list of deals is narrowed to it."""

    key: str
    label: str
    values: frozenset[Any]
    narrowed: Mapping[str, Any]

    def of(self, found: Mapping[Any, Value]) -> Iterator[Value]:
        """What was found of it, by the values of the column."""
        return (found[value] for value in found if value in self.values)


@dataclass(frozen=True)
class Way:
    """One way to tell deals apart."""

    name: str
    title: Any  # lazy, in the reader's language
    # What the database tells them apart by.
    column: Callable[[ReportFilter, User], Any] = field(repr=False)
    # The rows, of the values that were found.
    groups: Callable[[ReportFilter, User, Iterable[Any]], list[Group]] = field(repr=False)
    is_ordered: bool = False  # its rows have an order of their own, else the largest comes first
    says: Any = ""  # lazy: what is to be known of such rows

    def notes(self) -> list[Note]:
        """What is to be known of such rows."""
        return [Note(str(self.says))] if self.says else []


def _owners(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
    users = _users(ids)
    return [
        Group(str(id), person_word(user), frozenset({id}), {"owner": (Person(id),)})
        for id, user in users.items()
    ]


def _managers(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
    led: dict[int | None, set[int]] = {}
    above = superiors()
    for id in ids:
        led.setdefault(above.get(id), set()).add(id)
    users = _users(led)
    groups = [
        Group(str(id), person_word(user), frozenset(led[id]), {"manager": (Person(id),)})
        for id, user in users.items()
    ]
    if None in led:
        nobody = {"manager": (Person(NOBODY),)}
        groups.append(Group(NOBODY, _("Nobody"), frozenset(led[None]), nobody))
    return groups


def _teams(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
    teams = list(db.session.scalars(Team.in_order()))
    paths = {team.id: team.path for team in teams}
    team_of = {id: user.team_id for id, user in _users(ids).items()}
    groups = []
    for team in teams:
        below = {id for id, own in team_of.items() if own and paths[own].startswith(team.path)}
        if below:
            groups.append(Group(str(team.id), str(team), frozenset(below), {"team": (team.id,)}))
    if alone := {id for id, own in team_of.items() if own is None}:
        groups.append(_gap(DealGap.TEAM, alone))
    return groups


def _sources(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
    found = set(ids)
    groups = [
        Group(str(option.id), words(option), frozenset({option.id}), {"source": (option.id,)})
        for option in Option.known(OptionList.SOURCE)
        if option.id in found
    ]
    return groups + ([_gap(DealGap.SOURCE, {None})] if None in found else [])


def _products(_filter: ReportFilter, _user: User, names: Iterable[Any]) -> list[Group]:
    found = set(names)
    groups = [Group(name, name, frozenset({name}), {"product": name}) for name in found if name]
    empty = found & {None, ""}
    return groups + ([_gap(DealGap.PRODUCT, empty)] if empty else [])


def _stages(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
    stages = stages_in_order(Stage.id.in_(set(ids)))
    return [
        Group(str(stage.id), name, frozenset({stage.id}), {"stage": (stage.id,)})
        for stage, name in stages
    ]


def stages_in_order(*which: ColumnElement[bool]) -> list[tuple[Stage, str]]:
    """Stages as they stand in their pipelines, and what each is called: with its pipeline's name
    where there are several."""
    chosen = select(Stage).join(Stage.pipeline).options(contains_eager(Stage.pipeline))
    chosen = chosen.order_by(Pipeline.position, Pipeline.id, Stage.position, Stage.id)
    stages = list(db.session.scalars(chosen.where(*which)))
    several = len({stage.pipeline_id for stage in stages}) > 1
    return [
        (stage, f"{words(stage.pipeline)} · {words(stage)}" if several else words(stage))
        for stage in stages
    ]


def _gap(gap: DealGap, values: Iterable[Any]) -> Group:
    return Group("", _("Nothing chosen"), frozenset(values), {"missing": (gap,)})


def _users(ids: Iterable[Any]) -> dict[int, User]:
    """Those with these ids, by name."""
    wanted = {id for id in ids if id is not None}
    found = select(User).where(User.id.in_(wanted)).order_by(User.sort_name, User.id)
    return {user.id: user for user in db.session.scalars(found)}


def spans(name: str, title: Any, months: int, moment: Any, narrows: str) -> Way:
    """The months, quarters or years of the report's days, by a moment of the deal.

    :param narrows: the days of the list of deals that it is narrowed by.
    """

    def column(filter: ReportFilter, user: User) -> Any:
        return within(spans_of(filter.period, months, moment, user), moment)

    def groups(filter: ReportFilter, user: User, _found: Iterable[Any]) -> list[Group]:
        return [
            Group(str(at), span_words(first, last), frozenset({at}),
                  {narrows: Days.between(first, last)})
            for at, (first, last) in enumerate(spans_of(filter.period, months, moment, user))
        ]  # fmt: skip

    return Way(name, title, column, groups, is_ordered=True)


def within(spans: Iterable[tuple[date, date]], moment: Any) -> Any:
    """Which of ``spans``, one after the other, a moment lies in, by its number."""
    zone = Company.current().timezone
    before = [
        (moment < clock.start_of(last + timedelta(days=1), zone), at)
        for at, (_first, last) in enumerate(spans)
    ]
    return case(*before) if before else null()


def spans_of(days: Days, months: int, moment: Any, user: User) -> list[tuple[date, date]]:
    """The months, or so many together, that ``days`` touch, cut to them.

    Without an end they go from the first ``moment`` that ``user`` sees to today. Where there would
    be too many, they are longer.
    """
    company = Company.current()
    first, last = days.first, days.last or company.today()
    if first is None:
        seen = moment.class_.visible_to(user).with_only_columns(func.min(moment))
        earliest = db.session.scalar(seen.order_by(None))
        first = min(company.day_of(earliest), last) if earliest else last
    longest = (last.year - first.year + 1) * 12
    months = next((each for each in (months, 3, 12) if longest / each <= MOST_SPANS), 12)
    found, begin = [], date(first.year, (first.month - 1) // months * months + 1, 1)
    while begin <= last:
        following = first_of_month(begin, months)
        found.append((max(begin, first), min(following - timedelta(days=1), last)))
        begin = following
    return found


def span_words(first: date, last: date) -> str:
    """What a month, a quarter, a year or a part of one is called."""
    following = last + timedelta(days=1)
    months = (following.year - first.year) * 12 + following.month - first.month
    if first.day == following.day == 1 and months in (1, 3, 12):
        if months == 1:
            return f"{first:%Y-%m}"
        quarter = (first.month + 2) // 3
        return f"{first.year}" if months == 12 else f"{first.year} Q{quarter}"
    return Days.between(first, last).words()


OWNER = Way("owner", FIELDS["owner"], lambda *_of: Deal.owner_id, _owners)
MANAGER = Way("manager", FIELDS["manager"], lambda *_of: Deal.owner_id, _managers)
TEAM = Way(
    "team", FIELDS["team"], lambda *_of: Deal.owner_id, _teams, is_ordered=True,
    says=_l("A team counts for those below it, too; people count for the team they belong to now."),
)  # fmt: skip
SOURCE = Way("source", FIELDS["source"], lambda *_of: Deal.source_id, _sources, is_ordered=True)
STAGE = Way("stage", FIELDS["stage"], lambda *_of: Deal.stage_id, _stages, is_ordered=True)
PRODUCT = Way("product", FIELDS["product"], lambda *_of: Deal.product, _products)
CLOSED_IN_QUARTER = spans("quarter", _l("Quarter"), 3, Deal.closed_at, "closed")
CLOSED_IN_MONTH = spans("month", _l("Month"), 1, Deal.closed_at, "closed")
