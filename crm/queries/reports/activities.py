"""What each did: activities by kind, which customers were touched, and what part of all that is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from crm.extensions import db
from crm.filters.activities import ActivityFilter, ActivityGap, OfActivities
from crm.filters.columns import Kind, words
from crm.filters.customers import CustomerFilter, created_by
from crm.filters.facets import Person
from crm.filters.quality import Gap
from crm.filters.reports import ReachReportFilter
from crm.models import Activity, Customer, CustomerKind, Option, OptionList, User
from crm.queries.reports import contacts, spans, ways
from crm.queries.reports.drawing import Drawing, layered
from crm.queries.reports.figures import Figure, Measure, Of, Row, share
from crm.queries.reports.report import Report, Table, Topic
from crm.queries.reports.ways import Group, Way
from crm.wording import word_for

TOTAL = Measure(_l("Total"), of=Of.COUNT)
NEW = Measure(_l("New customers"), of=Of.COUNT)
OF_CUSTOMERS = (
    Measure(_l("Customers touched"), of=Of.COUNT),
    Measure(_l("Own customers"), of=Of.COUNT, is_now=True),
    Measure(_l("Of these touched"), of=Of.COUNT),
    Measure(_l("Share touched"), Kind.PERCENT),
)
TONES = ("blue", "teal", "green", "amber", "violet", "pink", "orange", "grey")
NEW_TONE = "green"


class Found(NamedTuple):
    """What there was of each value of a way's column; none: of all together."""

    kinds: Mapping[Any, Counter[int]]
    touched: Mapping[Any, int]
    portfolio: Mapping[Any, int]
    reached: Mapping[Any, int]
    new: Mapping[Any, int]


class Side(NamedTuple):
    """How customers are told apart in a way of telling activities apart."""

    portfolio: Callable[[], Any] | None  # the column of a customer; none: all of them
    new: Callable[[Any, User], Any]
    # How lists of customers are narrowed to a group: those there are, and those that are new.
    narrowed: Callable[[Group], dict[str, Any]]
    narrowed_new: Callable[[Group], dict[str, Any]]
    is_own: bool = False  # they count as touched by their owner alone


def read(filter: ReachReportFilter, user: User) -> Table:
    """A row for each group, a column for each kind, and what it comes to in customers."""
    way = REPORT.way(filter)
    side = SIDES[way.name]
    found = _found(filter, user, way.column(filter, user), side)
    whole = _found(filter, user, None, side._replace(is_own=False))
    kinds = [kind for kind in Option.known(OptionList.ACTIVITY_KIND)
             if kind.active or whole.kinds[None][kind.id]]  # fmt: skip
    values = {*found.kinds, *found.portfolio, *found.new} - ({None} if side.is_own else set())
    rows = [_row(filter, group, kinds, found, side) for group in way.groups(filter, user, values)]
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[len(kinds)].value or 0, reverse=True)
    everything = Group("", _("Total"), frozenset({None}), {})
    total = _row(filter, everything, kinds, whole, None)
    return Table(str(way.title), _measures(kinds, way), rows, total, way.notes())


def _measures(kinds: Sequence[Option], way: Way) -> list[Measure]:
    """In time visits and new customers are drawn, else every kind."""

    def tone(at: int, kind: Option) -> str:
        if way.is_timeline:
            return TONES[0] if kind.code == "visit" else ""
        return TONES[at % len(TONES)]

    of_kinds = [Measure(words(kind), of=Of.COUNT, tone=tone(at, kind))
                for at, kind in enumerate(kinds)]  # fmt: skip
    new = Measure(NEW.title, of=Of.COUNT, tone=NEW_TONE if way.is_timeline else "")
    return [*of_kinds, TOTAL, *OF_CUSTOMERS, new]


def _row(
    filter: ReachReportFilter, group: Group, kinds: Sequence[Option], found: Found,
    side: Side | None,
) -> Row:  # fmt: skip
    behind = filter.activities(**{"on": filter.period, **group.narrowed})
    counts = sum(group.of(found.kinds), Counter[int]())
    theirs = filter.customers(**(side.narrowed(group) if side else {}))
    new = filter.entered(**{"created": filter.period,
                            **(side.narrowed_new(group) if side else {})})  # fmt: skip
    within = side is None or side.portfolio is not None
    portfolio = sum(group.of(found.portfolio)) if within else found.portfolio.get(None, 0)
    reached = sum(group.of(found.reached))
    touched = OfActivities.of(behind)
    own = theirs.changed(touched=touched)
    return Row(group.key, group.label, (
        *(Figure(counts[kind.id], _of_kind(behind, filter, kind)) for kind in kinds),
        Figure(counts.total(), behind),
        Figure(sum(group.of(found.touched)), CustomerFilter(touched=touched)),
        Figure(portfolio, theirs), Figure(reached, own), Figure(share(reached, portfolio), own),
        Figure(sum(group.of(found.new)), new),
    ))  # fmt: skip


def _of_kind(behind: ActivityFilter, filter: ReachReportFilter, kind: Option) -> ActivityFilter:
    return behind.changed(kind=(kind.id,))


