"""Reports of costs, counted once more in plain Python: no SQL, no sums of the database's."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from crm.extensions import db
from crm.filters.advances import AdvanceFilter
from crm.filters.days import Days
from crm.filters.expense_items import ExpenseItemFilter
from crm.filters.facets import Person
from crm.filters.reports import (
    ApprovalReportFilter,
    BudgetReportFilter,
    CostReportFilter,
    DealReportFilter,
)
from crm.models import (
    Advance,
    ApprovalAssignment,
    Budget,
    ClaimState,
    Company,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    User,
)
from crm.models.approval import DOCUMENTS
from crm.queries.reports import ALL, cost_kinds
from crm.queries.reports.report import Table
from tests.advances import asked_for, handed_out
from tests.cast import Cast
from tests.claims import make_item, submitted
from tests.conftest import BeginWith
from tests.page import Browser
from tests.reports.costs import write_deals_and_costs

PERIOD = Days("2025-09-10..2026-05-20")
COUNTED = {ClaimState.SUBMITTED, ClaimState.APPROVED, ClaimState.PAID}
ZERO = Decimal(0)


@pytest.fixture
def world(begin_with: BeginWith, cast: Cast) -> Cast:
    begin_with(write_deals_and_costs)
    return cast


def items(user: User) -> list[ExpenseItem]:
    """The costs of the period that count."""
    return [item for item in db.session.scalars(ExpenseItem.visible_to(user))
            if item.claim.state in COUNTED and PERIOD.first <= item.spent_on <= PERIOD.last]  # type: ignore[operator]  # fmt: skip


def amount(found: Iterable[Any]) -> Decimal:
    return sum((each.base_amount or ZERO for each in found), ZERO)


def grouped(found: Iterable[Any], key: Callable[[Any], Any]) -> dict[str, list[Any]]:
    groups = defaultdict(list)
    for each in found:
        groups[str(key(each) or "")].append(each)
    return dict(groups)


def column(table: Table, at: int) -> dict[str, Any]:
    return {row.key: row.figures[at].value for row in table.rows if row.figures[at].value}


KEYS: dict[str, Callable[[ExpenseItem], Any]] = {
    "claimant": lambda item: item.claim.claimant_id,
    "category": lambda item: item.category_id,
    "customer": lambda item: item.customer_id,
    "deal": lambda item: item.deal_id,
}


@pytest.mark.parametrize("way", KEYS)
@pytest.mark.parametrize("who", ["admin", "li", "wang"])
def test_costs_are_the_sums_of_the_items_of_each(world: Cast, way: str, who: str) -> None:
    user = getattr(world, who)
    table = ALL["costs"].of(CostReportFilter(report="costs", by=way, period=PERIOD), user)
    groups = grouped(items(user), KEYS[way])
    assert column(table, 0) == {key: len(found) for key, found in groups.items()}
    assert column(table, 1) == {key: amount(found) for key, found in groups.items()}
    waits = {key: amount(each for each in found if each.claim.state is ClaimState.SUBMITTED)
             for key, found in groups.items()}  # fmt: skip
    assert column(table, 4) == {key: sum_ for key, sum_ in waits.items() if sum_}
    assert table.total
    whole = amount(items(user))
    assert table.total.figures[1].value == whole > 0
    largest = [row.figures[1].value for row in table.rows]
    assert largest == sorted(largest, reverse=True)  # type: ignore[type-var]
    shares = sum(row.figures[2].value or ZERO for row in table.rows)
    assert abs(shares - 100) < Decimal("0.0001")


def test_months_have_what_was_spent_on_their_days_and_teams_what_their_people_spent(
    world: Cast,
) -> None:
    filter = CostReportFilter(report="costs", by="month", period=PERIOD)
    months = {row.label: row.figures[1].value for row in ALL["costs"].of(filter, world.admin).rows}
    wanted = grouped(items(world.admin), lambda item: f"{item.spent_on:%Y-%m}")
    inner = [label for label in months if len(label) == 7]
    assert len(inner) == 7
    assert [months[label] for label in inner] == [amount(wanted.get(each, [])) for each in inner]
    assert sum(months.values(), ZERO) == amount(items(world.admin))  # type: ignore[arg-type]
    filter = CostReportFilter(report="costs", by="team", period=PERIOD)
    teams = {row.label: row.figures[1].value for row in ALL["costs"].of(filter, world.admin).rows}
    east = [item for item in items(world.admin) if str(item.claim.claimant.team) == "华东"]
    assert teams["华东"] == amount(east) > 0
    assert teams["恒川"] == amount(items(world.admin))


def test_a_kind_has_its_part_of_each_month(world: Cast) -> None:
    filter = CostReportFilter(report="cost_kinds", period=PERIOD)
    table = ALL["cost_kinds"].of(filter, world.admin)
    names = [str(measure.title) for measure in table.measures]
    row = next(row for row in table.rows if row.label == "2026-03")
    found = [item for item in items(world.admin) if f"{item.spent_on:%Y-%m}" == "2026-03"]
    for name, of_kind in grouped(found, lambda item: item.category.label_en).items():
        at = names.index(name)
        assert row.figures[at].value == amount(of_kind)
        assert row.figures[at + 1].value == amount(of_kind) * 100 / amount(found)
    assert table.drawing
    assert len(table.drawing.legend) == len({item.category_id for item in items(world.admin)})
    assert cost_kinds.TOTAL.words(row.figures[0].value) == table.drawing.bars[-3].words


def test_a_month_without_costs_between_two_others_has_an_empty_bar(world: Cast) -> None:
    march = [item for item in items(world.admin) if f"{item.spent_on:%Y-%m}" == "2026-03"]
    assert march
    for item in march:
        item.spent_on = date(2026, 2, 1)
    db.session.flush()
    filter = CostReportFilter(report="cost_kinds", period=PERIOD)
    drawing = ALL["cost_kinds"].of(filter, world.admin).drawing
    assert drawing
    lengths = [sum(part.width for part in bar.parts) for bar in drawing.bars]
    labels = [bar.label for bar in drawing.bars]
    assert lengths[labels.index("2026-03")] == 0
    assert lengths[0] > 0
    assert lengths[-1] > 0


@pytest.mark.parametrize("who", ["admin", "wang", "wu"])
def test_customers_stand_beside_what_was_won_there_and_those_that_bring_nothing_stand_out(
    world: Cast, who: str
) -> None:
    user = getattr(world, who)
    filter = CostReportFilter(report="customer_costs", period=PERIOD)
    table = ALL["customer_costs"].of(filter, user)
    costs = grouped(items(user), lambda item: item.customer_id)
    assert column(table, 0) == {key: amount(found) for key, found in costs.items()}
    deals = grouped(db.session.scalars(Deal.visible_to(user)), lambda deal: deal.customer_id)
    for row in table.rows:
        if not row.key:
            assert [figure.value for figure in row.figures[1:]] == [None] * 4
            continue
        there = deals.get(row.key, [])
        won = amount(deal for deal in there if _won(deal))
        chances = sum(((deal.base_amount or ZERO) * deal.chance for deal in there if deal.is_open),
                      ZERO)  # fmt: skip
        weighted = (chances / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        spent = amount(costs[row.key])
        assert [figure.value for figure in row.figures] == [
            spent, won, spent * 100 / won if won else None, weighted,
            spent * 100 / (won + weighted) if won + weighted else None,
        ]  # fmt: skip
        assert bool(row.alarm) is (not won)
    assert who != "admin" or {bool(row.alarm) for row in table.rows} == {True, False}


def _won(deal: Deal) -> bool:
    return bool(deal.outcome and deal.outcome.is_won and _in_period(deal.closed_at))


def _in_period(moment: datetime | None) -> bool:
    return moment is not None and PERIOD.first <= Company.current().day_of(moment) <= PERIOD.last  # type: ignore[operator]


@pytest.mark.parametrize("who", ["admin", "zhao", "wu"])
def test_won_and_lost_deals_cost_what_was_ever_spent_on_them(world: Cast, who: str) -> None:
    user = getattr(world, who)
    filter = DealReportFilter(report="deal_costs", period=PERIOD)
    table = ALL["deal_costs"].of(filter, user)
    seen = [deal for deal in db.session.scalars(Deal.visible_to(user))
            if deal.outcome and _in_period(deal.closed_at)]  # fmt: skip
    spent = [item for item in db.session.scalars(ExpenseItem.visible_to(user))
             if item.claim.state in COUNTED]  # fmt: skip
    costs = {deal: amount(item for item in spent if item.deal_id == deal.id) for deal in seen}
    for key, deals in grouped(seen, lambda deal: deal.source_id).items():
        row = next(row for row in table.rows if row.key == key)
        won, lost = ([deal for deal in deals if deal.outcome.is_won is kind]
                     for kind in (True, False))  # fmt: skip
        won_cost, lost_cost = (sum((costs[deal] for deal in each), ZERO) for each in (won, lost))
        assert [figure.value for figure in row.figures] == [
            len(won), amount(won), won_cost, won_cost / len(won) if won else None,
            won_cost * 100 / amount(won) if amount(won) else None,
            len(lost), lost_cost, lost_cost / len(lost) if lost else None,
        ]  # fmt: skip
    by_deal = ALL["deal_costs"].of(filter.changed(by="deal"), user)
    assert {row.key for row in by_deal.rows} == {str(deal.id) for deal in seen if costs[deal]}
    assert by_deal.total
    assert table.total
    assert by_deal.total.figures == table.total.figures


def test_an_approver_took_from_being_asked_to_deciding(world: Cast) -> None:
    filter = ApprovalReportFilter(report="approving", period=PERIOD)
    table = ALL["approving"].of(filter, world.admin)
    given = list(db.session.scalars(select(ApprovalAssignment)))
    for row in table.rows:
        theirs = [each for each in given if str(each.approver_id) == row.key]
        days = [(each.decided_at - each.asked_at) / timedelta(days=1)  # type: ignore[operator]
                for each in theirs if _in_period(each.decided_at)]  # fmt: skip
        open_ = [each for each in theirs if each.decided_at is None]
        decided, median, ninetieth, waiting, longest = (f.value for f in row.figures)
        assert (decided, waiting) == (len(days), len(open_))
        assert float(median or 0) == pytest.approx(statistics.median(days) if days else 0)
        assert (longest is not None) is bool(open_)
        if days:
            assert sum(day <= float(ninetieth or 0) + 1e-9 for day in days) >= len(days) * 0.9
    assert {row.label for row in table.rows} >= {"李敏", "周涛"}


def test_what_was_handed_on_is_no_decision(world: Cast) -> None:
    table = ALL["approving"].of(ApprovalReportFilter(report="approving"), world.admin)
    assignment = db.session.scalars(
        select(ApprovalAssignment).where(ApprovalAssignment.decided_at.is_(None)).limit(1)
    ).one()
    before = {row.key: row.figures[3].value for row in table.rows}
    assignment.released_at = assignment.asked_at
    db.session.commit()
    table = ALL["approving"].of(ApprovalReportFilter(report="approving"), world.admin)
    key = str(assignment.approver_id)
    assert {row.key: row.figures[3].value for row in table.rows}[key] == before[key] - 1  # type: ignore[operator]
    assert table.head == "Approver of claims"


def test_each_kind_of_document_has_its_approvers_and_their_figures_lead_to_its_list(
    cast: Cast, browser: Browser
) -> None:
    """Li decided on an advance of Wang's; one of Zhao's waits for him, and a claim of Wang's."""
    handed_out(cast)
    waiting = asked_for(cast, by=cast.zhao)
    submitted(cast, make_item(cast))
    db.session.commit()
    report = ALL["approving"]
    assert [way.name for way in report.ways] == list(DOCUMENTS)
    table = report.of(ApprovalReportFilter(report="approving", by="advance"), cast.admin)
    (row,) = table.rows
    assert (table.head, row.label) == ("Approver of advances", "李敏")
    assert [figure.value for figure in row.figures] == [1, 0, 0, 1, 0]
    team = ApprovalReportFilter(report="approving", by="advance", claimant=(Person(cast.zhao.id),))
    (row,) = report.of(team, cast.admin).rows
    assert [figure.value for figure in row.figures] == [0, None, None, 1, 0]
    assert row.figures[3].list
    assert list(db.session.scalars(row.figures[3].list.narrow(cast.admin))) == [waiting]  # type: ignore[union-attr]
    page = browser.sign_in("admin").get("/reports/approving?by=advance")
    behind = {values["href"] for tag, values in page.tags
              if tag == "a" and values.get("href", "").startswith("/advances?")}  # fmt: skip
    found = {href: "A-000001" in (text := browser.get(href).text) and "A-000002" not in text
             for href in behind if f"approver={cast.li.id}" in href}  # fmt: skip
    assert {("decided=" in href, is_decided) for href, is_decided in found.items()} == {
        (True, True), (False, False),
    }  # fmt: skip


