"""The quotas of a year: what was set, and what adds up from parts of the year and from people.

Of a term the quota of a holder is what was set for it; else, where quarters or months of it were
set for that holder, the sum of these; else the sum of those below: of a team its teams and members,
of the company the top teams and the people without one. Where nothing is set there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import Company, Noun, Quota, Role, Scope, Team, Term, User, UserRole
from crm.models.quota import Holder, key_of

# Quotas are for years, not for decades.
MOST_YEARS = 10


@dataclass(frozen=True)
class Row:
    """A holder as the table shows it; ``depth`` is how far below the company it stands."""

    holder: Holder
    depth: int


class Plan:
    """The quotas of one year, of everybody."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.company = Company.current()
        self._typed = Quota.typed_in(year)
        self.people = self._people()
        self.teams = list(db.session.scalars(select(Team).order_by(Team.sort_name, Team.id)))
        self._sums: dict[tuple[type, int, Term], Decimal | None] = {}

    def typed(self, holder: Holder) -> dict[Term, Decimal]:
        """What was set for ``holder``."""
        return self._typed.get(key_of(holder), {})

    def amount(self, holder: Holder, term: Term) -> Decimal | None:
        """The quota of ``holder`` in ``term``, in the base currency; ``None`` where none is set."""
        key = *key_of(holder), term
        if key not in self._sums:
            self._sums[key] = self._amount(holder, term)
        return self._sums[key]

    def below(self, holder: Holder, term: Term) -> Decimal | None:
        """What those directly below ``holder`` are to win together; ``None`` where none is set."""
        return _sum(self.amount(each, term) for each in self.those_below(holder))

    def gap(self, holder: Holder, term: Term) -> Decimal | None:
        """What was set for ``holder`` less what those below have: ``None`` unless both are known.

        Positive: something is still to be given out; negative: more was given out.
        """
        typed, below = self.typed(holder).get(term), self.below(holder, term)
        return None if typed is None or below is None else typed - below

    def those_below(self, holder: Holder) -> list[Holder]:
        """The teams and people directly below ``holder``."""
        if isinstance(holder, User):
            return []
        team_id = holder.id if isinstance(holder, Team) else None
        teams: list[Holder] = [team for team in self.teams if team.parent_id == team_id]
        return teams + [person for person in self.people if person.team_id == team_id]

    def rows(self, user: User) -> list[Row]:
        """The holders ``user`` sees, from the company down: as far as their right on deals goes."""
        scope = user.sees(Noun.DEALS)
        if scope is Scope.ALL:
            return list(self._down(self.company, 0))
        if scope is Scope.TEAM and user.team is not None:
            return list(self._down(user.team, 0))
        return [Row(person, 0) for person in self.people if person.id == user.id]

    def _down(self, holder: Holder, depth: int) -> Iterator[Row]:
        yield Row(holder, depth)
        below = self.those_below(holder)
        if len(below) == 1 and isinstance(holder, Company) and not self.typed(below[0]):
            below = self.those_below(below[0])  # a root team that is the company once more
        for each in below:
            rows = list(self._down(each, depth + 1))
            # A department that sells nothing has no people here, and no quota.
            if len(rows) > 1 or isinstance(each, User) or self.typed(each):
                yield from rows

    def _amount(self, holder: Holder, term: Term) -> Decimal | None:
        typed = self.typed(holder)
        if term in typed:
            return typed[term]
        if any(_lies_in(part, term) for part in typed):
            return _sum(self.amount(holder, part) for part in term.parts)
        return self.below(holder, term)

    def _people(self) -> Sequence[User]:
        """Those who sell, and whoever has a quota: also one who left in the year."""
        sells = select(UserRole.user_id).where(UserRole.role.in_([Role.REP, Role.MANAGER]))
        held = [id for kind, id in self._typed if kind is User]
        active = User.deactivated_at.is_(None) & User.id.in_(sells)
        chosen = select(User).where(or_(active, User.id.in_(held))).options(joinedload(User.team))
        return db.session.scalars(chosen.order_by(User.sort_name, User.id)).all()


class Plans:
    """The quotas of some days, which may touch several years."""

    def __init__(self, first: date | None, last: date | None) -> None:
        """:param first: without it or ``last``, or if these are no whole months, none is known."""
        self.terms = Term.making_up(first, last) if first and last else []
        years = sorted({term.first.year for term in self.terms})
        self._of = {year: Plan(year) for year in years[:MOST_YEARS]}

    def amount(self, holder: Holder) -> Decimal | None:
        """The quota of ``holder`` in all the days; ``None`` where a part of them has none."""
        if len(self._of) < len({term.first.year for term in self.terms}) or not self.terms:
            return None
        amounts = [self._of[term.first.year].amount(holder, term) for term in self.terms]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal(0)) if len(known) == len(amounts) else None

    def rows(self, user: User) -> list[Row]:
        """The holders ``user`` sees, as the last of the years has them."""
        return self._of[max(self._of)].rows(user) if self._of else []


def _lies_in(part: Term, whole: Term) -> bool:
    return whole.first <= part.first and part.last <= whole.last


def _sum(amounts: Iterator[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
