"""Which customers each rep entered, which tasks they did and left lying, which claims came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Select, func

from crm.base import money_sum
from crm.extensions import db
from crm.filters.customers import CustomerFilter, entered_by
from crm.filters.days import Days
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.tasks import TaskFilter, TaskState
from crm.models import Company, Customer, Event, ExpenseClaim, Task, User
from crm.queries.daily_report.figures import (
    NAMED,
    Counted,
    Lists,
    Named,
    by_person,
    on_working_days_before,
    usual,
)
from crm.reported_days import ReportedDays


@dataclass(frozen=True)
class Work:
    """A rep's new customers, tasks and claims."""

    customers: Counted = field(default_factory=Counted)
    done: Counted = field(default_factory=Counted)
    overdue: Counted = field(default_factory=Counted)
    claims: Counted = field(default_factory=Counted)

    @property
    def count(self) -> int:
        """How much was done; what was left lying is nothing that was done."""
        return self.customers.count + self.done.count + self.claims.count


def work_of(days: ReportedDays, here: Days, ids: Sequence[int], user: User) -> Mapping[int, Work]:
    """By rep, in six queries."""
    customers, done = _customers(days, here, ids, user), _done(days, here, ids, user)
    overdue, claims = _overdue(days, ids, user), _claims(here, ids, user)
    return {id: Work(customers[id], done[id], overdue[id], claims[id]) for id in ids}


def _customers(
    days: ReportedDays, here: Days, ids: Sequence[int], user: User
) -> dict[int, Counted]:
    """Who entered them counts, whoever owns them now."""
    seen = Customer.visible_to(user).join(Event, entered_by()).where(Event.by_id.in_(ids))
    rows = db.session.execute(
        seen.where(*here.of_moment(Customer.created_at))
        .with_only_columns(Event.by_id, Customer.id, Customer.name)
        .order_by(Customer.created_at, Customer.id)
    )
    names: dict[int | None, list[Named]] = defaultdict(list)
    for by, id, name in rows:
        names[by].append(Named(name, id))
    before = by_person(
        seen.where(on_working_days_before(days, Customer.created_at)), Event.by_id, func.count()
    )

    lists = Lists(CustomerFilter(created=here), "creator")

    def counted(id: int) -> Counted:
        (many,) = before.get(id, (0,))
        return Counted(
            len(names[id]), lists.of(id), names[id][:NAMED], usual=usual(days, many),
        )  # fmt: skip

    return {id: counted(id) for id in ids}


def _done(days: ReportedDays, here: Days, ids: Sequence[int], user: User) -> dict[int, Counted]:
    seen = Task.visible_to(user).where(Task.assignee_id.in_(ids))
    done = by_person(seen.where(*here.of_moment(Task.done_at)), Task.assignee_id, func.count())
    before = by_person(
        seen.where(on_working_days_before(days, Task.done_at)), Task.assignee_id, func.count()
    )

    lists = Lists(TaskFilter(state=TaskState.DONE, done=here), "assignee")

    def counted(id: int) -> Counted:
        (many,), (usually,) = done.get(id, (0,)), before.get(id, (0,))
        return Counted(many, lists.of(id), usual=usual(days, usually))

    return {id: counted(id) for id in ids}


def _overdue(days: ReportedDays, ids: Sequence[int], user: User) -> dict[int, Counted]:
    """What was due by the last of the days and is still open now; what is due today is not late."""
    yesterday = Company.current().today() - timedelta(days=1)
    due = Days.between(None, min(days.last, yesterday))
    late = Task.visible_to(user).where(
        Task.assignee_id.in_(ids), Task.done_at.is_(None), *due.of_day(Task.due_on)
    )
    found = by_person(late, Task.assignee_id, func.count())

    lists = Lists(TaskFilter(due=due), "assignee")

    def counted(id: int) -> Counted:
        (many,) = found.get(id, (0,))
        return Counted(many, lists.of(id))

    return {id: counted(id) for id in ids}


def _claims(here: Days, ids: Sequence[int], user: User) -> dict[int, Counted]:
    handed_in: Select[ExpenseClaim] = ExpenseClaimFilter(handed_in=here).narrow(user)
    found = by_person(
        handed_in.where(ExpenseClaim.claimant_id.in_(ids)), ExpenseClaim.claimant_id,
        func.count(), money_sum(ExpenseClaim.base_amount),
    )  # fmt: skip

    lists = Lists(ExpenseClaimFilter(handed_in=here), "claimant")

    def counted(id: int) -> Counted:
        many, amount = found.get(id, (0, Decimal(0)))
        return Counted(many, lists.of(id), amount=amount)

    return {id: counted(id) for id in ids}
