"""The ways to narrow a list: what each is called, and what can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from crm.extensions import db
from crm.filters.amounts import Amounts
from crm.filters.columns import way, words
from crm.filters.days import Days
from crm.models import Option, OptionList, Pipeline, Stage, Team, User
from crm.models.access import Noun, Scope, is_among
from crm.wording import word_for

ME, NOBODY = "me", "none"


class Person(str):
    """Somebody in a filter: a user's id, ``me``, or ``none`` for nobody."""

    def __new__(cls, written: str | int) -> Person:
        written = str(written)
        if written not in (ME, NOBODY) and not (written.isdecimal() and 0 < int(written) < 2**31):
            raise ValueError(written)
        return super().__new__(cls, written)


def ids_of(people: Iterable[Person], user: User) -> list[int]:
    """The ids of ``people``, of whom ``me`` is ``user``; nobody has none."""
    return [user.id if person == ME else int(person) for person in people if person != NOBODY]


def of_people(whose: Any, people: Sequence[Person], user: User) -> tuple[ColumnElement[bool], ...]:
    """The condition that ``whose`` is one of ``people``; without people none."""
    if not people:
        return ()
    somebody = whose.in_(ids_of(people, user))
    return (or_(somebody, whose.is_(None)) if NOBODY in people else somebody,)


def members_of(teams: Sequence[int]) -> Select[int]:
    """The ids of the people of these teams and of those below them."""
    above = aliased(Team)
    return (
        select(User.id)
        .join(Team, User.team_id == Team.id)
        .join(above, Team.path.startswith(above.path))
        .where(above.id.in_(teams))
    )


Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Facet:
    """One way to narrow a list: a field of its filter, its title, and what can be chosen.

    ``choices`` is given the values chosen now, so that it can name also what nobody can newly
    choose.
    """

    name: str
    title: Any  # lazy, in the reader's language
    choices: Callable[[Sequence[str]], Choices]
    asks_for: str = ""  # besides the choices, for a first and a last ``date`` or ``number``


def states(name: str, title: Any, kind: Iterable[StrEnum], said: Any = word_for) -> Facet:
    """Words of ours: a kind, a state."""
    return Facet(name, title, lambda _chosen: [(str(each), str(said(each))) for each in kind])


def switch(name: str, title: Any) -> Facet:
    """Something that is so, or does not matter."""
    return Facet(name, title, lambda _chosen: [("1", str(title))])


def days(name: str, title: Any, *named: str) -> Facet:
    """Days: some that have a name, or from one to another."""

    def choices(chosen: Sequence[str]) -> Choices:
        others = [each for each in chosen if each not in named]
        return [(each, Days(each).words()) for each in (*named, *others)]

    return Facet(name, title, choices, asks_for="date")


def amounts(name: str, title: Any, *offered: str, kind: type[Amounts] = Amounts) -> Facet:
    """Amounts from one to another."""

    def choices(chosen: Sequence[str]) -> Choices:
        return [(each, kind(each).words()) for each in dict.fromkeys((*offered, *chosen))]

    return Facet(name, title, choices, asks_for="number")


def lengths(name: str, title: Any, *offered: int) -> Facet:
    """So many days at least."""

    def choices(chosen: Sequence[str]) -> Choices:
        return [(each, _("%(days)s days", days=each))
                for each in dict.fromkeys((*map(str, offered), *chosen))]  # fmt: skip

    return Facet(name, title, choices)


def options(name: str, title: Any, which: OptionList) -> Facet:
    """A list of the firm's."""

    def choices(chosen: Sequence[str]) -> Choices:
        known = Option.known(which)
        return _named(each for each in known if each.active or str(each.id) in chosen)

    return Facet(name, title, choices)


def people(name: str, title: Any, whose: Any, model: Any = None) -> Facet:
    """The reader, nobody where that can be, and who is named in ``whose`` of what is seen.

    :param model: whose column or expression it is; default: that of the column.
    """
    records = model or whose.class_

    def choices(chosen: Sequence[str]) -> Choices:
        ids = ids_of([Person(each) for each in chosen if each != ME], current_user)
        seen = records.visible_to(current_user).with_only_columns(whose)
        # What is read from JSON has no index to look it up by, for each of the people.
        reach = Scope.OWN if model else max(map(current_user.sees, Noun))
        named = select(User).where(or_(is_among(User.id, seen, reach), User.id.in_(ids)))
        here = db.session.scalars(named.order_by(User.sort_name, User.id))
        can_be_nobody = model is None and whose.property.columns[0].nullable
        nobody = [(NOBODY, _("Nobody"))] if can_be_nobody else []
        return [(ME, _("Me")), *nobody, *_named(here)]

    return Facet(name, title, choices)


def leaders(name: str, title: Any) -> Facet:
    """Who leads somebody; nobody is offered but those to whom a link led."""

    def choices(chosen: Sequence[str]) -> Choices:
        people = [Person(each) for each in chosen]
        users = select(User).where(User.id.in_(ids_of(people, current_user)))
        nobody = [(NOBODY, _("Nobody"))] if NOBODY in people else []
        return [*nobody, *_named(db.session.scalars(users.order_by(User.sort_name, User.id)))]

    return Facet(name, title, choices)


def teams(name: str, title: Any) -> Facet:
    """The teams, each followed by those below it."""
    return Facet(name, title, lambda _chosen: _named(db.session.scalars(Team.in_order())))


def pipelines(name: str, title: Any) -> Facet:
    """The pipelines in use, where there are several."""

    def choices(chosen: Sequence[str]) -> Choices:
        known = db.session.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id))
        offered = [each for each in known if each.retired_at is None or str(each.id) in chosen]
        return _named(offered) if len(offered) > 1 or chosen else []

    return Facet(name, title, choices)


def stages(name: str, title: Any) -> Facet:
    """The stages in use, pipeline by pipeline; of several each says of which it is."""

    def choices(chosen: Sequence[str]) -> Choices:
        known = list(db.session.scalars(Stage.in_all_use()))
        ids = {int(each) for each in chosen} - {stage.id for stage in known}
        if ids:  # chosen once, out of use now
            known += db.session.scalars(select(Stage).where(Stage.id.in_(ids)))
        return [(str(stage.id), way(stage)) for stage in known]

    return Facet(name, title, choices)


def record(name: str, title: Any, model: Any) -> Facet:
    """One record, to which a link led: nothing else is offered."""

    def choices(chosen: Sequence[str]) -> Choices:
        if not chosen:
            return []
        seen = model.visible_to(current_user).where(model.id.in_([int(each) for each in chosen]))
        return _named(db.session.scalars(seen))

    return Facet(name, title, choices)


def led_to(name: str, title: Any, said: Callable[[str], str] = str) -> Facet:
    """What a link led to: nothing else is offered.

    :param said: what a value is called.
    """
    return Facet(name, title, lambda chosen: [(each, said(each)) for each in chosen])


def _named(records: Iterable[Any]) -> Choices:
    return [(str(record.id), words(record)) for record in records]
