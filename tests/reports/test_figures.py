"""Behind every figure of every report stands a list with just that count and just that sum."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from crm import clock
from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.filters.base import ListFilter
from crm.filters.columns import Kind
from crm.filters.days import Days
from crm.filters.facets import Person
from crm.filters.reports import Compared
from crm.formatting import room_of
from crm.models import Activity, Deal, OptionList, Stage, User
from crm.queries.reports import ALL
from crm.queries.reports.drawing import LINE, Bar
from crm.queries.reports.figures import Figure, Measure, Of
from crm.queries.reports.report import Table
from crm.wording import REPORTS
from tests.cast import Cast
from tests.claims import make_item, submitted
from tests.conftest import BeginWith
from tests.reports.costs import write_with_advances

WAYS = [(report.name, way.name) for report in ALL.values() for way in report.ways or ()] + [
    (report.name, "") for report in ALL.values() if not report.ways
]


def ways_of(report: str) -> list[str]:
    return [way for name, way in WAYS if name == report]


@pytest.fixture
def world(begin_with: BeginWith, cast: Cast) -> Cast:
    begin_with(write_with_advances)
    return cast


def whose(report: str, *people: Person) -> dict[str, tuple[Person, ...]]:
    """How it is narrowed to these people: deals are owned, costs are claimed."""
    offered = {facet.name for facet in ALL[report].filter.FACETS}
    return {"owner" if "owner" in offered else "claimant": people}


def counted(list: ListFilter, of: Of, user: User) -> Any:
    """What a list has, read from its address as a browser would, and counted plainly."""
    chosen = type(list).parse_text(list.text()).narrow(user)
    if of is Of.COUNT:
        ids = chosen.with_only_columns(list.MODEL.id).subquery()
        return db.session.scalar(select(func.count()).select_from(ids))
    if of is Of.AMOUNT:
        return db.session.scalar(chosen.with_only_columns(money_sum(list.MODEL.base_amount)))
    deals = db.session.execute(
        chosen.join(Stage, Stage.id == Deal.stage_id).with_only_columns(
            Deal.base_amount, func.coalesce(Deal.probability, Stage.probability)
        )
    )
    weighted = sum((amount or Decimal(0)) * chance for amount, chance in deals)
    return cents_of(Decimal(weighted) / 100)


def figures(table: Table) -> Iterator[tuple[str, Measure, Figure]]:
    for row in table.all_rows:
        yield from zip([row.label] * len(row.figures), table.measures, row.figures, strict=True)


@pytest.mark.parametrize(("report", "way"), WAYS)
@pytest.mark.parametrize("who", ["li", "wang", "admin"])
def test_the_list_behind_each_figure_has_that_count_and_that_sum(
    world: Cast, report: str, way: str, who: str
) -> None:
    user = getattr(world, who)
    seen = 0
    for filter in (
        ALL[report].filter(report=report, by=way),
        ALL[report].filter(report=report, by=way, period=Days("2025-11-10..2026-05-20")),
        ALL[report].filter(report=report, by=way, period=Days("..2026-03-15"),
                     team=(world.wang.team_id,),
                     **whose(report, Person("me"), Person(world.zhao.id))),
    ):  # fmt: skip
        for label, measure, figure in figures(ALL[report].of(filter, user)):
            if measure.of is None or figure.value is None:
                continue
            assert figure.list is not None, (label, measure.title)
            found = counted(figure.list, measure.of, user)
            assert found == figure.value, (label, str(measure.title), figure.list.text())
            if measure.of is Of.AMOUNT:  # what stands in the foot of the list that is led to
                assert figure.list.total_for(user) == figure.value
            seen += bool(figure.value)
    assert seen or (report, who) == ("budgets", "wang")  # who leads looks up budgets


@pytest.mark.parametrize("report", list(ALL))
def test_every_link_says_all_that_it_narrows_by_and_finds_what_it_tells_of(
    world: Cast, report: str
) -> None:
    followed = 0
    for way in ways_of(report):
        filter = ALL[report].filter(report=report, by=way, period=Days("2025-11-10..2026-12-20"),
                              team=(world.wang.team_id,))  # fmt: skip
        table = ALL[report].of(filter, world.admin)
        links = [(label, figure.list, figure.value) for label, _measure, figure in figures(table)]
        links += [(bar.label, bar.list, 1) for bar in (table.drawing.bars if table.drawing else ())]
        links += [(note.words, note.list, 1) for note in table.notes]
        for label, behind, value in links:
            if not isinstance(behind, ListFilter):
                continue
            assert type(behind).parse_text(behind.text()) == behind, (label, behind.text())
            if value:
                assert counted(behind, Of.COUNT, world.admin), (label, behind.text())
            followed += 1
    assert followed


@pytest.mark.parametrize("report", list(ALL))
def test_rows_begin_with_what_their_reader_sees_and_not_with_the_firm(
    world: Cast, report: str
) -> None:
    ways = [way for way in ways_of(report) if way in {"month", "quarter", "week"}]
    filters = [ALL[report].filter(report=report, by=way, period=Days("..2026-06-17"))
               for way in ways or [""]]  # fmt: skip
    before = [ALL[report].of(filter, world.wang) for filter in filters]
    deal = Deal(name="很早以前", owner=world.wu, customer=world.western)
    at = clock.now() - timedelta(days=3000)
    Deal.open(deal, world.stages[0], by=world.wu, at=at, historic=True)
    db.session.flush()
    call = world.option(OptionList.ACTIVITY_KIND, "Call")
    Activity.log(Activity(deal=deal, customer=world.western, kind=call, summary="问价",
                          happened_at=at), by=world.wu)  # fmt: skip
    spent = make_item(world, customer=world.western)
    spent.set_amount(Decimal(70), "CNY", at.date())
    submitted(world, spent, by=world.wu)
    deal.win(by=world.wu, at=at, historic=True)
    db.session.commit()
    assert [ALL[report].of(filter, world.wang) for filter in filters] == before
    if ways and report != "forecast_then":  # that one asks for days with a beginning
        rows = [[row.label for row in table.rows] for table in before]
        seen = [ALL[report].of(filter, world.admin) for filter in filters]
        assert [[row.label for row in table.rows] for table in seen] != rows


@pytest.mark.parametrize(("report", "way"), WAYS)
@pytest.mark.parametrize("compare", list(Compared))
def test_compared_figures_are_those_of_the_report_of_the_other_days(
    world: Cast, report: str, way: str, compare: Compared
) -> None:
    filter = ALL[report].filter(report=report, by=way, period=Days("2026-01-01..2026-03-31"),
                          compare=compare)  # fmt: skip
    table = ALL[report].of(filter, world.admin)
    if not ALL[report].has_days:
        assert not table.is_compared
        return
    compared = filter.compared
    assert compared is not None
    assert compared.period == {
        Compared.BEFORE: "2025-10-01..2025-12-31", Compared.YEAR_BEFORE: "2025-01-01..2025-03-31",
    }[compare]  # fmt: skip
    other = ALL[report].of(compared, world.admin)
    measured = {str(measure.title): at for at, measure in enumerate(table.measures)}
    places = [measured.pop(str(measure.title)) for measure in other.measures]
    before = {row.key: row.before for row in table.rows if row.before}
    rows = {row.key: row.figures for row in other.rows}
    assert {key: [told[at] for at in places] for key, told in before.items()} == {
        key: list(figures) for key, figures in rows.items()
    }
    assert {told[at].value for told in before.values() for at in measured.values()} <= {None}


def test_every_report_has_its_words() -> None:
    assert list(ALL) == list(REPORTS)


@pytest.mark.parametrize(
    ("value", "says", "writes"),
    [("0.0478", "0.05%", "0.05"), ("0.996", "1.00%", "1.00"), ("1.26", "1.3%", "1.3"),
     ("0", "0.0%", "0.0")],
)  # fmt: skip
def test_a_share_of_less_than_one_percent_is_told_from_nothing(
    cast: Cast, value: str, says: str, writes: str
) -> None:
    costs = Measure("Costs in what was won", Kind.PERCENT, is_fine=True)
    assert costs.words(Decimal(value)) == says
    assert str(costs.exact(Decimal(value))) == writes


@pytest.mark.parametrize(
    ("label", "words", "short"),
    [("上海", "¥1,729", "上海"),
     ("Rheintal Anlagenbau GmbH", "CN¥12,937, 6.8% of won", "Rheintal Anlagenba…"),
     ("2026年第4季度 · 杭州锦程达化工有限公司", "108%, CN¥147 over", "2026年第4季度 · 杭州锦…"),
     ("大连西格玛泵业有限公司", "1.0 days, 17 decided, 3 waiting", "大连西格…")],
)  # fmt: skip
def test_on_a_phone_the_label_of_a_bar_ends_before_its_words_begin(
    label: str, words: str, short: str
) -> None:
    bar = Bar(label, words, [])
    assert bar.short == short
    assert room_of(bar.short) + room_of(words) < LINE
