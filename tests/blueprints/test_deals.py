"""Deals: the list, the form, and how they end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import (
    Action,
    Company,
    Contact,
    Customer,
    Deal,
    Event,
    ExchangeRate,
    OptionList,
    OutcomeKind,
)
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


@pytest.mark.parametrize(("language", "why"), [("en", "Reopen it"), ("zh", "重新打开")])
@pytest.mark.parametrize("form", ["/edit", "/fields/amount/edit"])
@pytest.mark.parametrize("typed", [{"amount": "1"}, {"amount": ""}, {"currency": "USD"}])
def test_the_amount_of_a_closed_deal_stands(
    cast: Cast, wang: Browser, form: str, typed: dict[str, str], language: str, why: str
) -> None:
    wang.post("/preferences", {"language": language})
    path = f"/deals/{cast.pumps.id}"
    action = path + form.removesuffix("/edit")
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    page = wang.submit(wang.get(path + form), action, 422, **typed)
    db.session.expire_all()
    assert (cast.pumps.amount, cast.pumps.currency) == (Decimal("186000.00"), "CNY")
    assert why in page.text
    assert "/fields/amount/edit" not in wang.get(path).html
    wang.submit(wang.get(path), f"{path}/outcome/delete")
    wang.submit(wang.get(path + form), action, amount="190000")
    db.session.expire_all()
    assert cast.pumps.amount == Decimal("190000.00")


def test_what_else_is_known_of_a_closed_deal_may_change(cast: Cast, wang: Browser) -> None:
    path = f"/deals/{cast.pumps.id}"
    cast.pumps.win(by=cast.wang)
    cast.vague.lose(by=cast.wang, reason=None, historic=True)
    db.session.commit()
    wang.submit(wang.get(f"{path}/edit"), path, product="磁力泵")
    path = f"/deals/{cast.vague.id}"
    assert "/fields/amount/edit" in wang.get(path).html, "it has none yet"
    wang.submit(wang.get(f"{path}/fields/amount/edit"), f"{path}/fields/amount", amount="5000")
    db.session.expire_all()
    assert (cast.pumps.product, cast.vague.amount) == ("磁力泵", Decimal(5000))


@pytest.mark.parametrize("verb", ["outcome", "move"])
def test_where_no_rate_is_known_an_amount_is_not_taken_and_it_says_why(
    cast: Cast, wang: Browser, verb: str
) -> None:
    vague = cast.vague
    Company.current().base_currency = "EUR"  # which may change while nothing has an amount
    db.session.commit()
    stage = {"stage": cast.stages[4].id, "from_stage": vague.stage_id, "customer": "dlxgm"}
    typed = {"version": vague.version, "kind": "won", "amount": "5000",
             "expected_close": "2026-09-30", **stage}  # fmt: skip
    page = wang.post(f"/deals/{vague.id}/{verb}", typed, status=422)
    assert "No exchange rate for CNY" in page.text
    db.session.expire_all()
    assert (vague.amount, vague.is_open, vague.stage) == (None, True, cast.stages[0])


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
    assert "Reason *" in form.text
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


def changes_of(deal: Deal) -> dict[str, list[str]]:
    """What the latest change of ``deal`` says in its history."""
    changed = select(Event).where(Event.deal_id == deal.id, Event.action == Action.DEAL_CHANGED)
    event = db.session.scalars(changed.order_by(Event.id.desc()).limit(1)).one()
    return dict(event.particulars["changes"])


def test_a_helper_who_does_not_see_the_customer_saves_the_deal(
    cast: Cast, browser: Browser
) -> None:
    gauges = cast.gauges
    gauges.collaborators.append(cast.sun)
    db.session.commit()
    sun, path = browser.sign_in("sun"), f"/deals/{cast.gauges.id}"
    sun.get(f"/customers/{cast.western.id}", status=404)
    sun.submit(sun.get(f"{path}/edit"), path, product="压力表 Y-100")
    assert (cast.gauges.product, cast.gauges.customer) == ("压力表 Y-100", cast.western)
    sun.submit(sun.get(f"{path}/edit"), path, 422, customer="西安天成")


def test_the_history_has_every_field_of_a_deal_in_foreign_currency(
    cast: Cast, wang: Browser
) -> None:
    ExchangeRate.enter("USD", date(2026, 6, 1), Decimal("7.20"), by=None)
    pumps = cast.pumps
    pumps.set_amount(Decimal(1000), "USD")
    db.session.commit()
    path = f"/deals/{cast.pumps.id}"
    wang.submit(
        wang.get(f"{path}/edit"),
        path,
        amount="1100",
        product="磁力泵",
        probability="40",
        probability_reason="预算已批",
    )
    assert changes_of(cast.pumps) == {
        "amount": ["1000.00", "1100.00"], "product": ["", "磁力泵"], "probability": ["", "40"],
        "probability_reason": ["", "预算已批"],
    }  # fmt: skip


def test_the_amount_before_the_order_stays_in_the_history(cast: Cast, wang: Browser) -> None:
    form = wang.get(f"/deals/{cast.pumps.id}/outcome/new?kind=won")
    wang.submit(form, "/outcome", amount="190000")
    assert changes_of(cast.pumps) == {"amount": ["186000.00", "190000.00"]}
    assert actions(cast.pumps)[-2:] == [Action.DEAL_CHANGED, Action.DEAL_WON]


@pytest.mark.parametrize("kind", ["won", "lost"])
def test_an_old_tab_closes_no_deal_that_changed_meanwhile(
    cast: Cast, wang: Browser, kind: str
) -> None:
    form = wang.get(f"/deals/{cast.pumps.id}/outcome/new?kind={kind}")
    pumps = cast.pumps
    pumps.set_amount(Decimal(250_000), "CNY")
    db.session.commit()
    typed = {"reason": cast.option(OptionList.LOST_REASON, "Price").id} if kind == "lost" else {}
    page = wang.submit(form, "/outcome", 409, **typed)
    assert (pumps.is_open, pumps.amount) == (True, Decimal("250000.00"))
    if kind == "won":
        assert "250000.00" in page.text
    wang.submit(page, "/outcome", **typed)
    assert not pumps.is_open


def test_who_hands_a_deal_over_is_led_to_the_list(cast: Cast, wang: Browser) -> None:
    path = f"/deals/{cast.vague.id}"
    wang.submit(wang.get(f"{path}/edit"), path, owner="孙健")
    assert cast.vague.owner == cast.sun
    assert wang.location == "/deals"
    assert cast.vague.name in wang.follow().text
    wang.submit(wang.get("/deals/new"), "/deals", name="转交", owner="孙健")
    assert wang.location == "/deals"


def test_a_contact_of_another_customer_is_not_kept(cast: Cast, wang: Browser) -> None:
    wang_herself, pumps = cast.wang, cast.pumps
    other = Customer.register(Customer(name="沈阳水泵", owner=wang_herself), by=wang_herself)
    with db.session.no_autoflush:
        person = Contact.register(Contact(customer=other, name="马丽"), by=wang_herself)
    pumps.contact = db.session.scalars(Contact.at(cast.sigma)).one()
    db.session.commit()
    path = f"/deals/{cast.pumps.id}"
    page = wang.submit(wang.get(f"{path}/edit"), path, 422, customer="沈阳水泵")
    invalid = {values.get("name") for _, values in page.tags if values.get("aria-invalid")}
    assert invalid == {"contact"}
    wang.submit(page, path, contact="马丽")
    assert (pumps.customer, pumps.contact) == (other, person)


def test_whoever_helps_with_a_deal_does_not_give_it_away(cast: Cast, browser: Browser) -> None:
    cast.pumps.share_with({cast.zhao: 30}, by=cast.wang)
    db.session.commit()
    path, zhao = f"/deals/{cast.pumps.id}", cast.zhao
    taken = {"owner": zhao.name, "owner_id": str(zhao.id)}
    page = browser.sign_in("zhao").get(path)
    assert f"{path}/owner/edit" not in page.html
    browser.get(f"{path}/owner/edit", status=403)
    browser.post(f"{path}/owner", taken, status=403)
    page = browser.submit(browser.get(f"{path}/edit"), path, 422, **taken)
    assert "Only its owner, or who leads them, gives it away." in page.text
    browser.post(
        "/batches/deals", {"deed": "owner", "ids": str(cast.pumps.id), **taken}, status=303
    )
    db.session.expire_all()
    assert cast.pumps.owner == cast.wang
    browser.submit(browser.sign_in("wang").get(f"{path}/owner/edit"), f"{path}/owner", **taken)
    db.session.expire_all()
    assert cast.pumps.owner == zhao


def test_a_copy_of_the_same_name_says_it_once(cast: Cast, wang: Browser) -> None:
    name = cast.pumps.name
    page = wang.get(f"/deals/{cast.pumps.id}/copy")
    wang.submit(page, "/copy", name=name)
    text = wang.follow().text
    assert f"Copied from {name}" in text
    assert f"{name}: {name}" not in text


def test_of_a_closed_deal_no_chance_is_told(cast: Cast, wang: Browser) -> None:
    path = f"/deals/{cast.pumps.id}"
    assert "Probability" in wang.get(path).text
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    assert "Probability" not in wang.get(path).text
