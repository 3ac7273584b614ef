"""What the rows of a report can be: people, teams, options, products; days stand in ``spans.py``.

What is additive is asked of the database once by a column, and put together for each group: a team
counts for those below it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from crm.extensions import db
from crm.filters.columns import words
from crm.filters.deals.behind import DealGap, superiors
from crm.filters.facets import NOBODY, Person
from crm.filters.reports import ReportFilter
from crm.models import Deal, Option, OptionList, Pipeline, Stage, Team, User
from crm.queries.reports.report import Note
from crm.wording import person_word
from crm.wording.fields import FIELDS

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
        return (found[value] for value in self.values if value in found)


@dataclass(frozen=True)
class Way:
    """One way to tell deals apart."""

    name: str
    title: Any  # lazy, in the reader's language
    # What the database tells them apart by.
    column: Callable[[Any, User], Any] = field(repr=False)
    # The rows, of the values that were found.
    groups: Callable[[Any, User, Iterable[Any]], list[Group]] = field(repr=False)
    is_ordered: bool = False  # its rows have an order of their own, else the largest comes first
    is_timeline: bool = False  # its rows are days that follow each other
    says: Any = ""  # lazy: what is to be known of such rows

    def notes(self) -> list[Note]:
        """What is to be known of such rows."""
        return [Note(str(self.says))] if self.says else []


def people(name: str, title: Any, column: Any, says: Any = "") -> Way:
    """Those whose ids stand in ``column``; the list is narrowed by what is called ``name``."""

    def groups(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
        return [
            Group(str(id), person_word(user), frozenset({id}), {name: (Person(id),)})
            for id, user in _users(ids).items()
        ]

    return Way(name, title, lambda *_of: column, groups, says=says)


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


def teams(column: Any, gap: StrEnum) -> Way:
    """The teams of those whose ids stand in ``column``; who is in none lacks ``gap``."""

    def groups(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
        known = list(db.session.scalars(Team.in_order()))
        paths = {team.id: team.path for team in known}
        team_of = {id: user.team_id for id, user in _users(ids).items()}
        found = []
        for team in known:
            below = {id for id, own in team_of.items() if own and paths[own].startswith(team.path)}
            if below:
                found.append(Group(str(team.id), str(team), frozenset(below), {"team": (team.id,)}))
        if alone := {id for id, own in team_of.items() if own is None}:
            found.append(lacking(gap, alone))
        return found

    return Way(
        "team", FIELDS["team"], lambda *_of: column, groups, is_ordered=True,
        says=_l("A team counts for those below it, too; people count for the team they belong to "
                "now."),
    )  # fmt: skip


def options(
    name: str, which: OptionList, column: Any, gap: StrEnum | None = None, *, is_ordered: bool
) -> Way:
    """The options of a list of the firm's that stand in ``column``, in its order."""

    def groups(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
        found = set(ids)
        known = [
            Group(str(option.id), words(option), frozenset({option.id}), {name: (option.id,)})
            for option in Option.known(which)
            if option.id in found
        ]
        return known + ([lacking(gap, {None})] if gap and None in found else [])

    return Way(name, FIELDS[name], lambda *_of: column, groups, is_ordered=is_ordered)


def _products(_filter: ReportFilter, _user: User, names: Iterable[Any]) -> list[Group]:
    found = set(names)
    groups = [Group(name, name, frozenset({name}), {"product": name}) for name in found if name]
    empty = found & {None, ""}
    return groups + ([lacking(DealGap.PRODUCT, empty)] if empty else [])


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


def lacking(gap: StrEnum, values: Iterable[Any]) -> Group:
    """Those for which nothing is chosen."""
    return Group("", _("Nothing chosen"), frozenset(values), {"missing": (gap,)})


def _users(ids: Iterable[Any]) -> dict[int, User]:
    """Those with these ids, by name."""
    wanted = {id for id in ids if id is not None}
    found = select(User).where(User.id.in_(wanted)).order_by(User.sort_name, User.id)
    return {user.id: user for user in db.session.scalars(found)}


OWNER = people("owner", FIELDS["owner"], Deal.owner_id)
MANAGER = Way("manager", FIELDS["manager"], lambda *_of: Deal.owner_id, _managers)
TEAM = teams(Deal.owner_id, DealGap.TEAM)
SOURCE = options("source", OptionList.SOURCE, Deal.source_id, DealGap.SOURCE, is_ordered=True)
STAGE = Way("stage", FIELDS["stage"], lambda *_of: Deal.stage_id, _stages, is_ordered=True)
PRODUCT = Way("product", FIELDS["product"], lambda *_of: Deal.product, _products)