def test_advances_are_found_by_team_and_by_who_was_asked(cast: Cast) -> None:
    mine, other = handed_out(cast), asked_for(cast, by=cast.wu)

    def found(**chosen: Any) -> list[Advance]:
        return list(db.session.scalars(AdvanceFilter(**chosen).narrow(cast.admin)))

    assert mine.claimant.team
    assert mine in found(team=(mine.claimant.team_id,))
    assert other not in found(team=(mine.claimant.team_id,))
    (asked,) = other.request.asked  # type: ignore[union-attr]
    assert other in found(approver=(Person(asked.approver_id),))
    assert found(asked=True) == [other]
    assert found(approver=(Person(cast.wang.id),)) == []


def test_of_a_customer_out_of_sight_one_gets_to_know_its_own_cost_alone(
    cast: Cast, browser: Browser
) -> None:
    """Wu spends on Wang's customer, as do others: Wu's reports have that cost and no more."""
    submitted(cast, make_item(cast, "70.00", purpose="送样品"), by=cast.wu)
    submitted(cast, make_item(cast, "5000.00"), by=cast.wang)
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    (row,) = ALL["customer_costs"].of(CostReportFilter(report="customer_costs"), cast.wu).rows
    assert [figure.value for figure in row.figures] == [70, 0, None, 0, None]
    for path in ("costs?by=customer", "customer_costs", "costs?by=deal", "cost_kinds?by=customer"):
        page = browser.sign_in("wu").get(f"/reports/{path}")
        assert "5,000" not in page.text
        assert "186,000" not in page.text
    for who in ("zhou", "wu"):  # and who has nothing to do with it does not even get its name
        seen = {row.label for row in ALL["costs"].of(
            CostReportFilter(report="costs", by="customer"), getattr(cast, who)).rows}  # fmt: skip
        assert seen == {cast.sigma.name}
    assert not ALL["costs"].of(CostReportFilter(by="customer"), cast.gone).rows
    assert cast.western.name not in {
        row.label for row in ALL["costs"].of(CostReportFilter(by="customer"), cast.wang).rows
    }


