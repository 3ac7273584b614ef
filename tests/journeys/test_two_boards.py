"""Two people look at one board: what one of them changes comes to the other within seconds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm.extensions import db, reading_only
from crm.models import Deal, Task, User
from tests.cast import Cast
from tests.journeys.conftest import Opener, look_again, ready
from tests.journeys.test_board import card, column, drag, in_column, open_board

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def rename(deal: Deal, name: str, by: User) -> None:
    """As its form does it; who did it is known before."""
    deal.name = name
    deal.note_changes(by=by)


class Elsewhere:
    """What somebody else does meanwhile, in a transaction of its own."""

    def __enter__(self) -> None:
        look_again()
        self.token = reading_only.set(False)

    def __exit__(self, *_: object) -> None:
        db.session.commit()
        reading_only.reset(self.token)


@pytest.fixture
def board_of_li(open_as: Opener) -> Page:
    page = open_as("li")
    open_board(page)
    return page


def test_a_move_is_seen_by_the_other(cast: Cast, open_as: Opener, board_of_li: Page) -> None:
    wang = open_as("wang")
    open_board(wang)
    drag(wang, card(wang, cast.pumps), column(wang, cast, 2))
    in_column(board_of_li, cast, 2, cast.pumps)
    expect(column(board_of_li, cast, 1).locator(".count")).to_have_text("0")
    expect(column(board_of_li, cast, 2).locator(".count")).to_have_text("1")


def test_edits_tasks_and_new_deals_are_seen(cast: Cast, board_of_li: Page) -> None:
    pumps = cast.pumps
    with Elsewhere():
        rename(pumps, "西格玛换泵", cast.wang)
        new = Deal(name="新来的机会", owner=cast.wang)
        new.set_amount(Decimal(7000), "CNY")
        Deal.open(new, cast.stages[0], by=cast.wang)
    expect(card(board_of_li, pumps)).to_contain_text("西格玛换泵")
    expect(column(board_of_li, cast, 0)).to_contain_text("新来的机会")
    with Elsewhere():
        task = Task(title="送样品", assignee=cast.li, deal=pumps)
        Task.add(task, by=cast.li)
    expect(card(board_of_li, pumps)).to_contain_text("送样品")


def test_won_and_trashed_deals_leave(cast: Cast, board_of_li: Page) -> None:
    pumps, vague = cast.pumps, cast.vague
    with Elsewhere():
        pumps.win(by=cast.wang)
        vague.trash(by=cast.wang)
    expect(card(board_of_li, pumps)).to_have_count(0)
    expect(card(board_of_li, vague)).to_have_count(0)


def test_a_deal_given_away_leaves_whom_it_is_no_longer_seen_by(cast: Cast, open_as: Opener) -> None:
    wang = open_as("wang")
    open_board(wang)
    with Elsewhere():
        cast.vague.give_to(cast.sun, by=cast.admin)
    expect(card(wang, cast.vague)).to_have_count(0)
    expect(card(wang, cast.pumps)).to_be_visible()


def test_nothing_moves_under_a_dragging_hand_and_nothing_is_lost(
    cast: Cast, board_of_li: Page
) -> None:
    page, vague = board_of_li, cast.vague
    start = card(page, cast.pumps).bounding_box()
    assert start
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 70, start["y"] + 30, steps=5)
    expect(card(page, cast.pumps)).to_contain_class("sortable-chosen")
    with Elsewhere():
        rename(vague, "说不清的机会", cast.wang)
    page.evaluate("document.getElementById('mark').dispatchEvent(new CustomEvent('every'))")
    assert [url for url in asked if "/changes" in url] == []
    assert "说不清的机会" not in card(page, vague).inner_text()
    page.mouse.move(start["x"] + 40, start["y"] + 12, steps=5)
    page.mouse.up()
    expect(card(page, vague)).to_contain_text("说不清的机会")
    in_column(page, cast, 1, cast.pumps)


def test_what_is_ticked_typed_and_focused_stays(cast: Cast, board_of_li: Page) -> None:
    page, pumps = board_of_li, cast.pumps
    card(page, pumps).hover()
    card(page, pumps).get_by_role("checkbox").check()
    search = page.get_by_role("searchbox", name="Deal or customer")
    search.focus()
    with Elsewhere():
        rename(pumps, "西格玛换泵", cast.wang)
    expect(card(page, pumps)).to_contain_text("西格玛换泵")
    expect(card(page, pumps).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#batch output")).to_have_text("1")
    expect(search).to_be_focused()


def test_lanes_change_too(cast: Cast, open_as: Opener) -> None:
    page = open_as("li")
    page.goto("/deals/board?lanes=owner")
    ready(page)
    with Elsewhere():
        cast.pumps.give_to(cast.zhao, by=cast.li)
    lane = page.locator(".lane", has_text=cast.zhao.name)
    expect(lane.locator(f"#deal_{cast.pumps.id}_card")).to_be_visible()
