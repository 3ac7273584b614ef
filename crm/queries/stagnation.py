"""What stands still, and who is told of it in the morning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from crm.extensions import db
from crm.filters.deals.behind import superiors
from crm.filters.deals.stagnation import stuck
from crm.models import Company, Deal, Notification, NotificationKind, Role, Task, User, UserRole
from crm.queries.beside import last_contacts, next_tasks
from crm.queries.few import Few

# How many deals of one person a mail names; the others are one link away.
SHOWN = 20


@dataclass(frozen=True)
class StuckDeal:
    """A deal that stands still, when it was last spoken about, and what is to be done next."""

    deal: Deal
    last_contact: datetime | None
    next_task: Task | None


@dataclass(frozen=True)
class StuckOf:
    """What stands still of one person, the worst first."""

    owner: User
    deals: Few[StuckDeal]


@dataclass(frozen=True)
class Morning:
    """What somebody is told: of their own deals, and of those of the people they lead."""

    own: Few[StuckDeal]
    team: Sequence[StuckOf]

    @property
    def total(self) -> int:
        return self.own.total + sum(each.deals.total for each in self.team)


def tell_of_stuck_deals() -> None:
    """Write a mail to each whom deals that stand still concern; none where nothing does.

    The worker runs this every morning. What the mail says is read when it is sent.
    """
    day = Company.current().today().toordinal()
    for reader in db.session.scalars(User.active().where(User.id.in_(_readers()))):
        Notification.tell(reader, NotificationKind.STUCK_DEALS, reader, cause=f"day {day}", day=day)


def morning_of(reader: User) -> Morning:
    """What ``reader`` is told now, of what they may see: a fixed number of queries."""
    led = [id for id, above in _told_of().items() if reader.id in above]
    own = and_(Deal.owner_id == reader.id, stuck())
    theirs = and_(Deal.owner_id.in_(led), Deal.owner_id != reader.id, _told_above())
    found = _standing(or_(own, theirs), reader)
    mine = next((each.deals for each in found if each.owner.id == reader.id), Few.none())
    return Morning(mine, [each for each in found if each.owner.id != reader.id])


def _readers() -> set[int]:
    """The ids of the owners of what stands still, and of the superiors who are told of it."""
    standing = select(Deal.owner_id).where(Deal.trashed_at.is_(None))
    owners = db.session.scalars(standing.where(stuck()).distinct()).all()
    reported = db.session.scalars(standing.where(_told_above()).distinct()).all()
    told_of = _told_of()
    return set(owners).union(*(told_of[id] for id in reported))


def _told_of() -> dict[int, set[int]]:
    """By the id of each user who is told of their deals beside them: the superior.

    What somebody has left who had none would be nobody's: administrators are told of it.
    """
    administrators = set(db.session.scalars(
        select(UserRole.user_id).where(UserRole.role == Role.ADMINISTRATOR)
    ))  # fmt: skip
    left = set(db.session.scalars(select(User.id).where(User.deactivated_at.is_not(None))))
    return {
        id: {superior} if superior else administrators if id in left else set()
        for id, superior in superiors().items()
    }


def _told_above() -> ColumnElement[bool]:
    """An alarm is for the superior, too; of whoever has left they alone are told, of everything."""
    left = select(User.id).where(User.deactivated_at.is_not(None))
    return or_(stuck(alarm=True), and_(stuck(), Deal.owner_id.in_(left)))


def _standing(which: ColumnElement[bool], reader: User) -> list[StuckOf]:
    """By owner, whose name comes first first: the worst of the deals, and how many there are."""
    worst = case((stuck(alarm=True), 0), else_=1), Deal.stage_since, Deal.id
    ranked = (
        Deal.visible_to(reader)
        .where(which)
        .with_only_columns(
            Deal.id,
            func.row_number().over(partition_by=Deal.owner_id, order_by=worst).label("place"),
            func.count().over(partition_by=Deal.owner_id).label("total"),
        )
        .subquery()
    )
    rows = db.session.execute(
        select(Deal, ranked.c.total)
        .join(ranked, ranked.c.id == Deal.id)
        .join(Deal.owner)
        .where(ranked.c.place <= SHOWN)
        .order_by(User.sort_name, User.id, ranked.c.place)
        .options(*Deal.for_list())
    ).all()
    ids = [deal.id for deal, _ in rows]
    contacts, tasks = last_contacts(ids, reader), next_tasks(ids, reader)
    found = []
    for owner, of_owner in groupby(rows, key=lambda row: row[0].owner):
        named = list(of_owner)
        deals = [StuckDeal(deal, contacts.get(deal.id), tasks.get(deal.id)) for deal, _ in named]
        found.append(StuckOf(owner, Few(deals, named[0][1])))
    return found