@given(first=some.dates(date(2025, 7, 1), date(2026, 6, 17)), days=some.integers(0, 400),
       mine=some.booleans())  # fmt: skip
def test_rows_of_any_days_come_to_their_total(
    world: Cast, first: date, days: int, mine: bool
) -> None:
    period = Days.between(first, first + timedelta(days=days))
    claimant = (Person("me"),) if mine else ()
    for by in ("claimant", "category", "month", "customer", "deal"):
        filter = CostReportFilter(report="costs", by=by, period=period, claimant=claimant)
        table = ALL["costs"].of(filter, world.wang)
        assert table.total
        for at in (0, 1, 3, 4):
            values = [row.figures[at].value or 0 for row in table.rows]
            assert sum(values) == table.total.figures[at].value
        for row in table.all_rows:
            assert row.figures[1].value == row.figures[3].value + row.figures[4].value  # type: ignore[operator]


def test_claims_are_found_by_one_and_the_same_item(world: Cast, browser: Browser) -> None:
    """A claim with travel in May and samples in June is none with travel in June."""
    browser.sign_in("admin")
    for claim in db.session.scalars(select(ExpenseClaim).limit(8)):
        for item in claim.items:
            query = f"category={item.category_id}&spent={item.spent_on}..{item.spent_on}"
            assert claim.number in browser.get(f"/expenses?{query}").text
        one, other = claim.items
        query = f"category={one.category_id}&spent={other.spent_on}..{other.spent_on}"
        if one.category_id != other.category_id and one.spent_on != other.spent_on:
            assert claim.number not in browser.get(f"/expenses?{query}").text