def _found(filter: ReachReportFilter, user: User, by: Any, side: Side) -> Found:
    """By the values of the column ``by``, or all together: five queries."""
    activities = filter.activities(on=filter.period).narrow(user)
    kinds: dict[Any, Counter[int]] = defaultdict(Counter)
    keys = [] if by is None else [by.label("key")]
    for *key, kind, count in db.session.execute(
        activities.with_only_columns(*keys, Activity.kind_id, func.count())
        .group_by(*keys, Activity.kind_id)
    ):  # fmt: skip
        kinds[key[0] if key else None][kind] = count
    seen = Customer.visible_to(user).with_only_columns(Customer.id)
    own = filter.customers().narrow(user).with_only_columns(Customer.id)
    distinct = func.count(Activity.customer_id.distinct())
    touched = activities.where(Activity.customer_id.in_(seen))
    reached = activities.where(Activity.customer_id.in_(own))
    if side.is_own:
        owner = select(Customer.owner_id).where(Customer.id == Activity.customer_id)
        reached = reached.where(owner.scalar_subquery() == Activity.by_id)
    portfolio = side.portfolio() if side.portfolio and by is not None else None
    new = None if by is None else side.new(filter, user)
    return Found(
        kinds,
        _counted(touched, by, distinct), _counted(filter.customers().narrow(user), portfolio),
        _counted(reached, by, distinct),
        _counted(filter.entered(created=filter.period).narrow(user), new),
    )  # fmt: skip


def _counted(chosen: Any, by: Any, count: Any = None) -> dict[Any, int]:
    count = func.count() if count is None else count
    if by is None:
        return {None: db.session.scalar(chosen.with_only_columns(count).order_by(None)) or 0}
    key = by.label("key")
    rows = db.session.execute(chosen.with_only_columns(key, count).group_by(key).order_by(None))
    return dict(rows.all())


def _of_customer(column: Any) -> Callable[[Any, User], Any]:
    """What is said of an activity's customer; of those that one does not see nothing."""

    def said(_filter: Any, user: User) -> Any:
        seen = Customer.visible_to(user).where(Customer.id == Activity.customer_id)
        return seen.with_only_columns(column).correlate(Activity).scalar_subquery()

    return said


def _grades(_filter: Any, _user: User, ids: Iterable[Any]) -> list[Group]:
    found = set(ids)
    groups = [
        Group(str(each.id), words(each), frozenset({each.id}), {"customer_grade": (each.id,)})
        for each in Option.known(OptionList.GRADE)
        if each.id in found
    ]
    lacking = {"missing": (ActivityGap.GRADE,)}
    none = [Group("", _("Nothing chosen"), frozenset({None}), lacking)]
    return groups + (none if None in found else [])


def _levels(_filter: Any, _user: User, kinds: Iterable[Any]) -> list[Group]:
    found = set(kinds)
    groups = [
        Group(kind.value, word_for(kind), frozenset({kind}), {"customer_kind": (kind,)})
        for kind in CustomerKind
        if kind in found
    ]
    others = {"missing": (ActivityGap.CUSTOMER,)}
    none = [Group("", _("Customers of others"), frozenset({None}), others)]
    return groups + (none if None in found else [])


def _same(name: str, gap: dict[str, Any]) -> Callable[[Group], dict[str, Any]]:
    """As activities are narrowed by their customers, customers are by what they are."""

    def narrowed(group: Group) -> dict[str, Any]:
        values = group.narrowed.get(f"customer_{name}")
        return {name: values} if values else gap

    return narrowed


def _created(group: Group) -> dict[str, Any]:
    return {"created": group.narrowed["on"]}


def draw(table: Table) -> Drawing:
    """A bar for each row: activities by kind; in time visits and new customers."""
    drawn = [at for at, measure in enumerate(table.measures) if measure.tone]
    whole = next(at for at, measure in enumerate(table.measures) if measure is TOTAL)
    if table.is_timeline:
        says = _("A bar for each row, as long as there were visits and new customers.")
        return layered(table, _("Visits and new customers"), says, drawn[0], lambda row: " + ".join(
            table.measures[at].words(row.figures[at].value) for at in drawn
        ))  # fmt: skip
    says = _("A bar for each row, as long as there were activities, coloured by their kinds.")
    return layered(table, _("Activities"), says, whole,
                   lambda row: TOTAL.words(row.figures[whole].value))  # fmt: skip


PERSON = ways.people("owner", _l("Logged by"), Activity.by_id)
LEVEL = Way("level", _l("Kind of customer"), _of_customer(Customer.kind), _levels, is_ordered=True)
GRADE = Way("grade", _l("Grade"), _of_customer(Customer.grade_id), _grades, is_ordered=True)
MONTH = spans.spans("month", _l("Month"), 1, Activity.happened_at, "on")
UNGRADED: dict[str, Any] = {"missing": (Gap.GRADE,)}
SIDES = {
    "owner": Side(
        lambda: Customer.owner_id, lambda *_of: created_by(),
        lambda group: {"owner": (Person(group.key),)},
        lambda group: {"creator": (Person(group.key),)}, is_own=True,
    ),
    "level": Side(lambda: Customer.kind, lambda *_of: Customer.kind,
                  _same("kind", {}), _same("kind", {})),
    "grade": Side(lambda: Customer.grade_id, lambda *_of: Customer.grade_id,
                  _same("grade", UNGRADED), _same("grade", UNGRADED)),
    "week": Side(
        None, lambda filter, user: contacts.week_of(filter, user, Customer.created_at),
        lambda _group: {}, _created,
    ),
    "month": Side(
        None,
        lambda filter, user: spans.within(
            spans.spans_of(filter.period, 1, Activity.happened_at, user), Customer.created_at
        ),
        lambda _group: {}, _created,
    ),
}  # fmt: skip
REPORT = Report(
    "activities",
    "phone",
    _l("What does each of us do, and which customers does it reach?"),
    _l("Activities that happened in the period, by kind; the customers with whom there was one. "
       "Own customers as they stand now: those of the row, and how many of them were touched in "
       "the period, for a person by themselves. New customers count for who entered them."),
    read,
    draw,
    ways=(PERSON, LEVEL, GRADE, contacts.WEEK, MONTH),
    filter=ReachReportFilter,
    topic=Topic.ACTIVITIES,
)  # fmt: skip
