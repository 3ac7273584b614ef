"""How long each takes to decide on documents of a kind, and what waits for them now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.filters.advances import AdvanceFilter
from crm.filters.columns import Kind
from crm.filters.documents import DocumentFilter
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.reports import ApprovalReportFilter
from crm.models import ApprovalAssignment, ApprovalRequest, User
from crm.queries.reports import ways
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row, middle, ninetieth
from crm.queries.reports.report import Report, Table, Topic

DAY = timedelta(days=1)
MEASURES = (
    Measure(_l("Median days"), Kind.DAYS),
    Measure(_l("90% within days"), Kind.DAYS),
    Measure(_l("Waiting now"), of=Of.COUNT, is_now=True),
    Measure(_l("Longest waiting, days"), Kind.DAYS, is_now=True),
)
DECIDED, MEDIAN, WAITING = 0, 1, 3


class Given(NamedTuple):
    """A kind of documents: their list, what those who decide them are called, and the measure."""

    list: type[DocumentFilter]
    approver: Any  # lazy, in the reader's language
    decided: Measure


# Of every kind in ``approval.DOCUMENTS``.
KINDS: dict[str, Given] = {
    "expense_claim": Given(
        ExpenseClaimFilter, _l("Approver of claims"), Measure(_l("Claims decided"), of=Of.COUNT)
    ),
    "advance": Given(
        AdvanceFilter, _l("Approver of advances"), Measure(_l("Advances decided"), of=Of.COUNT)
    ),
}


@dataclass
class Decided:
    """What an approver decided, how long each decision took, and what they are asked now."""

    documents: set[int] = field(default_factory=set)
    days: list[Decimal] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)
    since: datetime | None = None

    @property
    def waits(self) -> Decimal | None:
        """For how many days the oldest has been waiting."""
        return Decimal((clock.now() - self.since) / DAY) if self.since else None


def read(filter: ApprovalReportFilter, user: User) -> Table:
    """A row for each approver, who takes longest first."""
    way = REPORT.way(filter)
    kind = KINDS[way.name]
    of_kind = _of_kind(filter, kind, user)
    found: dict[int, Decided] = {}
    for approver, document, asked, decided in _decisions(filter, of_kind):
        theirs = found.setdefault(approver, Decided())
        theirs.documents.add(document)
        theirs.days.append(Decimal((decided - asked) / DAY))
    for approver, document, asked in _asked(of_kind):
        theirs = found.setdefault(approver, Decided())
        theirs.waiting.add(document)
        theirs.since = min(theirs.since or asked, asked)
    rows = [
        Row(group.key, group.label, _figures(filter, kind, found[int(group.key)], group.narrowed))
        for group in way.groups(filter, user, found)
    ]
    rows.sort(key=lambda row: row.figures[MEDIAN].value or 0, reverse=True)
    total = Row("", _("Total"), _figures(filter, kind, _together(found.values()), {}))
    return Table(str(way.title), (kind.decided, *MEASURES), rows, total)


def _figures(
    filter: ApprovalReportFilter, kind: Given, decided: Decided, narrowed: Any
) -> tuple[Figure, ...]:
    behind = filter.documents(kind.list, **narrowed)
    done, waiting = behind.changed(decided=filter.period), behind.changed(asked=True)
    return (
        Figure(len(decided.documents), done), Figure(middle(decided.days), done),
        Figure(ninetieth(decided.days), done), Figure(len(decided.waiting), waiting),
        Figure(decided.waits, waiting),
    )  # fmt: skip


def _together(found: Iterable[Decided]) -> Decided:
    whole = Decided()
    for each in found:
        whole.documents |= each.documents
        whole.days += each.days
        whole.waiting |= each.waiting
        if each.since:
            whole.since = min(whole.since or each.since, each.since)
    return whole


def _decisions(filter: ApprovalReportFilter, of_kind: Any) -> Any:
    """Who decided which document in the period, when they were asked, and when they decided."""
    days = filter.period.of_moment(ApprovalAssignment.decided_at)
    return db.session.execute(
        select(
            ApprovalAssignment.approver_id, ApprovalRequest.document_id,
            ApprovalAssignment.asked_at, ApprovalAssignment.decided_at,
        )
        .join(ApprovalAssignment.request)
        .where(ApprovalAssignment.decided_at.is_not(None), *days, *of_kind)
    )  # fmt: skip


def _asked(of_kind: Any) -> Any:
    """Who is asked about which document now, and since when."""
    asked = ApprovalAssignment.open().order_by(None).where(*of_kind)
    return db.session.execute(asked.with_only_columns(
        ApprovalAssignment.approver_id, ApprovalRequest.document_id, ApprovalAssignment.asked_at,
    ))  # fmt: skip


def _of_kind(filter: ApprovalReportFilter, kind: Given, user: User) -> list[Any]:
    """That it is about documents of this kind that ``user`` sees and the report is of."""
    model = kind.list.MODEL
    seen = filter.documents(kind.list).narrow(user).with_only_columns(model.id)
    return [ApprovalRequest.document_kind == model.KIND, ApprovalRequest.document_id.in_(seen)]


def draw(table: Table) -> Drawing:
    """A bar for each approver, as long as the median of their days."""
    scale = scaled(row.figures[MEDIAN].value for row in table.rows)
    bars = []
    for row in table.rows:
        median, decided, waiting = (row.figures[at] for at in (MEDIAN, DECIDED, WAITING))
        if median.value is not None:
            says = _("%(days)s days, %(decided)s decided, %(waiting)s waiting",
                     days=table.measures[MEDIAN].words(median.value),
                     decided=table.measures[DECIDED].words(decided.value),
                     waiting=table.measures[WAITING].words(waiting.value))  # fmt: skip
            bars.append(Bar(row.label, says, [Part(scale(median.value))], decided.list))
    says = _("A bar for each approver, as long as the median of the days they took to decide.")
    return Drawing(_("Median days"), says, bars)


WAYS = tuple(
    replace(ways.people("approver", kind.approver, ApprovalAssignment.approver_id), name=name)
    for name, kind in KINDS.items()
)
REPORT = Report(
    "approving",
    "hourglass",
    _l("How long do claims and advances wait for each approver, and what waits now?"),
    _l("Of the decisions on claims, or on advances, in the period: the days from the moment in "
       "which somebody was asked to their decision. What was handed on, or settled by others, is "
       "no decision. Waiting now: what the approver is asked about today."),
    read,
    draw,
    WAYS,
    filter=ApprovalReportFilter,
    topic=Topic.COSTS,
)  # fmt: skip
