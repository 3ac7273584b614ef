"""Data quality: how complete the customers are, and what among them is hardly meant as it stands.

Every figure is the number of rows of a list, and leads to it: both are made by the same filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.filters.amounts import Amounts
from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.facets import NOBODY, Person
from crm.filters.quality import (
    CONTACT_DOUBT_WORDS,
    CONTACT_DOUBTS,
    CONTACT_GAP_WORDS,
    CONTACT_GAPS,
    COUNTED,
    DOUBT_WORDS,
    DOUBTS,
    GAP_WORDS,
    GAPS,
    ContactDoubt,
    ContactGap,
    Doubt,
    Gap,
    completeness,
    percent,
)
from crm.filters.silence import silent_for
from crm.likenesses import LikenessKind
from crm.models import Contact, Customer, Deal, Team, User
from crm.nouns import list_word
from crm.queries.duplicates import counts_of_groups

# An amount is far out when it is so many times the one in the middle, of at least so many deals.
FAR_OUT, FEWEST_DEALS = 50, 10
FAR_OUT_WORDS = _l("Deal with an amount far above the others")
# The silence that the page begins with, and the least and most that can be asked for.
SILENCE, LEAST, MOST = 90, 1, 3650


@dataclass(frozen=True)
class Line:
    """So many records want mending: what they lack, of how many, and the list of them."""

    title: Any
    count: int
    of: int
    filter: ListFilter

    @property
    def noun(self) -> str:
        """What the records are called."""
        return list_word(self.filter.name())

    @property
    def percent(self) -> int:
        """How many are as they should be; all only where none is wanting."""
        return percent(self.of - self.count, self.of)


@dataclass
class Share:
    """How complete the customers of somebody, or of a team, are."""

    filter: CustomerFilter
    user: User | None = None
    team: Team | None = None
    count: int = 0
    silent: int = 0
    gaps: dict[Gap, int] = field(default_factory=lambda: dict.fromkeys(Gap, 0))

    def add(self, count: int, silent: int, gaps: dict[Gap, int]) -> None:
        """Some more customers."""
        self.count += count
        self.silent += silent
        for gap, lacking in gaps.items():
            self.gaps[gap] += lacking

    @property
    def percent(self) -> int:
        """Of all that could be filled in, how much is."""
        return completeness(sum(self.gaps[gap] for gap in COUNTED), self.count)

    def lacking(self, gap: Gap) -> CustomerFilter:
        """The list of those that lack it."""
        return self.filter.from_start(missing=(gap,))

    def silent_for(self, days: int) -> CustomerFilter:
        """The list of those with whom nobody was in touch."""
        return self.filter.from_start(silent=days)


@dataclass(frozen=True)
class Quality:
    """What the page shows."""

    days: int
    whole: Share
    fields: Sequence[Line]
    contacts: Sequence[Line]
    doubts: Sequence[Line]
    owners: Sequence[Share]
    teams: Sequence[Share]
    duplicates: int


def quality_of(user: User, days: int) -> Quality:
    """Of what ``user`` sees: a fixed number of questions, however many customers there are."""
    owners = _by_owner(user, days)
    whole = _united(owners, Share(CustomerFilter()))
    contacts, doubtful_contacts = _of_contacts(user)
    return Quality(
        days=days,
        whole=whole,
        fields=[
            Line(GAP_WORDS[gap], whole.gaps[gap], whole.count, whole.lacking(gap)) for gap in Gap
        ],
        contacts=contacts,
        doubts=[*_doubtful_customers(user, whole.count), *doubtful_contacts, *_far_out(user)],
        owners=sorted(owners, key=lambda share: (share.percent, -share.count)),
        teams=_by_team(owners),
        duplicates=sum(counts_of_groups(user, LikenessKind.NAME, LikenessKind.PHONE).values()),
    )


def _by_owner(user: User, days: int) -> list[Share]:
    counts = [_count_of(GAPS[gap]()) for gap in Gap]
    rows = db.session.execute(
        Customer.visible_to(user)
        .with_only_columns(
            Customer.owner_id, func.count(), _count_of(silent_for(days, user)), *counts
        )
        .group_by(Customer.owner_id)
    ).all()
    people = _people([owner_id for owner_id, *_ in rows])
    shares = []
    for owner_id, count, silent, *lacking in rows:
        who = Person(owner_id if owner_id is not None else NOBODY)
        share = Share(CustomerFilter(owner=(who,)), user=people.get(owner_id))
        share.add(count, silent, dict(zip(Gap, lacking, strict=True)))
        shares.append(share)
    return shares


def _by_team(owners: Sequence[Share]) -> list[Share]:
    """The teams of the owners, as the teams' tree has them: each with those below it."""
    here = {share.user.team_id for share in owners if share.user}
    shares = []
    for team in db.session.scalars(Team.in_order()):
        below = [
            share for share in owners
            if share.user and share.user.team and share.user.team.path.startswith(team.path)
        ]  # fmt: skip
        if team.id in here or len({share.user.team_id for share in below if share.user}) > 1:
            shares.append(_united(below, Share(CustomerFilter(team=(team.id,)), team=team)))
    return shares


