"""Why deals are lost, and to whom: of those that were lost in the period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import case, func

from crm.base import money_sum
from crm.extensions import db
from crm.filters.columns import Kind, words
from crm.filters.deals import DealStatus
from crm.filters.deals.behind import DealGap
from crm.filters.reports import DealReportFilter
from crm.models import Deal, Option, OptionList, Outcome, User
from crm.models.deal.competitor import folded_name
from crm.queries.reports import ways
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row, added_up, share
from crm.queries.reports.report import Note, Report, Table
from crm.queries.reports.ways import Group, Way
from crm.wording.fields import FIELDS

MEASURES = (
    Measure(_l("Lost"), of=Of.COUNT),
    Measure(_l("Share of lost"), Kind.PERCENT),
    Measure(_l("Lost amount"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Share of lost amount"), Kind.PERCENT),
)
LOST, SHARE = 0, 1


class Lost(NamedTuple):
    """How many were lost, for how much, and of how many no amount is known."""

    deals: int = 0
    amount: Decimal = Decimal(0)
    unknown: int = 0


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each group with lost deals, the largest first."""
    way = REPORT.way(filter)
    lost = filter.deals(status=DealStatus.LOST, closed=filter.period)
    key = way.column(filter, user).label("key")
    found: dict[Any, Lost] = {
        value: Lost(*sums)
        for value, *sums in db.session.execute(
            lost.narrow(user)
            .join(Deal.outcome)
            .with_only_columns(
                key, func.count(), money_sum(Deal.base_amount),
                func.sum(case((Deal.base_amount.is_(None), 1), else_=0)),
            )
            .group_by(key)
        )
    }  # fmt: skip
    whole = added_up(found.values(), Lost())
    rows = []
    for group in way.groups(filter, user, found):
        here = added_up(group.of(found), Lost())
        behind = lost.changed(**group.narrowed)
        rows.append(Row(group.key, group.label, (
            Figure(here.deals, behind), Figure(share(here.deals, whole.deals), behind),
            Figure(here.amount, behind), Figure(share(here.amount, whole.amount), behind),
        )))  # fmt: skip
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[LOST].value or 0, reverse=True)
    all_of_it = [Figure(share(part, part), lost) for part in (whole.deals, whole.amount)]
    total = Row("", _("Total"), (
        Figure(whole.deals, lost), all_of_it[0], Figure(whole.amount, lost), all_of_it[1],
    ))  # fmt: skip
    notes = way.notes()
    if whole.unknown:
        notes.append(Note(
            ngettext("%(num)d of the lost deals has no amount: it counts, its value does not.",
                     "%(num)d of the lost deals have no amount: they count, their value does not.",
                     whole.unknown),
            lost.changed(missing=(DealGap.AMOUNT,)),
        ))  # fmt: skip
    return Table(str(way.title), MEASURES, rows, total, notes)


def _reasons(_filter: DealReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
    found = set(ids)
    groups = [
        Group(str(option.id), words(option), frozenset({option.id}), {"reason": (option.id,)})
        for option in Option.known(OptionList.LOST_REASON)
        if option.id in found
    ]
    if None in found:
        nothing = {"missing": (DealGap.REASON,)}
        groups.append(Group("", _("No reason given"), frozenset({None}), nothing))
    return groups


def _competitors(_filter: DealReportFilter, _user: User, names: Iterable[Any]) -> list[Group]:
    spelt: dict[str, set[str]] = defaultdict(set)
    nobody = set()
    for name in names:
        if name:
            spelt[folded_name(name)].add(name)
        else:
            nobody.add(name)
    groups = []
    for key in sorted(spelt):
        name = min(spelt[key], key=lambda each: (len(each), each))
        groups.append(Group(key, name, frozenset(spelt[key]), {"competitor": name}))
    if nobody:
        nothing = {"missing": (DealGap.COMPETITOR,)}
        groups.append(Group("", _("No competitor named"), frozenset(nobody), nothing))
    return groups


def draw(table: Table) -> Drawing:
    """A bar for each row, as long as so many were lost."""
    scale = scaled(row.figures[LOST].value for row in table.rows)
    bars = []
    for row in table.rows:
        lost, rate = row.figures[LOST], row.figures[SHARE]
        if lost.value:
            before = scale(row.before[LOST].value) if row.before else None
            bars.append(Bar(
                row.label,
                _("%(count)s, %(rate)s", count=MEASURES[LOST].words(lost.value),
                  rate=MEASURES[SHARE].words(rate.value)),
                [Part(scale(lost.value))], lost.list,
                mark=min(before, Decimal(100)) if before is not None else None,
            ))  # fmt: skip
    says = _("A bar for each row, as long as so many deals were lost.")
    return Drawing(_("Lost deals"), says, bars)


REASON = Way("reason", _l("Reason for losing"), lambda *_of: Outcome.reason_id, _reasons)
COMPETITOR = Way(
    "competitor", FIELDS["competitor"], lambda *_of: Outcome.competitor, _competitors,
    says=_l("A competitor is the one that the deal was lost to, as it was named then; names that "
            "differ in case, width, spaces or punctuation alone are one."),
)  # fmt: skip
REPORT = Report(
    "losses",
    "circle-x",
    _l("Why do we lose, and to whom?"),
    _l("Of the deals lost in the period: how many, for how much, and what share of all that were "
       "lost. Amounts that are not known count as nothing. Deals that were opened again are open."),
    read,
    draw,
    ways=(REASON, COMPETITOR, ways.OWNER, ways.TEAM, ways.SOURCE, ways.PRODUCT),
)  # fmt: skip
