"""The forecast: months as columns, true sums, and cards that are brought into another month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from crm.extensions import db
from crm.filters.deals import DealFilter
from crm.filters.deals.forecast import ForecastFilter, slots
from crm.models import Company, Deal, Event, OptionList, Quota, Term
from crm.queries.forecast import forecast
from crm.terms import Span
from tests.cast import Cast
from tests.page import Browser
from tests.queries_counted import counted

MONTHS = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def li(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("li")


def deal(cast: Cast, day: date | None, amount: int = 1000, stage: int = 0) -> Deal:
    made = Deal(name=f"机会 {day or 0}", owner=cast.wang, customer=cast.sigma, expected_close=day)
    made.set_amount(Decimal(amount), "CNY")
    return Deal.open(made, cast.stages[stage], by=cast.wang, historic=True)


@pytest.fixture
def world(cast: Cast) -> Cast:
    """On June 17th: one deal in each column, and of June and July one more, closed."""
    for each in db.session.scalars(select(Deal)):
        each.trash(by=cast.li)
    for month, day in ((6, 16), (6, 17), (7, 31), (8, 1), (9, 2), (10, 3), (11, 30), (12, 1)):
        deal(cast, date(2026, month, day), 1000 * month)
    deal(cast, None, 77)
    deal(cast, date(2026, 6, 20), 400).win(by=cast.wang)
    reason = cast.option(OptionList.LOST_REASON, "Price")
    deal(cast, date(2026, 7, 20), 9).lose(by=cast.wang, reason=reason)
    db.session.commit()
    return cast


def columns(cast: Cast, query: str = "") -> dict[str, tuple[int, Decimal]]:
    found = forecast(ForecastFilter.parse_text(query), cast.li, slots())
    return {column.slot.key: (column.sums.deals, column.sums.amount) for column in found}


def test_each_open_deal_stands_in_the_column_of_its_day_and_closed_ones_in_none(
    world: Cast,
) -> None:
    months = {month: 1000 * int(month[-2:]) for month in MONTHS}
    expected = {"overdue": 6000, **months, "later": 12000, "undated": 77}
    assert columns(world) == {key: (1, Decimal(amount)) for key, amount in expected.items()}
    for column in forecast(ForecastFilter(), world.li, slots()):
        assert [column.slot.holds(card.deal) for card in column.cards] == [True]
        chance = world.stages[0].probability
        assert column.sums.weighted == column.sums.amount * chance / 100


def test_a_column_is_the_list_behind_it(world: Cast, li: Browser) -> None:
    for slot in slots():
        li.get(f"/deals/forecast/{slot.key}", status=303)
        behind = li.last.headers["Location"]
        li.get(behind)
        filter = DealFilter.parse_text(behind.partition("?")[2])
        (found,) = (db.session.get_one(Deal, id) for id in filter.ids(world.li, 9))
        assert slot.holds(found)


def test_it_is_narrowed_as_list_and_board_are(world: Cast) -> None:
    assert columns(world, f"owner={world.zhao.id}") == {slot.key: (0, 0) for slot in slots()}
    assert columns(world, f"stage={world.stages[0].id}&owner={world.wang.id}")["later"][0] == 1
    assert columns(world, "amount=..100")["undated"] == (1, 77)
    assert columns(world, "amount=..100")["later"] == (0, 0)


def test_heads_say_the_quota_of_the_month_and_what_is_won(world: Cast, li: Browser) -> None:
    term = Term(Span.MONTH, date(2026, 6, 1))
    Quota.set_for(Company.current(), 2026, {term: Decimal(4000)}, by=world.admin)
    Quota.set_for(world.wang, 2026, {term: Decimal(1000)}, by=world.admin)
    db.session.commit()

    def june(query: str, who: str = "admin") -> tuple[Decimal | None, Decimal]:
        found = forecast(ForecastFilter.parse_text(query), getattr(world, who), slots())
        return found[1].quota, found[1].won

    assert june("") == (Decimal(4000), Decimal(400))
    assert june(f"owner={world.wang.id}") == (Decimal(1000), Decimal(400))
    assert june("owner=me", "wang") == (Decimal(1000), Decimal(400))
    assert june("", "wang") == (Decimal(1000), Decimal(400))
    assert june(f"owner={world.wang.id}", "wu")[0] is None, "not hers to see"
    assert june(f"stage={world.stages[0].id}") == (None, Decimal(400)), (
        "of stages nobody has a quota"
    )


def test_a_card_gets_the_last_day_of_its_new_month(world: Cast, wang: Browser) -> None:
    moved = db.session.scalars(select(Deal).where(Deal.name == "机会 2026-07-31")).one()
    path, form = f"/deals/{moved.id}/close", {"version": "1", "from_month": "2026-07"}
    stream = wang.post(path, {**form, "month": "2026-09"}, htmx="li#card", status=200).html
    assert "slot_2026-07_head" in stream
    assert "slot_2026-09_cards" in stream
    db.session.expire_all()
    assert moved.expected_close == date(2026, 9, 30)
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert event.particulars["changes"] == {"expected_close": ["2026-07-31", "2026-09-30"]}
    for month, day in (("2026-09", date(2026, 9, 30)), ("later", date(2026, 12, 31)),
                       ("2026-06", date(2026, 6, 30)), ("undated", None)):  # fmt: skip
        wang.post(path, {"version": str(moved.version), "month": month}, htmx="li#card", status=200)
        db.session.expire_all()
        assert moved.expected_close == day


def test_a_day_in_the_month_already_is_kept(world: Cast, wang: Browser) -> None:
    for name, month in (("机会 2026-06-17", "2026-06"), ("机会 2026-12-01", "later")):
        kept = db.session.scalars(select(Deal).where(Deal.name == name)).one()
        wang.post(
            f"/deals/{kept.id}/close", {"version": "1", "month": month}, htmx="li#card", status=200
        )
        db.session.expire_all()
        assert str(kept.expected_close) == name.removeprefix("机会 ")
        assert kept.version == 1


@pytest.mark.parametrize("month", ["overdue", "2026-05", "2025-01", "nonsense", ""])
def test_a_month_that_is_past_is_refused_with_the_reason(
    world: Cast, wang: Browser, month: str
) -> None:
    moved = db.session.scalars(select(Deal).where(Deal.name == "机会 2026-07-31")).one()
    form = {"version": "1", "month": month, "from_month": "2026-07"}
    for htmx in ("li#card", False):
        page = wang.post(f"/deals/{moved.id}/close", form, htmx=htmx, status=422)
        assert "A day that is past cannot be expected" in page.text
    db.session.expire_all()
    assert moved.expected_close == date(2026, 7, 31)


def test_a_stage_that_demands_the_day_refuses_to_be_without(world: Cast, wang: Browser) -> None:
    world.stages[0].required = ["expected_close"]
    db.session.commit()
    moved = db.session.scalars(select(Deal).where(Deal.name == "机会 2026-07-31")).one()
    page = wang.post(f"/deals/{moved.id}/close", {"version": "1", "month": "undated"},
                     htmx="li#card", status=422)  # fmt: skip
    assert "needs the day" in page.text
    assert "Without a day" not in wang.get(f"/deals/{moved.id}/close").text
    db.session.expire_all()
    assert moved.expected_close == date(2026, 7, 31)


def test_a_stale_move_is_refused_and_shows_the_columns_as_they_are(
    world: Cast, wang: Browser
) -> None:
    moved = db.session.scalars(select(Deal).where(Deal.name == "机会 2026-07-31")).one()
    moved.expect_close_on(date(2026, 8, 5), by=world.li)
    db.session.commit()
    form = {"version": "1", "month": "2026-10", "from_month": "2026-07"}
    page = wang.post(f"/deals/{moved.id}/close", form, htmx="li#card", status=409)
    assert "changed by somebody else" in page.text
    for key in ("2026-07", "2026-08", "2026-10"):
        assert f"slot_{key}_column" in page.html
    moved.win(by=world.wang)
    db.session.commit()
    form["version"] = str(moved.version)
    page = wang.post(f"/deals/{moved.id}/close", form, htmx="li#card", status=409)
    assert "was closed in the meantime" in page.text


def test_without_javascript_a_form_offers_the_months_and_there_is_a_way_back(
    world: Cast, wang: Browser
) -> None:
    moved = db.session.scalars(select(Deal).where(Deal.name == "机会 2026-06-16")).one()
    page = wang.get(f"/deals/{moved.id}/close?next=/deals/forecast")
    assert "Jun 2026 Jun 30, 2026" in page.text
    form = {"version": "1", "month": "2026-06", "from_month": "overdue"}
    wang.post(f"/deals/{moved.id}/close?next=/deals/forecast", form, status=303)
    assert "is expected on Jun 30, 2026" in wang.get("/deals/forecast").text
    wang.post(f"/deals/{moved.id}/close/delete", {"version": "2", "day": "2026-06-16"}, status=303)
    db.session.expire_all()
    assert moved.expected_close == date(2026, 6, 16)
    wang.post(f"/deals/{moved.id}/close/delete", {"version": "2", "day": ""}, status=303)
    db.session.expire_all()
    assert moved.expected_close == date(2026, 6, 16), "changed since: nothing is taken back"


def test_more_cards_follow_the_first(cast: Cast, li: Browser) -> None:
    for day in range(1, 31):
        deal(cast, date(2026, 9, day))
    db.session.commit()
    column = next(each for each in forecast(ForecastFilter(), cast.li, slots())
                  if each.slot.key == "2026-09")  # fmt: skip
    assert [card.deal.expected_close.day for card in column.cards if card.deal.expected_close] == [
        *range(1, 13)
    ]
    assert column.has_more
    page = li.get(f"/deals/forecast/2026-09?after={column.cards[-1].place}", htmx="li#card")
    assert "机会 2026-09-13" in page.text
    assert "机会 2026-09-12" not in page.text
    li.get("/deals/forecast/2031-01", status=404)


def test_many_deals_are_asked_for_as_few_are(app: Flask, cast: Cast, li: Browser) -> None:
    asked = []
    for _ in range(2):
        for month in range(6, 13):
            for day in range(18, 28):
                deal(cast, date(2026, month, day))
        db.session.commit()
        li.get("/deals/forecast")
        with counted(app) as statements:
            li.get("/deals/forecast")
        asked.append(len(statements))
    assert asked[0] == asked[1]
