"""The strip of figures above the work: how much, compared with what, and where to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, literal, select, union_all

from crm.base import money_sum
from crm.extensions import db
from crm.filters.base import ListFilter
from crm.filters.days import Days
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.facets import Person
from crm.filters.reports import DealReportFilter
from crm.filters.tasks import TaskFilter
from crm.formatting import ago, number, whole_money
from crm.models import (
    ClaimState,
    Company,
    Deal,
    ExpenseClaim,
    Noun,
    Quota,
    Scope,
    Span,
    Term,
    User,
)
from crm.models.quota import Holder
from crm.queries.attainment import Attainments
from crm.queries.quotas import Plan
from crm.queries.today.tasks import Tasks

QUOTA_DAYS = {
    Span.MONTH: (Days("this_month"), _l("Quota this month")),
    Span.QUARTER: (Days("this_quarter"), _l("Quota this quarter")),
    Span.YEAR: (Days("this_year"), _l("Quota this year")),
}


@dataclass(frozen=True)
class Figure:
    """One cell: ``share`` is drawn as a bar, in percent of what the note compares it with."""

    label: str
    value: str
    note: str
    list: ListFilter  # it shows just what is counted
    share: int | None = None
    is_late: bool = False


def figures_of(
    user: User, tasks: Tasks, *, sells: bool, leads: bool, pays: bool
) -> Sequence[Figure]:
    """The figures that ``user`` lives by."""
    figures: list[Figure] = []
    if sells or leads:
        figures += _of_deals(user, leads=leads)
        figures += _of_quota(user, leads=leads)
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
        TaskFilter(due=Days("by_today")), is_late=tasks.overdue_total > 0,
    )  # fmt: skip


def _of_deals(user: User, *, leads: bool) -> Iterator[Figure]:
    open = DealFilter(owner=() if leads else (Person(user.id),))
    soon = replace(open, expected=Days("this_month"), sort="expected")
    won = replace(open, status=DealStatus.WON, closed=Days("this_month"))
    before = replace(won, closed=Days("last_month"))
    counted = _counted([open, soon, won, before], user)
    (count, amount), (_n, expected), (_n, this), (_n, last) = counted
    yield Figure(_("Open deals"), whole_money(amount), _deals(count), open)
    yield Figure(
        _("Expected this month"), whole_money(expected),
        _("of the open deals, overdue ones too"), soon, _percent(expected, amount),
    )  # fmt: skip
    yield Figure(
        _("Won this month"), whole_money(this),
        _("last month %(amount)s", amount=whole_money(last)), won, _percent(this, last),
    )  # fmt: skip


def _of_quota(user: User, *, leads: bool) -> Iterator[Figure]:
    """How much of the quota is won: of the month, else of the quarter or the year that has one."""
    today = Company.current().today()
    if not Quota.is_set_in(today.year):
        return
    holder, plan = _led_by(user) if leads else user, Plan(today.year)
    terms = (Term.around(span, today) for span in QUOTA_DAYS)
    term = next((term for term in terms if plan.amount(holder, term) is not None), None)
    if term is None:
        return
    days, label = QUOTA_DAYS[term.span]
    reached = Attainments(days, user).of(holder)
    # Rounded down: 100 % is a quota that was reached.
    yield Figure(
        str(label), f"{number(int(reached.percent or 0))}%",
        _("%(won)s of %(quota)s", won=whole_money(reached.won),
          quota=whole_money(reached.quota or Decimal(0))),
        DealReportFilter(report="attainment", period=days),
        _percent(reached.won, reached.quota or Decimal(0)),
    )  # fmt: skip


def _led_by(user: User) -> Holder:
    """Whom a manager leads: the team; an administrator the company."""
    sees_all = user.sees(Noun.DEALS) is Scope.ALL
    return Company.current() if sees_all or user.team is None else user.team


def _counted(lists: Sequence[DealFilter], user: User) -> list[tuple[int, Decimal]]:
    """Of each list how many deals it shows, and what they are worth together: one query."""
    each = [
        deals.narrow(user).with_only_columns(
            literal(place), func.count(), money_sum(Deal.base_amount)
        )
        for place, deals in enumerate(lists)
    ]
    rows = sorted(db.session.execute(union_all(*each)))
    return [(count, amount) for _place, count, amount in rows]


def _own_claims(user: User) -> Figure:
    count, amount = db.session.execute(
        select(func.count(), money_sum(ExpenseClaim.base_amount)).where(
            ExpenseClaim.claimant_id == user.id, ExpenseClaim.state == ClaimState.SUBMITTED,
            ExpenseClaim.trashed_at.is_(None),
        )
    ).one()  # fmt: skip
    mine = ExpenseClaimFilter(state=(ClaimState.SUBMITTED,), claimant=(Person(user.id),))
    return Figure(_("My claims waiting"), whole_money(amount), _claims(count), mine)


def _of_claims(user: User) -> Iterator[Figure]:
    states = (ClaimState.APPROVED, ClaimState.SUBMITTED)
    rows = {
        state: values
        for state, *values in db.session.execute(
            ExpenseClaim.visible_to(user)
            .where(ExpenseClaim.state.in_(states))
            .with_only_columns(
                ExpenseClaim.state, func.count(), money_sum(ExpenseClaim.base_amount),
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
        listed = ExpenseClaimFilter(state=(state,))
        yield Figure(label, whole_money(amount), note, listed)


def _percent(part: Decimal, whole: Decimal) -> int:
    return min(100, round(100 * part / whole)) if whole else 0


def _deals(count: int) -> str:
    return ngettext("%(num)d deal", "%(num)d deals", count)


def _claims(count: int) -> str:
    return ngettext("%(num)d claim", "%(num)d claims", count)
