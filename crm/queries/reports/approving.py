"""How long each takes to decide on a claim, and what waits for them now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.reports import ClaimReportFilter
from crm.models import ApprovalAssignment, ApprovalRequest, ExpenseClaim, User
from crm.queries.reports import ways
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row, middle, ninetieth
from crm.queries.reports.report import Report, Table, Topic

DAY = timedelta(days=1)
MEASURES = (
    Measure(_l("Claims decided"), of=Of.COUNT),
    Measure(_l("Median days"), Kind.DAYS),
    Measure(_l("90% within days"), Kind.DAYS),
    Measure(_l("Waiting now"), of=Of.COUNT, is_now=True),
    Measure(_l("Longest waiting, days"), Kind.DAYS, is_now=True),
)
DECIDED, MEDIAN, WAITING = 0, 1, 3


@dataclass
class Decided:
    """What an approver decided, how long each decision took, and what they are asked now."""

    claims: set[int] = field(default_factory=set)
    days: list[Decimal] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)
    since: datetime | None = None

    @property
    def waits(self) -> Decimal | None:
        """For how many days the oldest has been waiting."""
        return Decimal((clock.now() - self.since) / DAY) if self.since else None


def read(filter: ClaimReportFilter, user: User) -> Table:
    """A row for each approver, who takes longest first."""
    found: dict[int, Decided] = {}
    for approver, claim, asked, decided in _decisions(filter, user):
        theirs = found.setdefault(approver, Decided())
        theirs.claims.add(claim)
        theirs.days.append(Decimal((decided - asked) / DAY))
    for approver, claim, asked in _asked(filter, user):
        theirs = found.setdefault(approver, Decided())
        theirs.waiting.add(claim)
        theirs.since = min(theirs.since or asked, asked)
    rows = [
        _row(filter, group.key, group.label, found[int(group.key)], group.narrowed)
        for group in APPROVER.groups(filter, user, found)
    ]
    rows.sort(key=lambda row: row.figures[MEDIAN].value or 0, reverse=True)
    total = _row(filter, "", _("Total"), _together(found.values()), {})
    return Table(str(APPROVER.title), MEASURES, rows, total)


def _row(filter: ClaimReportFilter, key: str, label: str, decided: Decided, narrowed: Any) -> Row:
    claims = filter.claims(**narrowed)
    done, waiting = claims.changed(decided=filter.period), claims.changed(asked=True)
    return Row(key, label, (
        Figure(len(decided.claims), done), Figure(middle(decided.days), done),
        Figure(ninetieth(decided.days), done), Figure(len(decided.waiting), waiting),
        Figure(decided.waits, waiting),
    ))  # fmt: skip


def _together(found: Iterable[Decided]) -> Decided:
    whole = Decided()
    for each in found:
        whole.claims |= each.claims
        whole.days += each.days
        whole.waiting |= each.waiting
        if each.since:
            whole.since = min(whole.since or each.since, each.since)
    return whole


def _decisions(filter: ClaimReportFilter, user: User) -> Any:
    """Who decided which claim in the period, when they were asked, and when they decided."""
    days = filter.period.of_moment(ApprovalAssignment.decided_at)
    return db.session.execute(
        select(
            ApprovalAssignment.approver_id, ApprovalRequest.document_id,
            ApprovalAssignment.asked_at, ApprovalAssignment.decided_at,
        )
        .join(ApprovalAssignment.request)
        .where(ApprovalAssignment.decided_at.is_not(None), *days, *_of_claims(filter, user))
    )  # fmt: skip


def _asked(filter: ClaimReportFilter, user: User) -> Any:
    """Who is asked about which claim now, and since when."""
    asked = ApprovalAssignment.open().order_by(None).where(*_of_claims(filter, user))
    return db.session.execute(asked.with_only_columns(
        ApprovalAssignment.approver_id, ApprovalRequest.document_id, ApprovalAssignment.asked_at,
    ))  # fmt: skip


def _of_claims(filter: ClaimReportFilter, user: User) -> list[Any]:
    seen = filter.claims().narrow(user).with_only_columns(ExpenseClaim.id)
    kind = ApprovalRequest.document_kind == ExpenseClaim.KIND
    return [kind, ApprovalRequest.document_id.in_(seen)]


def draw(table: Table) -> Drawing:
    """A bar for each approver, as long as the median of their days."""
    scale = scaled(row.figures[MEDIAN].value for row in table.rows)
    bars = []
    for row in table.rows:
        median, decided, waiting = (row.figures[at] for at in (MEDIAN, DECIDED, WAITING))
        if median.value is not None:
            says = _("%(days)s days, %(decided)s decided, %(waiting)s waiting",
                     days=MEASURES[MEDIAN].words(median.value),
                     decided=MEASURES[DECIDED].words(decided.value),
                     waiting=MEASURES[WAITING].words(waiting.value))  # fmt: skip
            bars.append(Bar(row.label, says, [Part(scale(median.value))], decided.list))
    says = _("A bar for each approver, as long as the median of the days they took to decide.")
    return Drawing(_("Median days"), says, bars)


APPROVER = ways.people("approver", _l("Approver"), ApprovalAssignment.approver_id)
REPORT = Report(
    "approving",
    "hourglass",
    _l("How long do claims wait for each approver, and what waits now?"),
    _l("Of the decisions on claims in the period: the days from the moment in which somebody was "
       "asked to their decision. What was handed on, or settled by others, is no decision. Waiting "
       "now: claims of which the approver is asked today."),
    read,
    draw,
    filter=ClaimReportFilter,
    topic=Topic.COSTS,
)  # fmt: skip
