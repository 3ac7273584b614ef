"""Today: what is to be done now, by the person who looks, and how their people stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.models import (
    Advance,
    ApprovalAssignment,
    Deal,
    Event,
    ExpenseClaim,
    PoolWarning,
    Role,
    User,
)
from crm.queries.announcements import Noticed, pinned_for
from crm.queries.approvals.facts import Asked, asked_of_all
from crm.queries.few import Few
from crm.queries.health import Check, troubles
from crm.queries.telephones import Telephone, telephones
from crm.queries.today import deals, money, news
from crm.queries.today.customers import Birthday, Cold, birthdays_of, cold_of, leaving_of
from crm.queries.today.deals import Stuck
from crm.queries.today.figures import Figure, figures_of
from crm.queries.today.length import SHOWN
from crm.queries.today.tasks import Tasks, tasks_of
from crm.queries.today.team import Member, team_of

SELLING = {Role.REP, Role.MANAGER}
LEADING = {Role.MANAGER, Role.ADMINISTRATOR, Role.READER}


@dataclass(frozen=True)
class Today:
    """Who has several roles finds the work of each. What is not theirs is empty."""

    figures: Sequence[Figure]
    troubles: Sequence[Check]
    announcements: Sequence[Noticed]
    team: Sequence[Member]
    tasks: Tasks
    approvals: Few[Asked]
    to_pay: Few[ExpenseClaim]
    to_hand_out: Few[Advance]
    undecided: Few[ExpenseClaim]
    stuck: Few[Stuck]
    cold: Few[Cold]
    # What goes to the public pool unless somebody gets in touch.
    leaving: Few[PoolWarning]
    closing: Few[Deal]
    birthdays: Sequence[Birthday]
    news: Sequence[Event]
    # By customer of a line above, whom to ring.
    telephones: dict[int, Telephone]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing at all waits."""
        waiting = (self.approvals, self.to_pay, self.to_hand_out, self.undecided, self.stuck,
                   self.cold, self.leaving)  # fmt: skip
        return not (self.tasks.total or any(lines.total for lines in waiting) or self.troubles)


def today_of(user: User) -> Today:
    """Read everything for ``user``: a fixed number of questions, however much waits."""
    sells, leads = bool(user.roles & SELLING), bool(user.roles & LEADING)
    pays = user.has_role(Role.FINANCE)
    tasks, cold = tasks_of(user), cold_of(user) if sells else Few.none()
    leaving = leaving_of(user) if sells else Few.none()
    customers = [each.customer.id for each in (*cold.rows, *leaving.rows)]
    customers += [task.customer_id for task in (*tasks.overdue, *tasks.due) if task.customer_id]
    return Today(
        figures=figures_of(user, tasks, sells=sells, leads=leads, pays=pays),
        troubles=troubles() if user.is_administrator else [],
        announcements=pinned_for(user),
        team=team_of(user) if leads else [],
        tasks=tasks,
        approvals=_approvals_of(user),
        to_pay=money.to_pay(user) if pays else Few.none(),
        to_hand_out=money.to_hand_out(user) if pays else Few.none(),
        undecided=money.undecided(user) if pays else Few.none(),
        stuck=deals.stuck_of(user, leads=leads) if sells or leads else Few.none(),
        cold=cold,
        leaving=leaving,
        closing=deals.closing_of(user, leads=leads) if sells or leads else Few.none(),
        birthdays=birthdays_of(user) if sells else [],
        news=news.since_yesterday(user, leads=leads) if sells or leads else [],
        telephones=telephones(customers, user) if customers else {},
    )


def _approvals_of(user: User) -> Few[Asked]:
    waiting = Few.of(ApprovalAssignment.waiting_for(user), shown=SHOWN)
    return Few(asked_of_all(waiting.rows), waiting.total)
