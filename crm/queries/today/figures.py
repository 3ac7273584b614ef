"""The strip of figures above the work: how much, compared with what, and where to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, case, func, select, type_coerce

from crm import clock
from crm.base import Money
from crm.extensions import db
from crm.formatting import ago, number, whole_money
from crm.models import ClaimState, Company, Deal, ExpenseClaim, Outcome, OutcomeKind, User
from crm.queries.today.tasks import Tasks


@dataclass(frozen=True)
class Figure:
    """One cell: ``share`` is drawn as a bar, in percent of what the note compares it with."""

    label: str
    value: str
    note: str
    list: str  # what it is counted from, and narrowed to what
    args: dict[str, Any]
    share: int | None = None
    is_late: bool = False


def figures_of(
    user: User, tasks: Tasks, *, sells: bool, leads: bool, pays: bool
) -> Sequence[Figure]:
    """The figures that ``user`` lives by."""
    figures: list[Figure] = []
    if sells or leads:
        figures += _of_deals(user, leads=leads)
    if sells and not leads:
        figures.append(_own_claims(user))
    if pays:
        figures += _of_claims(user)
    if tasks.total or sells or pays:
        figures.append(_of_tasks(tasks))
    return figures


def _of_tasks(tasks: Tasks) -> Figure:
    late = ngettext("%(num)d overdue", "%(num)d overdue", tasks.overdue_total)
    return Figure(
        _("Tasks by today"), number(tasks.total), late if tasks.overdue_total else "",
        "tasks.index", {}, is_late=tasks.overdue_total > 0,
    )  # fmt: skip


def _of_deals(user: User, *, leads: bool) -> Iterator[Figure]:
    whose: dict[str, Any] = {} if leads else {"owner": user.id}
    today = Company.current().today()
    deals = Deal.visible_to(user)
    if not leads:
        deals = deals.where(Deal.owner_id == user.id)
    count, amount, soon = db.session.execute(
        deals.where(Deal.closed_at.is_(None)).with_only_columns(
            func.count(), _sum(Deal.base_amount),
            _sum(case((Deal.expected_close < _next_month(today), Deal.base_amount))),
        )
    ).one()  # fmt: skip
    yield Figure(_("Open deals"), whole_money(amount), _deals(count), "deals.index", whose)
    yield Figure(
        _("Expected this month"), whole_money(soon), _("of the open deals"),
        "deals.index", {"sort": "expected", **whose}, _percent(soon, amount),
    )  # fmt: skip
    won, before = _won(deals, today)
    yield Figure(
        _("Won this month"), whole_money(won),
        _("last month %(amount)s", amount=whole_money(before)),
        "deals.index", {"status": "won", **whose}, _percent(won, before),
    )  # fmt: skip


def _won(deals: Select[Any], today: date) -> tuple[Decimal, Decimal]:
    """What was won this month, and in the whole month before."""
    zone = Company.current().timezone
    this = clock.start_of(today.replace(day=1), zone)
    last = clock.start_of((today.replace(day=1) - timedelta(days=1)).replace(day=1), zone)
    row = db.session.execute(
        deals.join(Deal.outcome)
        .where(Outcome.kind == OutcomeKind.WON, Outcome.at >= last)
        .with_only_columns(
            _sum(case((Outcome.at >= this, Deal.base_amount))),
            _sum(case((Outcome.at < this, Deal.base_amount))),
        )
    ).one()
    return row[0], row[1]


def _own_claims(user: User) -> Figure:
    count, amount = db.session.execute(
        select(func.count(), _sum(ExpenseClaim.base_amount)).where(
            ExpenseClaim.claimant_id == user.id, ExpenseClaim.state == ClaimState.SUBMITTED,
            ExpenseClaim.trashed_at.is_(None),
        )
    ).one()  # fmt: skip
    return Figure(
        _("My claims waiting"), whole_money(amount), _claims(count),
        "claims.index", {"state": ClaimState.SUBMITTED.value, "claimant": user.id},
    )  # fmt: skip


def _of_claims(user: User) -> Iterator[Figure]:
    states = (ClaimState.APPROVED, ClaimState.SUBMITTED)
    rows = {
        state: values
        for state, *values in db.session.execute(
            ExpenseClaim.visible_to(user)
            .where(ExpenseClaim.state.in_(states))
            .with_only_columns(
                ExpenseClaim.state, func.count(), _sum(ExpenseClaim.base_amount),
                func.min(ExpenseClaim.updated_at),
            )
            .group_by(ExpenseClaim.state)
        )
    }  # fmt: skip
    for state, label in zip(states, (_("To pay"), _("Waiting for approval")), strict=True):
        count, amount, oldest = rows.get(state, (0, Decimal(0), None))
        note = _claims(count)
        if oldest:
            note = _("%(claims)s, the oldest %(when)s", claims=note, when=ago(oldest))
        yield Figure(label, whole_money(amount), note, "claims.index", {"state": state.value})


def _next_month(today: date) -> date:
    return (today.replace(day=28) + timedelta(days=4)).replace(day=1)


def _percent(part: Decimal, whole: Decimal) -> int:
    return min(100, round(100 * part / whole)) if whole else 0


def _deals(count: int) -> str:
    return ngettext("%(num)d deal", "%(num)d deals", count)


def _claims(count: int) -> str:
    return ngettext("%(num)d claim", "%(num)d claims", count)


def _sum(amount: Any) -> Any:
    return type_coerce(func.coalesce(func.sum(amount), 0), Money)
