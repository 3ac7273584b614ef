"""Contacts by stage: counted once more in plain Python, from lives that Hypothesis makes up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crm import clock
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.reports import ActivityReportFilter
from crm.models import Activity, Customer, Deal, OptionList, User
from crm.queries.reports import ALL
from crm.queries.reports.report import Table
from tests.cast import Cast
from tests.page import Browser

PERIOD = Days("2026-03-18..2026-06-17")
MOMENTS = st.integers(0, 100 * 24).map(lambda hours: timedelta(hours=hours))
# When a deal begins and moves, and how it ends; all counted in hours from its beginning.
LIVES = st.tuples(
    MOMENTS, st.lists(st.tuples(MOMENTS, st.integers(0, 4)), max_size=3), st.booleans()
)


def told(table: Table) -> dict[str, dict[str, int]]:
    """By row and by column, what is not 0."""
    return {
        row.label: {
            str(measure.title): int(figure.value)
            for measure, figure in zip(table.measures, row.figures, strict=True)
            if figure.value and str(measure.title) not in ("Total", "Per week")
        }
        for row in table.rows
        if row.figures
    }


def live(
    cast: Cast, life: tuple[timedelta, list[tuple[timedelta, int]], bool], now: datetime
) -> tuple[Deal, list[tuple[datetime, str]]]:
    """A deal that lived so, and from when on it stood where."""
    before, moves, is_lost = life
    at = now - before
    deal = Deal(name="机会", owner=cast.wang)
    Deal.open(deal, cast.stages[0], by=cast.wang, at=at, historic=True)
    db.session.flush()
    stood = [(at, cast.stages[0].label_en)]
    for later, index in sorted(moves):
        stage, moment = cast.stages[index], min(at + later, now)
        stage.required = []
        if stage is not deal.stage:
            deal.move_to(stage, by=cast.wang, at=moment)
            stood.append((moment, stage.label_en))
    if is_lost:
        end = max(now - timedelta(days=1), stood[-1][0])
        deal.lose(by=cast.wang, reason=None, at=end, historic=True)
        stood.append((end, "Deal not open"))
    return deal, stood


@settings(max_examples=25)
@given(life=LIVES, hours=st.lists(st.integers(0, 110 * 24), min_size=1, max_size=12))
def test_an_activity_counts_for_the_stage_its_deal_stood_in_then(
    cast: Cast, life: tuple[timedelta, list[tuple[timedelta, int]], bool], hours: list[int]
) -> None:
    now, kind = clock.now(), cast.option(OptionList.ACTIVITY_KIND, "Visit")
    with db.session.begin_nested() as kept:
        deal, stood = live(cast, life, now)
        said: Counter[tuple[str, str, str]] = Counter()
        for n, each in enumerate(hours):
            at = now - timedelta(hours=each)
            about = deal if n % 4 else None
            by = (cast.wang, cast.zhao)[n % 2]
            Activity.log(Activity(customer=cast.sigma, deal=about, kind=kind, summary="谈了",
                                  happened_at=at), by=by)  # fmt: skip
            day = (at + timedelta(hours=8)).date()  # in Shanghai
            if day < PERIOD.first:  # type: ignore[operator]
                continue
            here = [name for moment, name in stood if moment <= at]
            level = "No deal" if about is None else here[-1] if here else "Deal not open"
            week = max(day - timedelta(days=day.weekday()), PERIOD.first)  # type: ignore[type-var]
            said[by.name, week.isoformat(), level] += 1  # type: ignore[union-attr]
        db.session.flush()

        def of(*parts: int) -> dict[str, dict[str, int]]:
            found: dict[str, dict[str, int]] = {}
            for (name, week, level), count in said.items():
                row = found.setdefault(" · ".join((name, week)[part] for part in parts), {})
                row[level] = row.get(level, 0) + count
            return found

        for by_what, parts in (("owner", (0,)), ("week", (1,)), ("owner_week", (0, 1))):
            filter = ActivityReportFilter(report="contacts", by=by_what, period=PERIOD)
            rows = told(ALL["contacts"].of(filter, cast.li))
            assert {label: row for label, row in rows.items() if row} == of(*parts)
        kept.rollback()


def log(cast: Cast, by: User, at: datetime, kind: str = "Visit") -> Activity:
    activity = Activity(customer=cast.sigma, happened_at=at, summary="谈了",
                        kind=cast.option(OptionList.ACTIVITY_KIND, kind))  # fmt: skip
    return Activity.log(activity, by=by)


def test_weeks_begin_on_monday_and_those_without_any_are_told_too(cast: Cast) -> None:
    noon = clock.now()  # a Wednesday
    log(cast, cast.wang, noon)
    log(cast, cast.wang, noon - timedelta(days=2, hours=1))  # Monday
    log(cast, cast.wang, noon - timedelta(days=3))  # Sunday
    db.session.flush()
    filter = ActivityReportFilter(
        report="contacts", by="week", period=Days("2026-06-01..2026-06-30")
    )
    table = ALL["contacts"].of(filter, cast.wang)
    total = [str(measure.title) for measure in table.measures].index("Total")
    assert [(row.label, row.figures[total].value) for row in table.rows] == [
        ("2026-06-01", 0), ("2026-06-08", 1), ("2026-06-15", 2),
    ]  # fmt: skip


def test_the_trash_does_not_count_and_kinds_can_be_chosen(cast: Cast) -> None:
    log(cast, cast.wang, clock.now()).trash(by=cast.wang)
    log(cast, cast.wang, clock.now())
    log(cast, cast.zhao, clock.now(), "Call")
    db.session.flush()
    call = cast.option(OptionList.ACTIVITY_KIND, "Call").id
    for kinds, count in (((), 2), ((call,), 1)):
        filter = ActivityReportFilter(report="contacts", kind=kinds)
        table = ALL["contacts"].of(filter, cast.li)
        assert table.total
        assert sum(row.figures[-2].value or 0 for row in table.rows) == count
        assert table.total.figures[-2].value == count
    assert told(ALL["contacts"].of(filter, cast.wu)) == {}


def test_a_figure_leads_to_the_activities_it_counts(cast: Cast, browser: Browser) -> None:
    log(cast, cast.wang, clock.now())
    hidden = Customer.register(Customer(name="西部客户", owner=cast.wu), by=cast.wu)
    theirs = Activity(customer=hidden, summary="吴迪的拜访", happened_at=clock.now(),
                      kind=cast.option(OptionList.ACTIVITY_KIND, "Visit"))  # fmt: skip
    Activity.log(theirs, by=cast.wu)
    db.session.commit()
    browser.sign_in("wang")
    page = browser.get("/activities")
    assert "谈了" in page.text
    assert "吴迪的拜访" not in page.text
    hrefs = [values["href"] for tag, values in page.tags if tag == "a" and "href" in values]
    assert f"/customers/{cast.sigma.id}#timeline" in hrefs
    assert "Nothing fits" in browser.get("/activities?level=closed").text
    assert browser.get("/activities?level=x'&kind=-1&on=never").text == page.text