def test_a_budget_is_used_by_what_is_spent_in_its_term_for_all_that_it_is_for(world: Cast) -> None:
    filter = BudgetReportFilter(report="budgets", period=Days("2026-01-01..2026-12-31"))
    table = ALL["budgets"].of(filter, world.admin)
    counted = [item for item in db.session.scalars(ExpenseItem.visible_to(world.admin))
               if item.claim.state in COUNTED]  # fmt: skip
    labels = set()
    for row in table.rows:
        budget = db.session.get_one(Budget, int(row.key))
        spent = [
            item for item in counted
            if budget.first <= item.spent_on <= budget.last
            and budget.customer in (None, item.customer)
            and budget.category in (None, item.category)
            and (budget.team is None or item.claim.claimant.team.is_within(budget.team))  # type: ignore[union-attr]
        ]  # fmt: skip
        amounts = budget.amount, amount(spent), budget.amount - amount(spent)
        assert tuple(figure.value for figure in row.figures[:3]) == amounts
        assert row.figures[5].value == len(spent) > 0
        assert bool(row.alarm) is (amounts[2] < 0)
        labels.add(row.label)
    assert labels == {
        "2026 · All expenses", "Q1 2026 · 华东", "Q2 2026 · 华东",
        "2026 · 大连西格玛流体控制有限公司", "March 2026 · 华东 · Travel",
    }  # fmt: skip
    assert {bool(row.alarm) for row in table.rows} == {True, False}
    past = {row.label: row.figures[4].value for row in table.rows}
    assert past["Q1 2026 · 华东"] == 100
    assert past["Q2 2026 · 华东"] == Decimal(78) * 100 / 91  # it is June 17


