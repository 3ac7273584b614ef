"""Who may see and change what: roles, their scopes, and the one SQL condition made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from flask import has_app_context
from sqlalchemy import ColumnElement, Select, any_, false, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crm.extensions import db

if TYPE_CHECKING:
    from crm.models.user import User


class Scope(IntEnum):
    """How far a right reaches; a user with several roles has the widest of them."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


class Noun(StrEnum):
    """What rights are given on."""

    CUSTOMERS = "customers"
    DEALS = "deals"
    TASKS = "tasks"
    CLAIMS = "claims"


class Grant(NamedTuple):
    """What a role may see, what it may change, and whether it may take what it sees out as a file.

    Who looks up one customer after the other needs them all in a file seldom: the right to export
    is one of its own, and each export is recorded.
    """

    see: Scope
    change: Scope
    export: bool = False


class Role(StrEnum):
    """What a user is in the firm."""

    REP = "rep"
    MANAGER = "manager"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"
    READER = "reader"
    # Beside another role: its owner may export what that one shows.
    EXPORTER = "exporter"


GRANTS: dict[Role, dict[Noun, Grant]] = {
    Role.REP: dict.fromkeys(Noun, Grant(Scope.OWN, Scope.OWN)),
    Role.MANAGER: {
        Noun.CUSTOMERS: Grant(Scope.TEAM, Scope.TEAM, export=True),
        Noun.DEALS: Grant(Scope.TEAM, Scope.TEAM, export=True),
        Noun.TASKS: Grant(Scope.TEAM, Scope.TEAM, export=True),
        Noun.CLAIMS: Grant(Scope.TEAM, Scope.OWN, export=True),
    },
    Role.FINANCE: {
        Noun.CUSTOMERS: Grant(Scope.ALL, Scope.NONE, export=True),
        Noun.DEALS: Grant(Scope.ALL, Scope.NONE, export=True),
        Noun.TASKS: Grant(Scope.OWN, Scope.OWN, export=True),
        Noun.CLAIMS: Grant(Scope.ALL, Scope.OWN, export=True),
    },
    Role.ADMINISTRATOR: {
        Noun.CUSTOMERS: Grant(Scope.ALL, Scope.ALL, export=True),
        Noun.DEALS: Grant(Scope.ALL, Scope.ALL, export=True),
        Noun.TASKS: Grant(Scope.ALL, Scope.ALL, export=True),
        # Nobody, not even an administrator, edits what another person claims to have spent.
        Noun.CLAIMS: Grant(Scope.ALL, Scope.OWN, export=True),
    },
    Role.READER: dict.fromkeys(Noun, Grant(Scope.ALL, Scope.NONE)),
    Role.EXPORTER: dict.fromkeys(Noun, Grant(Scope.NONE, Scope.NONE, export=True)),
}


def owned_within(
    user: User, scope: Scope, owner_id: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """The condition that a row's owner is within ``scope`` of ``user``."""
    if scope is Scope.ALL:
        return true()
    if scope is Scope.NONE:
        return false()
    if scope is Scope.OWN or user.team is None:
        return owner_id == user.id
    return owner_id.in_(members_below(user))


def is_among(
    column: InstrumentedAttribute[Any], ids: Select[Any], scope: Scope
) -> ColumnElement[bool]:
    """The condition that ``column`` is one of the ``ids`` that are within ``scope``.

    What one person owns is a short list, made once. What a team owns may be half the firm: it is
    looked up row by row, which for a page of fifty is a hundred times cheaper than listing it.
    """
    return column.in_(ids) if scope <= Scope.OWN else is_each_among(column, ids)


def is_each_among(column: InstrumentedAttribute[Any], ids: Select[Any]) -> ColumnElement[bool]:
    """The condition that ``column`` is one of the ``ids``, which are many: looked up row by row."""
    listed = ids.selected_columns[0]
    if has_app_context() and db.engine.dialect.name == "postgresql":  # it would list them all
        return ids.where(listed.between(column, column)).exists()
    return ids.where(listed == column).exists()


def is_one_of_all(
    model: Any, scope: Scope, ways: Callable[[Any], Iterable[ColumnElement[bool]]]
) -> ColumnElement[bool]:
    """The condition that a record of ``model`` is seen in one of the ``ways``, of very many.

    What one person sees is a short list: on PostgreSQL each way is looked up by its own index and
    the ids are put together, where for an "or" it would read all rows.

    :param ways: gives the conditions on the table that it is told.
    """
    if scope > Scope.OWN or db.engine.dialect.name != "postgresql":
        return or_(*ways(model))
    seen = another(model)
    ids = union_all(*(select(seen.id).where(way) for way in ways(seen)))
    # As an array it is made once, and no guess at its length leads PostgreSQL astray.
    found: ColumnElement[bool] = model.id == any_(func.array(ids.scalar_subquery()))
    return found


class Seen:
    """A mixin: a record is seen in one of ``_ways_to_see``, as far as the right on ``SEEN_AS``."""

    SEEN_AS: ClassVar[Noun]

    @classmethod
    def visible_to(cls, user: User) -> Select[Self]:
        """The records ``user`` may see, those in the trash left out."""
        model: Any = cls
        return select(cls).where(model.trashed_at.is_(None), cls.seen_by(user))

    @classmethod
    def listed_for(cls, user: User) -> Select[Self]:
        """The same, to read all of them."""
        model: Any = cls
        scope = user.sees(cls.SEEN_AS)
        seen = is_one_of_all(cls, scope, lambda seen: cls._ways_to_see(user, seen))
        return select(cls).where(model.trashed_at.is_(None), seen)

    @classmethod
    def seen_by(cls, user: User) -> ColumnElement[bool]:
        """The condition that ``user`` may see a record."""
        return or_(*cls._ways_to_see(user, cls))

    @classmethod
    def _ways_to_see(cls, user: User, seen: Any) -> tuple[ColumnElement[bool], ...]:
        """The ways, as conditions on the table ``seen``."""
        raise NotImplementedError(cls.__name__)


@cache
def another(model: Any) -> Any:
    """``model`` under another name, for a subquery; making one takes longer than most queries."""
    return aliased(model)


def members_below(user: User) -> Select[int]:
    """The ids of the users in ``user``'s team and every team below it."""
    assert user.team is not None
    return _members_below(user.team.path)


@lru_cache(maxsize=1_000)
def _members_below(path: str) -> Select[int]:
    """The condition on a record names this many times over; it is the same for a team each time."""
    from crm.models.team import Team
    from crm.models.user import User as Member

    return (
        select(Member.id)
        .join(Team, Member.team_id == Team.id)
        .where(Team.path.startswith(path, autoescape=True))
    )


def reaches(user: User, scope: Scope, owner: User | None) -> bool:
    """Whether ``owner`` is within ``scope`` of ``user``: the same rule as ``owned_within``."""
    if scope is Scope.ALL or scope is Scope.NONE:
        return scope is Scope.ALL
    if owner is None:
        return False
    if scope is Scope.OWN or user.team is None or owner.team is None:
        return owner.id == user.id
    return owner.team.path.startswith(user.team.path)
