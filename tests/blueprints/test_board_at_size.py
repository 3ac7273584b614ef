"""The board with many deals and stages: true sums, every order without gaps, lanes, folds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.filters.deals.board import BoardFilter
from crm.models import Activity, Deal, OptionList, Pipeline, SavedView, Stage, Task
from crm.queries.board import CARDS_PER_NARROW, board
from tests.cast import Cast
from tests.page import Browser, Page
from tests.queries_counted import counted

SORTS = ("stage_since", "amount", "expected", "name", "last_contact")


@pytest.fixture
def li(cast: Cast, browser: Browser) -> Browser:
    """Who leads the team of Wang and Zhao."""
    return browser.sign_in("li")


def add_stages(cast: Cast, count: int) -> list[Stage]:
    """So many in all, each with a limit."""
    pipeline = cast.stages[0].pipeline
    for number in range(len(pipeline.stages), count):
        pipeline.stages.append(
            Stage(label_zh=f"第{number}步", label_en=f"Step {number}", position=number,
                  probability=40, days_to_rot=10, colour="blue")
        )  # fmt: skip
    db.session.flush()
    return list(pipeline.stages)


def open_deals(cast: Cast, stages: list[Stage], count: int) -> list[Deal]:
    """Spread over stages, owners, amounts, days; many are equal in what they are sorted by."""
    dice, deals = Random(7), []
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    for number in range(count):
        owner = dice.choice((cast.wang, cast.zhao))
        deal = Deal(name=f"机会 {number % 7}", owner=owner, customer=cast.sigma)
        if number % 3:
            deal.set_amount(Decimal(dice.randint(1, 4) * 1000), "CNY")
            deal.expected_close = clock.now().date() + timedelta(days=dice.randint(0, 3))
        else:
            deal.set_amount(None, "CNY")
        deal.probability = 70 if number % 5 == 0 else None
        at = clock.now() - timedelta(days=dice.randint(0, 40))
        Deal.open(deal, stages[number % len(stages)], by=owner, at=at, historic=True)
        if number % 4 == 0:
            activity = Activity(customer=cast.sigma, deal=deal, kind=call, summary="电话")
            activity.happened_at = clock.now() - timedelta(days=dice.randint(0, 3))
            Activity.log(activity, by=owner)
            Task.add(Task(title=f"任务 {number}", assignee=cast.li, deal=deal), by=owner)
        deals.append(deal)
    db.session.commit()
    return deals


def cards_on(page: Page) -> list[int]:
    return [int(values["data-deal"]) for _, values in page.tags if "data-deal" in values]


def more_of(page: Page) -> list[str]:
    """The addresses of the next cards of each list."""
    return [values["hx-get"] for _, values in page.tags if "after=" in values.get("hx-get", "")]


def test_sums_and_the_bar_of_what_stands_still_are_those_of_all_deals(
    app: Flask, cast: Cast
) -> None:
    stages = add_stages(cast, 12)
    open_deals(cast, stages, 240)
    now = clock.now()
    with app.test_request_context():
        columns = board(BoardFilter(), cast.li, stages).columns
    for column in columns:
        here = [
            deal
            for deal in db.session.scalars(Deal.visible_to(cast.li))
            if deal.is_open and deal.stage_id == column.stage.id
        ]
        assert column.count == len(here)
        assert column.amount == sum((deal.base_amount or 0 for deal in here), Decimal(0))
        weighted = sum(((deal.base_amount or 0) * deal.chance for deal in here), Decimal(0)) / 100
        assert abs(column.weighted - weighted) <= Decimal("0.01")
        states = [deal.stagnation(now) for deal in here]
        assert column.stuck == len(list(filter(None, states)))
        assert column.alarmed == states.count("alarm")


def test_a_bar_shows_whatever_there_is(cast: Cast, li: Browser) -> None:
    deal = cast.pumps
    deal.stage_since = clock.now() - timedelta(days=500)
    db.session.commit()
    page = li.get("/deals/board")
    assert "Stalled: 1, of them 1.5 times as long: 1" in page.html
    assert '<rect width="100%"' in page.html


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in SORTS for sign in ("", "-")])
def test_a_column_is_paged_in_each_order_without_gaps(cast: Cast, li: Browser, sort: str) -> None:
    deals = open_deals(cast, cast.stages[:1], 45)
    page, seen = li.get(f"/deals/board?sort={sort}"), []
    for _ in range(5):
        seen += cards_on(page)
        if not (more := more_of(page)):
            break
        page = li.get(more[0], htmx="li#more")
    expected = {deal.id for deal in deals} | {cast.vague.id, cast.pumps.id}
    assert sorted(seen) == sorted(expected)


def test_of_many_columns_fewer_cards_are_drawn_at_first(cast: Cast, li: Browser) -> None:
    stages = add_stages(cast, 20)
    open_deals(cast, stages[10:11], 30)
    page = li.get("/deals/board")
    assert len(cards_on(page)) == CARDS_PER_NARROW + 2
    assert "<option" not in page.html.split('id="board"')[1].split('id="mark"')[0]


def test_queries_grow_neither_with_deals_nor_with_stages(
    app: Flask, cast: Cast, li: Browser
) -> None:
    paths = ("/deals/board", "/deals/board?lanes=owner", "/deals/board?sort=-last_contact",
             "/deals/board?columns=name,tags,contact,source,last_contact,weighted")  # fmt: skip
    counts = []
    for stages, deals in ((5, 2), (5, 40), (20, 200)):
        open_deals(cast, add_stages(cast, stages), deals)
        each = []
        for path in paths:
            li.get(path)  # what is read once for each process is read now
            with counted(app) as statements:
                li.get(path)
            each.append(len(statements))
        counts.append(each)
    assert counts[0] == counts[1] == counts[2]


def test_lanes_show_each_owner_once_and_all_that_is_theirs(cast: Cast, li: Browser) -> None:
    deals = open_deals(cast, cast.stages[:2], 30)
    page = li.get("/deals/board?lanes=owner")
    assert page.html.count('class="lane-name"') == len({deal.owner_id for deal in deals})
    for user in (cast.wang, cast.zhao):
        theirs = [
            deal for deal in db.session.scalars(Deal.visible_to(cast.li)) if deal.owner == user
        ]
        assert f"{user.name} {len([deal for deal in theirs if deal.is_open])}" in page.text
    assert len(cards_on(page)) == len(set(cards_on(page)))
    seen = set(cards_on(page))
    for more in [
        values["hx-get"] for _, values in page.tags if "after=" in values.get("hx-get", "")
    ]:
        while more:
            page = li.get(more, htmx="li#more")
            assert not seen & set(cards_on(page))
            seen |= set(cards_on(page))
            more = next((values["hx-get"] for _, values in page.tags
                         if "after=" in values.get("hx-get", "")), "")  # fmt: skip
    assert seen == {deal.id for deal in deals} | {cast.vague.id, cast.pumps.id}


def test_of_a_folded_stage_only_the_name_and_the_sums_are_asked_for(
    cast: Cast, li: Browser
) -> None:
    page = li.get(f"/deals/board?folded={cast.stages[1].id}")
    assert cast.pumps.id not in cards_on(page)
    assert f"Unfold {cast.stages[1].label_en}" in page.html
    assert f"Fold {cast.stages[0].label_en}" in page.html


def test_a_card_shows_what_was_chosen(cast: Cast, li: Browser) -> None:
    cast.pumps.product = "磁力泵 CQB"
    db.session.commit()
    assert "磁力泵 CQB" not in li.get("/deals/board").text
    page = li.get("/deals/board?columns=name,product")
    assert "Product: 磁力泵 CQB" in page.text
    assert cast.sigma.name not in page.text


def test_the_board_is_saved_as_a_view_with_its_lanes_and_folds(cast: Cast, li: Browser) -> None:
    query = f"lanes=owner&folded={cast.stages[0].id}"
    li.post(
        "/views/board", {"name": "我的看板", "query": query, "shared_with": "nobody"}, status=303
    )
    view = db.session.scalars(select(SavedView).where(SavedView.list == "board")).one()
    assert f"view={view.id}" in li.location
    page = li.follow()
    assert "我的看板" in page.text
    assert 'class="lane-name"' in page.html


def test_a_batch_leads_back_to_the_board_as_it_was(cast: Cast, li: Browser) -> None:
    fields = {"deed": "close", "record": str(cast.pumps.id), "asked": "1",
              "expected_close": "2030-01-31"}  # fmt: skip
    li.post("/batches/board?lanes=owner", fields, status=303)
    assert li.location == "/deals/board?lanes=owner"
    assert str(cast.pumps.expected_close) == "2030-01-31"


def test_what_a_filter_does_not_ask_it_takes_along(cast: Cast, li: Browser) -> None:
    page = li.get(f"/deals/board?folded={cast.stages[0].id}&columns=name,owner&lanes=owner")
    form = next(form for form in page.forms if form.get("id") == "filters")
    assert form["fields"]["folded"] == str(cast.stages[0].id)
    assert form["fields"]["columns"] == "name,owner"


def test_the_board_of_a_pipeline_that_went_out_of_use_is_the_main_one(
    cast: Cast, li: Browser
) -> None:
    spares = db.session.scalars(select(Pipeline).order_by(Pipeline.id.desc()).limit(1)).one()
    spares.retire(cast.stages[0], by=cast.admin)
    db.session.commit()
    page = li.get(f"/deals/board?pipeline={spares.id}")
    assert cast.pumps.name in page.text


@pytest.mark.parametrize("lane", ["1" * 30, "-1", "x", ""])
def test_a_lane_that_is_none_is_no_mistake(cast: Cast, li: Browser, lane: str) -> None:
    li.get(f"/deals/board/{cast.stages[1].id}?lane={lane}&after=x", htmx=True)
