"""What each rep did on a day, in a week or in a month: drawn from records, typed by nobody.

A fixed number of queries, however many reps there are. What counts for whom stands in
docs/metrics.md; every figure is the length of the list behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from crm.extensions import db
from crm.filters.days import Days
from crm.formatting import label
from crm.models import DailyReportComment, User
from crm.queries.daily_report.contacts import Contacts, contacts_of
from crm.queries.daily_report.figures import Counted
from crm.queries.daily_report.steps import Steps, steps_of
from crm.queries.daily_report.work import Work, work_of
from crm.queries.people import sellers
from crm.reported_days import ReportedDays

__all__ = ["Counted", "DailyReport", "RepRow", "daily_report"]


@dataclass(frozen=True)
class RepRow:
    """What one rep did."""

    rep: User
    contacts: Contacts
    steps: Steps
    work: Work
    comments: Sequence[DailyReportComment] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing that they did was recorded."""
        return not (self.contacts.total.count or self.steps.count or self.work.count)

    @property
    def told(self) -> list[tuple[str, Counted]]:
        """What there is to tell, a line for each: what a mail has room for."""
        steps, work = self.steps, self.work
        lines = [
            *((label(kind), counted) for kind, counted in self.contacts.kinds),
            (_("Entered late"), self.contacts.late), (_("New customers"), work.customers),
            (_("New deals"), steps.new), (_("Moved"), steps.moved), (_("Won"), steps.won),
            (_("Lost"), steps.lost), (_("Tasks done"), work.done), (_("Overdue"), work.overdue),
            (_("Expense claims"), work.claims),
        ]  # fmt: skip
        return [(words, counted) for words, counted in lines if counted.count]


@dataclass(frozen=True)
class DailyReport:
    """A row for each rep whom the reader leads or sees; empty days first."""

    days: ReportedDays
    rows: list[RepRow]

    @property
    def empty(self) -> list[RepRow]:
        return [row for row in self.rows if row.is_empty]

    @property
    def busy(self) -> list[RepRow]:
        return [row for row in self.rows if not row.is_empty]

    @property
    def contacts(self) -> int:
        return sum(row.contacts.total.count for row in self.rows)

    @property
    def customers(self) -> int:
        return sum(row.work.customers.count for row in self.rows)

    @property
    def won(self) -> Decimal:
        return sum((row.steps.won.amount for row in self.rows), Decimal(0))


def daily_report(days: ReportedDays, user: User) -> DailyReport:
    """The report of ``days``, of the reps whom ``user`` sees and of what ``user`` sees of them."""
    here = Days.between(days.first, days.last)
    reps = list(db.session.scalars(sellers(user, since=days.first)))
    ids = [rep.id for rep in reps]
    contacts = contacts_of(days, here, ids, user)
    steps = steps_of(here, ids, user)
    work = work_of(days, here, ids, user)
    said = _said(days)
    rows = [
        RepRow(rep, contacts[rep.id], steps[rep.id], work[rep.id], said[rep.id]) for rep in reps
    ]
    return DailyReport(days, sorted(rows, key=lambda row: not row.is_empty))


def _said(days: ReportedDays) -> dict[int, list[DailyReportComment]]:
    """What was said about these days, by the rep it is about: who sees a row sees its thread."""
    found: dict[int, list[DailyReportComment]] = defaultdict(list)
    for comment in db.session.scalars(DailyReportComment.on(days)):
        found[comment.rep_id].append(comment)
    return found