def test_budgets_are_seen_by_who_may_look_them_up_and_so_are_their_items(world: Cast) -> None:
    filter = BudgetReportFilter(report="budgets", period=Days("2026-01-01..2026-12-31"))
    assert not ALL["budgets"].of(filter, world.wang).rows
    assert not ALL["budgets"].of(filter, world.zhou).rows  # of the East, and of what all spend
    labels = {row.label for row in ALL["budgets"].of(filter, world.li).rows}
    assert "2026 · All expenses" not in labels
    assert "Q1 2026 · 华东" in labels
    for user in (world.li, world.fin):
        for row in ALL["budgets"].of(filter, user).rows:
            items = row.figures[5].list
            assert isinstance(items, ExpenseItemFilter)
            assert len(list(db.session.scalars(items.select(user)))) == row.figures[5].value
            assert amount(db.session.scalars(items.select(user))) == row.figures[1].value


def test_a_report_of_budgets_is_narrowed_to_whom_and_what_they_are_for(world: Cast) -> None:
    filter = BudgetReportFilter(report="budgets", period=Days("2026-02-01..2026-03-31"))
    assert world.wang.team
    table = ALL["budgets"].of(filter.changed(team=(world.wang.team.id,)), world.admin)
    assert {row.label for row in table.rows} == {"Q1 2026 · 华东", "March 2026 · 华东 · Travel"}
    table = ALL["budgets"].of(filter.changed(customer=world.sigma.id), world.admin)
    assert len(table.rows) == 1
