"""The list of expense items: what narrows it, and what its reader gets to know."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.filters.days import Days
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.expense_items import COUNTED, ExpenseItemFilter, ItemGap, OfDeals
from crm.filters.facets import Person
from crm.models import Action, Deal, Event, ExpenseItem, Option, User
from crm.sentences import sentence
from tests.cast import Cast
from tests.claims import draft, make_item, submitted
from tests.conftest import BeginWith
from tests.page import Browser
from tests.reports.costs import write_costs
from tests.reports.world import write_deals

DAYS = Days("2026-01-01..2026-04-30")


def write_some(cast: Cast) -> None:
    write_deals(cast, 12)
    write_costs(cast)


@pytest.fixture
def world(begin_with: BeginWith, cast: Cast) -> Cast:
    begin_with(write_some)
    return cast


def listed(filter: ExpenseItemFilter, user: User) -> set[str]:
    return {item.purpose for item in db.session.scalars(filter.select(user))}


def is_so(user: User, test: Any) -> set[str]:
    """The same, asked of each item in plain Python."""
    seen = db.session.scalars(ExpenseItem.visible_to(user))
    return {item.purpose for item in seen if test(item)}


def test_each_way_to_narrow_it_leaves_just_those(world: Cast) -> None:
    travel = db.session.scalars(select(Option).where(Option.label_en == "Travel")).one()
    east = world.wang.team_id
    deal = db.session.scalars(
        select(Deal).join(ExpenseItem, ExpenseItem.deal_id == Deal.id).limit(1)
    ).one()
    won = OfDeals(DealFilter(status=DealStatus.WON).text())
    cases: list[tuple[dict[str, Any], Any]] = [
        ({"state": COUNTED}, lambda item: item.claim.state in COUNTED),
        ({"claimant": (Person("me"),)}, lambda item: item.claim.claimant is world.admin),
        ({"claimant": (Person(world.wu.id),)}, lambda item: item.claim.claimant is world.wu),
        ({"team": (east,)}, lambda item: item.claim.claimant.team_id == east),
        ({"category": (travel.id,)}, lambda item: item.category is travel),
        ({"spent": DAYS}, lambda item: DAYS.first <= item.spent_on <= DAYS.last),
        ({"customer": world.sigma.id}, lambda item: item.customer is world.sigma),
        ({"deal": deal.id}, lambda item: item.deal is deal),
        ({"missing": (ItemGap.DEAL,)}, lambda item: item.deal is None),
        ({"missing": (ItemGap.CUSTOMER,)}, lambda item: item.customer is None),
        ({"deals": won}, lambda item: item.deal and item.deal.outcome and item.deal.outcome.is_won),
        ({"q": "拜访 7"}, lambda item: "拜访" in item.purpose and "7" in item.purpose),
    ]
    for chosen, test in cases:
        filter = ExpenseItemFilter(**chosen)
        found = listed(ExpenseItemFilter.parse_text(filter.text()), world.admin)
        assert found == is_so(world.admin, test), chosen
        assert found or "me" in chosen.get("claimant", ()), chosen


def test_of_deals_says_what_it_is_of_and_nothing_is_no_deals(world: Cast, browser: Browser) -> None:
    page = browser.sign_in("li").get(
        f"/expenses/items?deals=status%3Dwon%26team%3D{world.li.team_id}"
    )
    assert "Deals: Status: Won · Team: 华东" in page.text
    for nonsense in ("", "x", "stage=0", "sort=name"):
        with pytest.raises(ValueError, match="^" + nonsense):
            OfDeals(nonsense)


def test_who_looks_after_the_customer_sees_the_cost_and_no_way_to_the_claim(
    cast: Cast, browser: Browser
) -> None:
    """Wu spends on Wang's customer: Wang sees it there, once it is handed in."""
    submitted(cast, make_item(cast, "70.00", purpose="送样品"), by=cast.wu)
    draft(cast, make_item(cast, "80.00", purpose="还没有交"), by=cast.wu)
    claim = submitted(cast, make_item(cast, "90.00", purpose="拜访天成", customer=cast.western),
                      by=cast.wu).request.document  # fmt: skip
    db.session.commit()
    page = browser.sign_in("wang").get("/expenses/items")
    assert "送样品" in page.text
    for hidden in ("还没有交", "拜访天成", cast.western.name, "90.00", f"/expenses/{claim.id}"):
        assert hidden not in page.html
    assert "送样品" in browser.get(f"/expenses/items?customer={cast.sigma.id}").text
    assert "¥" not in browser.get(f"/expenses/items?customer={cast.western.id}").text


def test_a_cost_names_its_customer_and_leads_there_only_who_finds_it(
    cast: Cast, browser: Browser
) -> None:
    submitted(cast, make_item(cast, purpose="送样品"), by=cast.wu)
    page = browser.sign_in("wu").get("/expenses/items?columns=purpose,customer,claim")
    assert cast.sigma.name in page.text
    assert f"/customers/{cast.sigma.id}" not in page.html


def test_a_file_of_them_is_told_in_the_history(cast: Cast, browser: Browser) -> None:
    draft(cast, make_item(cast, "70.00"))
    db.session.commit()
    browser.sign_in("fin").post("/exports/expense_items", {"format": "csv"}, status=200,
                                buffered=True)  # fmt: skip
    assert "拜访采购部" in browser.last.get_data(as_text=True)
    event = db.session.scalars(select(Event).where(Event.action == Action.EXPORT_MADE)).one()
    assert sentence(event) == "Exported as CSV: Expense items, 1 rows"