def _united(parts: Sequence[Share], whole: Share) -> Share:
    for part in parts:
        whole.add(part.count, part.silent, part.gaps)
    return whole


def _doubtful_customers(user: User, count: int) -> list[Line]:
    found = _counted(Customer.visible_to(user), [DOUBTS[doubt]() for doubt in Doubt])
    return [
        Line(DOUBT_WORDS[doubt], doubtful, count, CustomerFilter(doubt=(doubt,)))
        for doubt, doubtful in zip(Doubt, found[1:], strict=True)
    ]


def _of_contacts(user: User) -> tuple[list[Line], list[Line]]:
    """What contacts lack, and what is doubtful about them."""
    conditions = [*CONTACT_GAPS.values(), *CONTACT_DOUBTS.values()]
    count, *found = _counted(Contact.visible_to(user), [each() for each in conditions])
    gaps = [
        Line(CONTACT_GAP_WORDS[gap], lacking, count, ContactFilter(missing=(gap,)))
        for gap, lacking in zip(ContactGap, found, strict=False)
    ]
    doubts = [
        Line(CONTACT_DOUBT_WORDS[doubt], doubtful, count, ContactFilter(doubt=(doubt,)))
        for doubt, doubtful in zip(ContactDoubt, found[len(ContactGap) :], strict=True)
    ]
    return gaps, doubts


def _far_out(user: User) -> list[Line]:
    """The deals whose amount is far above the others'."""
    amounts = Deal.visible_to(user).where(Deal.base_amount > 0).with_only_columns(Deal.base_amount)
    count = db.session.scalar(select(func.count()).select_from(amounts.subquery())) or 0
    if count < FEWEST_DEALS:
        return []
    middle = db.session.scalar(amounts.order_by(Deal.base_amount).offset(count // 2).limit(1))
    limit = Amounts(f"{Decimal(middle or 0) * FAR_OUT}..")
    above = amounts.where(*limit.of(Deal.base_amount)).subquery()
    far = db.session.scalar(select(func.count()).select_from(above)) or 0
    return [Line(FAR_OUT_WORDS, far, count, DealFilter(status=DealStatus.ALL, amount=limit))]


def _people(ids: Sequence[int | None]) -> dict[int | None, User]:
    found = select(User).where(User.id.in_([id for id in ids if id])).options(joinedload(User.team))
    return {person.id: person for person in db.session.scalars(found)}


def _counted(chosen: Any, conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    """How many there are, and of how many each of ``conditions`` is so."""
    columns = (func.count(), *map(_count_of, conditions))
    return list(db.session.execute(chosen.with_only_columns(*columns)).one())


def _count_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
