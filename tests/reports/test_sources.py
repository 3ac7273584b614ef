"""Sources: what they bring and cost, counted once more in plain Python; typing what they cost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from crm.base import cents_of
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.reports import DealReportFilter
from crm.models import (
    Action,
    ClaimState,
    Company,
    Deal,
    Event,
    ExpenseClaim,
    ExpenseItem,
    Option,
    OptionList,
    PaymentBatch,
    SourceCost,
    User,
)
from crm.models.source_cost import Spent
from crm.queries.reports import ALL
from crm.queries.reports.report import Table
from tests.cast import Cast
from tests.claims import make_item
from tests.conftest import BeginWith
from tests.page import Browser
from tests.reports.world import write_deals

PERIOD = Days("2025-11-10..2026-05-20")
MONTHS = st.dates(date(2024, 1, 1), date(2026, 12, 31)).map(lambda day: day.replace(day=1))
DAYS = st.dates(date(2023, 12, 1), date(2027, 1, 31))


def phone(cast: Cast) -> Option:
    return cast.option(OptionList.SOURCE, "Phone")


def give_costs(cast: Cast) -> None:
    """Typed costs of two sources, and expenses of Wang and Wu in every state."""
    SourceCost.set_for(phone(cast), 2026, {
        date(2026, 1, 1): Spent(Decimal("3100.00"), "名录"),
        date(2026, 5, 1): Spent(Decimal("1000.00")),
        date(2026, 6, 1): Spent(Decimal("7000.00")),
    }, by=cast.admin)  # fmt: skip
    SourceCost.set_for(
        cast.option(OptionList.SOURCE, "Trade fair"), 2025,
        {date(2025, 11, 1): Spent(Decimal("20000.01"))}, by=cast.admin,
    )  # fmt: skip
    deals = list(db.session.scalars(select(Deal).where(Deal.name.startswith("机会"))))
    states, finance = list(ClaimState), cast.fin
    for n, deal in enumerate(deals[:20]):
        claim = ExpenseClaim.begin(f"报销 {n}", by=deal.owner)
        item = make_item(cast, f"{100 + n}.37")
        item.spent_on, item.deal = date(2026, 6, 10) - timedelta(days=12 * n), deal
        claim.add_item(item, by=deal.owner)
        db.session.flush()  # what is paid takes no more items
        state = claim.state = states[n % len(states)]
        if state is ClaimState.PAID:
            claim.payment = PaymentBatch(paid_on=item.spent_on, by=finance, total=item.base_amount)
    db.session.commit()


def write_deals_and_their_costs(cast: Cast) -> None:
    write_deals(cast)
    give_costs(cast)


@pytest.fixture
def world(begin_with: BeginWith, cast: Cast) -> Cast:
    begin_with(write_deals_and_their_costs)
    return cast


def costs_of(table: Table) -> dict[str, Decimal]:
    return {row.label: row.figures[5].value for row in table.rows if row.figures[5].value}  # type: ignore[misc]


def expenses(user: User, states: set[ClaimState]) -> dict[str, Decimal]:
    """The items that ``user`` sees, of deals that they see, by the source of the deal."""
    seen = set(db.session.scalars(Deal.visible_to(user).with_only_columns(Deal.id)))
    found: dict[str, Decimal] = {}
    for item in db.session.scalars(ExpenseItem.visible_to(user)):
        in_days = PERIOD.first <= item.spent_on <= PERIOD.last  # type: ignore[operator]
        if item.deal and item.deal_id in seen and item.claim.state in states and in_days:
            source = item.deal.source.label_en if item.deal.source else "Nothing chosen"
            found[source] = found.get(source, Decimal(0)) + item.base_amount
    return found


def by_days(cost: dict[date, Decimal], first: date, last: date) -> Fraction:
    """What was typed, day by day."""
    total, day = Fraction(0), first
    while day <= last:
        month = day.replace(day=1)
        following = (month + timedelta(days=31)).replace(day=1)
        total += Fraction(cost.get(month, Decimal(0))) / (following - month).days
        day += timedelta(days=1)
    return total


@settings(max_examples=40)
@given(
    costs=st.dictionaries(MONTHS, st.integers(0, 10**7), max_size=6),
    ends=st.tuples(DAYS, DAYS).map(sorted),
)
def test_of_a_part_of_a_month_a_source_costs_the_part_of_its_days(
    cast: Cast, costs: dict[date, int], ends: list[date]
) -> None:
    typed = {month: Decimal(cents) / 100 for month, cents in costs.items()}
    with db.session.begin_nested() as kept:
        for year in {month.year for month in typed}:
            spent = {month: Spent(cost) for month, cost in typed.items() if month.year == year}
            SourceCost.set_for(phone(cast), year, spent, by=None)
        db.session.flush()
        found = SourceCost.within(*ends).get(phone(cast).id, Decimal(0))
        assert abs(Fraction(found) - by_days(typed, *ends)) < Fraction(1, 10**9)
        kept.rollback()


def test_who_sees_all_deals_sees_what_sources_cost_and_the_expenses_of_the_deals(
    world: Cast,
) -> None:
    table = ALL["sources"].of(DealReportFilter(report="sources", period=PERIOD), world.admin)
    assert PERIOD.first
    assert PERIOD.last
    typed = {
        option.label_en: by_days(
            {cost.month: cost.amount
             for cost in db.session.scalars(select(SourceCost).filter_by(source=option))},
            PERIOD.first, PERIOD.last,
        )
        for option in db.session.scalars(Option.of(OptionList.SOURCE))
    }  # fmt: skip
    spent = expenses(world.admin, {ClaimState.APPROVED, ClaimState.PAID})
    said = {
        source: cents_of(Decimal(part.numerator) / part.denominator + spent.get(source, Decimal(0)))
        for source in {*typed, *spent}
        if (part := typed.get(source, Fraction(0))) or source in spent
    }
    assert costs_of(table) == said
    assert {"Phone", "Trade fair", "Nothing chosen"} <= set(said)
    for row in table.rows:
        began, _amount, won, _gained, _rate, cost, each, each_won = (
            figure.value for figure in row.figures
        )
        assert each == (cost / began if began else None)  # type: ignore[operator]
        assert each_won == (cost / won if won else None)  # type: ignore[operator]
    waiting = sum(expenses(world.admin, {ClaimState.SUBMITTED}).values())
    assert any(f"{waiting:,.0f}" in note.words for note in table.notes)


@pytest.mark.parametrize(("who", "narrowed"), [
    ("wang", {}), ("li", {}), ("fin", {"team": "team"}), ("admin", {"owner": "owner"}),
])  # fmt: skip
def test_of_some_deals_only_their_own_expenses_count(
    world: Cast, who: str, narrowed: dict[str, str]
) -> None:
    user = getattr(world, who)
    ids = {"team": f"{world.wang.team_id}", "owner": f"{world.wang.id}"}
    chosen = MultiDict({name: ids[value] for name, value in narrowed.items()})
    chosen["period"] = str(PERIOD)
    table = ALL["sources"].of(DealReportFilter.of("sources", chosen), user)
    if not narrowed:
        assert costs_of(table) == expenses(user, {ClaimState.APPROVED, ClaimState.PAID})
    assert "Trade fair" not in costs_of(table)
    assert any("left out" in note.words for note in table.notes)
    assert not any(row.figures[5].list for row in table.all_rows)


def test_who_leads_every_team_sees_what_sources_cost(world: Cast) -> None:
    li = world.li
    li.team = db.session.get_one(Company, 1) and world.admin.team
    db.session.flush()
    table = ALL["sources"].of(DealReportFilter(report="sources", period=PERIOD), li)
    assert "Trade fair" in costs_of(table)


def test_costs_are_typed_by_month_with_what_they_were_for(cast: Cast, browser: Browser) -> None:
    browser.sign_in("fin")
    address = f"/source-costs/2026/{phone(cast).id}"
    page = browser.get(f"{address}/edit")
    fields = page.form(address)["fields"]
    browser.post(address, {**fields, "of_03": "1.2万", "for_03": "名录", "of_07": "800"})
    assert SourceCost.in_year(2026)[phone(cast).id] == {
        date(2026, 3, 1): Spent(Decimal("12000.00"), "名录"),
        date(2026, 7, 1): Spent(Decimal("800.00"), None),
    }
    text = browser.get("/source-costs?year=2026").text
    for words in ("12,800", "12,000", "名录"):
        assert words in text
    event = db.session.scalars(
        select(Event).where(Event.action == Action.SOURCE_COST_CHANGED)
    ).one()
    assert "2026-03: 12,000.00 (名录)" in event.particulars["changes"]["costs"][1]


def test_what_somebody_typed_meanwhile_is_not_lost(app: Flask, cast: Cast) -> None:
    address = f"/source-costs/2026/{phone(cast).id}"
    first, second = (Browser(app).sign_in(name) for name in ("fin", "admin"))
    forms = [browser.get(f"{address}/edit").form(address)["fields"] for browser in (first, second)]
    first.post(address, {**forms[0], "of_01": "100"})
    page = second.post(address, {**forms[1], "of_01": "200"}, status=409)
    assert "100" in page.text
    assert SourceCost.in_year(2026)[phone(cast).id][date(2026, 1, 1)].amount == 100
    second.post(address, {**page.form(address)["fields"], "of_01": "200"})
    assert SourceCost.in_year(2026)[phone(cast).id][date(2026, 1, 1)].amount == 200


def test_saving_the_same_again_is_no_event_and_emptying_takes_them_away(cast: Cast) -> None:
    spent = {date(2026, 3, 1): Spent(Decimal(5))}
    for _again in range(2):
        SourceCost.set_for(phone(cast), 2026, spent, by=cast.admin)
        db.session.flush()
    SourceCost.set_for(phone(cast), 2026, {}, by=cast.admin)
    db.session.flush()
    assert SourceCost.in_year(2026) == {}
    changed = Event.action == Action.SOURCE_COST_CHANGED
    assert len(db.session.scalars(select(Event).where(changed)).all()) == 2


@pytest.mark.parametrize("path", ["/source-costs/2026/999999/edit", "/source-costs/1066/1/edit"])
def test_there_are_no_costs_of_what_is_no_source(cast: Cast, browser: Browser, path: str) -> None:
    browser.sign_in("admin").get(path, status=404)
