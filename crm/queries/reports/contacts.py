"""How often each was in touch: activities by the stage in which their deal stood at that moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from crm.extensions import db
from crm.filters.activities import NOWHERE, NOWHERE_WORDS, Level, level
from crm.filters.days import Days
from crm.filters.reports import ActivityReportFilter, ReportFilter
from crm.models import Activity, Company, Stage, StageStay, User
from crm.queries.reports import ways
from crm.queries.reports.drawing import Drawing, layered
from crm.queries.reports.figures import Figure, Measure, Of, Row
from crm.queries.reports.report import Report, Table, Topic
from crm.queries.reports.spans import spans_of, within
from crm.queries.reports.ways import Group, Way

TOTAL = Measure(_l("Total"), of=Of.COUNT)
PER_WEEK = Measure(_l("Per week"))
TONES = {"none": "pink", "closed": "orange"}
# Of more weeks than these the rows are months.
MOST_WEEKS = 110
WEEKS = 1_000  # a person and a week are one number: so many times the person's id, and the week's

Levels = Counter[int]  # how many activities there were, by the number of their level


def read(filter: ActivityReportFilter, user: User) -> Table:
    """A row for each group, a column for each stage."""
    way = REPORT.way(filter)
    found = _found(filter, user, way.column(filter, user))
    levels = _levels()
    weeks = _length(filter, user) if way is PERSON else None
    rows = [
        _row(filter, group.key, group.label, together(group.of(found)), levels, group.narrowed,
             weeks)
        for group in way.groups(filter, user, found)
    ]  # fmt: skip
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[len(levels)].value or 0, reverse=True)
    total = _row(filter, "", _("Total"), together(found.values()), levels, {}, weeks)
    measures = [*levels.values(), TOTAL, *([PER_WEEK] if weeks else [])]
    return Table(str(way.title), measures, rows, total, way.notes())


def _row(
    filter: ActivityReportFilter, key: str, label: str, counts: Levels,
    levels: dict[Level, Measure], narrowed: Any, weeks: Decimal | None,
) -> Row:  # fmt: skip
    behind = filter.activities(**{"on": filter.period, **narrowed})
    whole = counts.total()
    figures = [Figure(counts[each.number], behind.changed(level=each)) for each in levels]
    return Row(key, label, (
        *figures, Figure(whole, behind), *([Figure(whole / weeks, behind)] if weeks else []),
    ))  # fmt: skip


def together(found: Iterable[Levels]) -> Levels:
    """Several sums as one."""
    return sum(found, Counter())


def _found(filter: ActivityReportFilter, user: User, by: Any) -> dict[Any, Levels]:
    key, stood = by.label("key"), level().label("stood")
    rows = db.session.execute(
        filter.activities(on=filter.period)
        .narrow(user)
        .with_only_columns(key, stood, func.count())
        .group_by(key, stood)
    )
    found: dict[Any, Levels] = {}
    for value, number, count in rows:
        found.setdefault(value, Counter())[number] = count
    return found


def _levels() -> dict[Level, Measure]:
    """The stages in use of the pipelines that a deal ever stood in; whatever the days are."""
    near = aliased(Stage)
    stood = select(StageStay.id).join(near, near.id == StageStay.stage_id)
    was_used = stood.where(near.pipeline_id == Stage.pipeline_id).exists()
    stages = {
        Level(stage.id): Measure(name, of=Of.COUNT, tone=stage.colour)
        for stage, name in ways.stages_in_order(Stage.retired_at.is_(None), was_used)
    }
    nowhere = {
        Level(name): Measure(NOWHERE_WORDS[name], of=Of.COUNT, tone=TONES[name])
        for name in reversed(NOWHERE)
    }
    return stages | nowhere


def _ends(filter: ReportFilter, user: User) -> tuple[date, date]:
    """The first and the last day; without a first one, that of the first activity that is seen."""
    (first, _end), *_rest = spans = spans_of(filter.period, 1, Activity.happened_at, user)
    today = Company.current().today()
    return first, max(first, min(spans[-1][1], today))


def _length(filter: ReportFilter, user: User) -> Decimal:
    """How many weeks the days are, as far as they are past."""
    first, last = _ends(filter, user)
    return Decimal((last - first).days + 1) / 7


def _weeks(filter: ReportFilter, user: User) -> list[tuple[date, date]]:
    """The weeks, from Monday on, that the days touch, cut to them."""
    first, last = _ends(filter, user)
    if (last - first).days > MOST_WEEKS * 7:
        return spans_of(filter.period, 1, Activity.happened_at, user)
    found, begin = [], first
    while begin <= last:
        end = min(begin + timedelta(days=6 - begin.weekday()), last)
        found.append((begin, end))
        begin = end + timedelta(days=1)
    return found


def week_of(filter: ReportFilter, user: User, moment: Any = Activity.happened_at) -> Any:
    """Which of the weeks of the report a moment lies in, by its number."""
    return within(_weeks(filter, user), moment)


def _by_week(filter: ReportFilter, user: User, _values: Iterable[Any]) -> list[Group]:
    return [
        Group(str(at), first.isoformat(), frozenset({at}), {"on": Days.between(first, last)})
        for at, (first, last) in enumerate(_weeks(filter, user))
    ]


def _by_person_and_week(filter: ReportFilter, user: User, values: Iterable[Any]) -> list[Group]:
    found, weeks = set(values), _by_week(filter, user, ())
    people = ways.OWNER.groups(filter, user, {value // WEEKS for value in found})
    return [
        Group(str(value), f"{person.label} · {week.label}", frozenset({value}),
              {**person.narrowed, **week.narrowed})
        for person in people
        for at, week in enumerate(weeks)
        if (value := int(person.key) * WEEKS + at) in found
    ]  # fmt: skip


def draw(table: Table) -> Drawing:
    """A bar for each row, as long as there were activities, coloured by the stages."""
    whole = next(at for at, measure in enumerate(table.measures) if measure is TOTAL)
    says = _("A bar for each row, as long as there were activities, coloured by the stages then.")
    return layered(table, _("Activities"), says, whole,
                   lambda row: TOTAL.words(row.figures[whole].value))  # fmt: skip


PERSON = ways.people("owner", _l("Logged by"), Activity.by_id)
WEEK = Way("week", _l("Week from"), week_of, _by_week, is_ordered=True, is_timeline=True)
PERSON_AND_WEEK = Way(
    "owner_week", _l("Person and week"),
    lambda filter, user: Activity.by_id * WEEKS + week_of(filter, user), _by_person_and_week,
    is_ordered=True,
)  # fmt: skip
REPORT = Report(
    "contacts",
    "message-circle",
    _l("How often is each of us in touch, and with deals of which stages?"),
    _l("Activities that happened in the period, by who noted them and by the stage in which their "
       "deal stood at that moment, whatever stage it is in now. Deal not open: before it began, or "
       "after it was won or lost. Weeks begin on Monday. All kinds count; the filter chooses some "
       "of them."),
    read,
    draw,
    ways=(PERSON, WEEK, PERSON_AND_WEEK),
    filter=ActivityReportFilter,
    topic=Topic.ACTIVITIES,
)  # fmt: skip
