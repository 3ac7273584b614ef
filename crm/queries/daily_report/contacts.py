"""With whom each rep was in touch, by kind, and what of it was entered late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, case, func, select

from crm.extensions import db
from crm.filters.activities import ActivityFilter, was_late
from crm.filters.days import Days
from crm.models import Activity, Customer, Option, OptionList, User
from crm.queries.daily_report.figures import (
    NAMED,
    Counted,
    Lists,
    Named,
    on_working_days_before,
    usual,
)
from crm.reported_days import ReportedDays

# Of these it is worth knowing that there were none.
ALWAYS_TOLD = ("visit", "call")


@dataclass(frozen=True)
class Contacts:
    """All of a rep's, by kind, and those that were entered later than on their day."""

    total: Counted = field(default_factory=Counted)
    kinds: Sequence[tuple[Option, Counted]] = ()
    late: Counted = field(default_factory=Counted)


@dataclass(frozen=True)
class ContactLists:
    """What stands behind the figures of all reps."""

    total: Lists
    kinds: Sequence[tuple[Option, Lists]]
    late: Lists

    @classmethod
    def on(cls, here: Days) -> ContactLists:
        theirs = ActivityFilter(on=here)
        kinds = [
            (kind, Lists(theirs.changed(kind=(kind.id,)), "owner"))
            for kind in Option.known(OptionList.ACTIVITY_KIND)
        ]
        return cls(Lists(theirs, "owner"), kinds, Lists(ActivityFilter(late=here), "owner"))


@dataclass
class Found:
    """What the database found of one rep and kind."""

    count: int = 0
    late: int = 0
    customers: int = 0
    # The first ones, and how often.
    first: list[tuple[int, int]] = field(default_factory=list)


def contacts_of(
    days: ReportedDays, here: Days, ids: Sequence[int], user: User
) -> Mapping[int, Contacts]:
    """By rep: three queries, and one for the kinds that there are."""
    found, before = _found(here, ids, user), _before(days, ids, user)
    names = _names(found)
    lists = ContactLists.on(here)
    return {id: _contacts(days, lists, id, found[id], before[id], names) for id in ids}


def _contacts(
    days: ReportedDays, lists: ContactLists, id: int,
    found: Mapping[int, Found], before: Mapping[int, int], names: Mapping[int, str],
) -> Contacts:  # fmt: skip
    told = []
    for kind, of_kind in lists.kinds:
        one = found.get(kind.id, Found())
        if one.count or kind.code in ALWAYS_TOLD:
            told.append((kind, Counted(
                one.count, of_kind.of(id),
                [Named(names[whom], note=f"×{times}" if times > 1 else "")
                 for whom, times in one.first],
                one.customers,
                usual(days, before.get(kind.id, 0)),
            )))  # fmt: skip
    total = sum(one.count for one in found.values())
    late = sum(one.late for one in found.values())
    return Contacts(
        Counted(total, lists.total.of(id), usual=usual(days, sum(before.values()))), told,
        Counted(late, lists.late.of(id)),
    )  # fmt: skip


def _of(ids: Sequence[int], user: User) -> Select[Any]:
    return Activity.visible_to(user).where(Activity.by_id.in_(ids))


def _found(here: Days, ids: Sequence[int], user: User) -> dict[int, dict[int, Found]]:
    """By rep and kind; of the customers the first ones by name.

    They are put together here: for a busy day of a large firm a database that ranks them, by
    window functions, works three times as long.
    """
    one = Activity.by_id, Activity.kind_id, Activity.customer_id
    rows = db.session.execute(
        _of(ids, user)
        .where(*here.of_moment(Activity.happened_at))
        .with_only_columns(*one, func.count(), func.sum(case((was_late(here), 1), else_=0)))
        .group_by(*one)
        .order_by(func.min(Activity.happened_at), Activity.customer_id)
    )
    found: dict[int, dict[int, Found]] = defaultdict(lambda: defaultdict(Found))
    for by_id, kind_id, customer_id, times, late in rows:
        of_kind = found[by_id][kind_id]
        of_kind.count += times
        of_kind.late += late
        of_kind.customers += 1
        if len(of_kind.first) < NAMED:
            of_kind.first.append((customer_id, times))
    return found


def _names(found: Mapping[int, Mapping[int, Found]]) -> dict[int, str]:
    """What the customers are called that are named."""
    ids = {id for kinds in found.values() for of_kind in kinds.values() for id, _ in of_kind.first}
    return dict(
        db.session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(ids))).all()
    )


def _before(days: ReportedDays, ids: Sequence[int], user: User) -> dict[int, dict[int, int]]:
    """How many there were in the weeks before, by rep and kind."""
    who = Activity.by_id, Activity.kind_id
    rows = db.session.execute(
        _of(ids, user)
        .where(on_working_days_before(days, Activity.happened_at))
        .with_only_columns(*who, func.count())
        .group_by(*who)
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for by_id, kind_id, count in rows:
        found[by_id][kind_id] = count
    return found
