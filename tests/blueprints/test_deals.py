"""Deals: the list, the form, and how they end."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import Action, Deal, Event, OptionList, OutcomeKind
from tests.cast import Cast
from tests.page import Browser


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def actions(deal: Deal) -> list[Action]:
    return list(db.session.scalars(
        select(Event.action).where(Event.deal_id == deal.id).order_by(Event.id)))  # fmt: skip


def test_a_new_deal_stands_in_the_stage_that_was_chosen(cast: Cast, wang: Browser) -> None:
    form = wang.get(f"/deals/new?customer={cast.sigma.id}")
    wang.submit(form, "/deals", name="齿轮泵 5 台", amount="￥12,000.50", stage=cast.stages[2].id)
    deal = cast.deal("齿轮泵 5 台")
    assert (deal.customer, deal.stage, deal.owner) == (cast.sigma, cast.stages[2], cast.wang)
    assert deal.amount == Decimal("12000.50")
    assert wang.location == f"/deals/{deal.id}"


def test_the_stage_demands_its_fields_of_a_new_deal(cast: Cast, wang: Browser) -> None:
    last = cast.stages[4].id
    page = wang.submit(wang.get("/deals/new"), "/deals", 422, name="齿轮泵", stage=last)
    invalid = {values.get("name") for _, values in page.tags if values.get("aria-invalid")}
    assert invalid == {"customer", "amount", "expected_close"}
    assert page.form("/deals")["fields"]["name"] == "齿轮泵"


def test_a_currency_without_a_rate_is_explained(cast: Cast, wang: Browser) -> None:
    form = wang.get("/deals/new")
    page = wang.submit(form, "/deals", 422, name="出口", amount="1", currency="USD")
    assert "USD" in page.text
    path = f"/deals/{cast.pumps.id}"
    wang.submit(wang.get(f"{path}/edit"), path, 422, currency="USD")
    assert cast.pumps.currency == "CNY"


def test_a_stale_edit_is_refused_with_both_values(cast: Cast, wang: Browser) -> None:
    path = f"/deals/{cast.pumps.id}"
    form = wang.get(f"{path}/edit")
    cast.pumps.product = "甲"
    db.session.commit()
    page = wang.submit(form, path, 409, product="乙")
    assert "甲" in page.text
    assert page.form(path)["fields"]["product"] == "乙"
    assert cast.pumps.product == "甲"


def test_winning_takes_the_amount_of_the_order(cast: Cast, wang: Browser) -> None:
    form = wang.get(f"/deals/{cast.pumps.id}/outcome/new?kind=won")
    wang.submit(form, "/outcome", amount="190000")
    deal = cast.pumps
    assert deal.outcome is not None
    assert deal.outcome.kind is OutcomeKind.WON
    assert deal.amount == Decimal("190000.00")
    assert deal.closed_at is not None


def test_winning_again_changes_nothing(cast: Cast, wang: Browser) -> None:
    form = wang.get(f"/deals/{cast.pumps.id}/outcome/new?kind=won")
    wang.submit(form, "/outcome", amount="190000")
    wang.submit(form, "/outcome", amount="1")
    assert cast.pumps.amount == Decimal("190000.00")
    assert actions(cast.pumps).count(Action.DEAL_WON) == 1


def test_a_won_deal_is_not_lost_as_well(cast: Cast, wang: Browser) -> None:
    lost = wang.get(f"/deals/{cast.pumps.id}/outcome/new?kind=lost")
    won = wang.get(f"/deals/{cast.pumps.id}/outcome/new?kind=won")
    wang.submit(won, "/outcome", amount="190000")
    reason = cast.option(OptionList.LOST_REASON, "Price").id
    wang.submit(lost, "/outcome", reason=reason)
    assert cast.pumps.outcome.is_won  # type: ignore[union-attr]
    assert Action.DEAL_LOST not in actions(cast.pumps)


def test_losing_needs_a_reason(cast: Cast, wang: Browser) -> None:
    form = wang.get(f"/deals/{cast.pumps.id}/outcome/new?kind=lost")
    page = wang.submit(form, "/outcome", 422, reason="", competitor="Omega")
    assert page.form("/outcome")["fields"]["competitor"] == "Omega"
    reason = cast.option(OptionList.LOST_REASON, "Price").id
    wang.submit(page, "/outcome", reason=reason)
    assert cast.pumps.outcome.competitor == "Omega"  # type: ignore[union-attr]


def test_a_lost_deal_is_reopened(cast: Cast, wang: Browser) -> None:
    cast.pumps.lose(by=cast.wang, reason=cast.option(OptionList.LOST_REASON, "Price"))
    path = f"/deals/{cast.pumps.id}"
    wang.submit(wang.get(path), f"{path}/outcome/delete")
    assert cast.pumps.is_open
    assert cast.pumps.outcome is None


def test_the_list_shows_open_won_or_lost_deals(cast: Cast, wang: Browser) -> None:
    cast.pumps.win(by=cast.wang)
    name = cast.pumps.name
    shown = {status: name in wang.get(f"/deals?status={status}").text
             for status in ("open", "won", "lost", "all")}  # fmt: skip
    assert shown == {"open": False, "won": True, "lost": False, "all": True}


def test_to_the_trash_and_back(cast: Cast, wang: Browser) -> None:
    path = f"/deals/{cast.pumps.id}"
    wang.submit(wang.get(path), f"{path}/delete")
    wang.get(path, status=404)
    wang.submit(wang.get("/trash"), f"/trash/deal/{cast.pumps.id}/restore")
    wang.get(path)
