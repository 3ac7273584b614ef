"""The live board: what others changed, as far as one sees it, and nothing while nothing did."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Action, Deal, Event, UserSession
from crm.models.session import IDLE, TOUCH_EVERY
from crm.queries.board.changes import Mark, shown_in
from tests.cast import Cast
from tests.page import Browser, Page
from tests.queries_counted import counted

POLL = "input#mark"


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


class Board:
    """An open board: it knows its mark and its cards, as the page in a browser does."""

    def __init__(self, browser: Browser, query: str = "") -> None:
        self.browser, self.query = browser, query
        self.page = browser.get(f"/deals/board?{query}")
        self.mark = self._mark()

    def _mark(self) -> str:
        return next(values["value"] for _, values in self.page.tags if values.get("id") == "mark")

    @property
    def shown(self) -> str:
        lists: list[list[str]] = []
        for _, values in self.page.tags:
            if "data-place" in values:
                lists.append([values["data-place"]])
            elif "data-deal" in values and lists:
                lists[-1].append(values["data-deal"])
        return "".join(f"&shown={','.join(each)}" for each in lists)

    def ask(self, status: int = 200, *, shown: str | None = None) -> Page:
        """What the page asks every few seconds; the cards it shows are those it was opened with."""
        cards = self.shown if shown is None else shown
        path = f"/deals/board/changes?mark={self.mark}{cards}&{self.query}"
        return self.browser.get(path, status=status, htmx=POLL)


def targets(page: Page) -> list[str]:
    return [values["hx-target"] for tag, values in page.tags if tag == "hx-partial"]


def test_while_nothing_happens_nothing_is_answered_after_one_query(
    app: Flask, cast: Cast, wang: Browser
) -> None:
    board = Board(wang)
    with counted(app) as statements:
        board.ask(204)
    assert [each for each in statements if "FROM event" not in each and "session" not in each] == []
    assert len(statements) == 2, "whose session it is, and how many events there were"


def test_a_move_of_somebody_else_draws_both_columns_and_nothing_else(
    cast: Cast, wang: Browser
) -> None:
    board = Board(wang)
    cast.pumps.move_to(cast.stages[2], by=cast.li)
    db.session.commit()
    page = board.ask()
    told = {cast.vague.stage_id, cast.stages[1].id, cast.stages[2].id}
    assert set(targets(page)) == {f"#stage_{id}_column" for id in told} | {"#mark"}
    assert "has-come" in page.html


def test_of_a_card_that_is_not_shown_the_head_of_the_stage_it_left_is_drawn(
    cast: Cast, wang: Browser
) -> None:
    board = Board(wang)
    cast.pumps.move_to(cast.stages[2], by=cast.li)
    cast.pumps.win(by=cast.li)
    db.session.commit()
    page = board.ask(shown=f"&shown={cast.stages[1].id}")
    heads = {f"#stage_{cast.stages[number].id}_head" for number in (1, 2)}
    assert heads <= set(targets(page))


def test_after_the_answer_there_is_nothing_new(cast: Cast, wang: Browser) -> None:
    board = Board(wang)
    cast.pumps.move_to(cast.stages[2], by=cast.li)
    db.session.commit()
    answer = board.ask().html
    written = re.search(r'name="mark" value="([^"]+)"', answer)
    assert written
    board.mark = written[1]
    board.ask(204)


def test_a_card_that_one_may_not_see_never_comes(cast: Cast, browser: Browser) -> None:
    board = Board(browser.sign_in("wu"))
    cast.pumps.move_to(cast.stages[2], by=cast.li)
    db.session.commit()
    page = board.ask(shown=f"&shown={cast.stages[1].id},99999")
    assert cast.pumps.name not in page.text
    assert f"deal_{cast.pumps.id}" not in page.html


def test_a_deal_given_away_goes_from_whom_it_is_no_longer_seen_by(
    cast: Cast, wang: Browser
) -> None:
    board = Board(wang)
    cast.vague.give_to(cast.sun, by=cast.admin)
    db.session.commit()
    page = board.ask()
    assert f"#stage_{cast.stages[0].id}_column" in targets(page)
    assert cast.vague.name not in page.text


@pytest.mark.parametrize("verb", ["win", "trash"])
def test_what_is_closed_or_trashed_goes(cast: Cast, wang: Browser, verb: str) -> None:
    board = Board(wang)
    getattr(cast.pumps, verb)(by=cast.li)
    db.session.commit()
    page = board.ask()
    assert f"#stage_{cast.stages[1].id}_column" in targets(page)
    assert cast.pumps.name not in page.text


def test_a_new_deal_comes_if_the_filter_lets_it(cast: Cast, wang: Browser) -> None:
    all_deals, large = Board(wang), Board(wang, "amount=50000..")
    deal = Deal(name="小机会", owner=cast.wang)
    deal.set_amount(Decimal(100), "CNY")
    Deal.open(deal, cast.stages[0], by=cast.wang)
    db.session.commit()
    assert "小机会" in all_deals.ask().text
    assert "小机会" not in large.ask().text


def test_as_many_cards_are_drawn_as_were_shown(cast: Cast, wang: Browser) -> None:
    for number in range(30):
        deal = Deal(name=f"机会 {number}", owner=cast.wang)
        deal.set_amount(Decimal(100), "CNY")
        Deal.open(deal, cast.stages[0], by=cast.wang, at=clock.now() - timedelta(hours=number))
    db.session.commit()
    board = Board(wang)
    ids = [str(id) for id in db.session.scalars(select(Deal.id).where(Deal.name.like("机会%")))]
    cast.vague.expect_close_on(clock.now().date(), by=cast.li)
    db.session.commit()
    page = board.ask(shown=f"&shown={cast.stages[0].id},{','.join(ids[:25])}")
    assert page.html.count("data-deal=") == 25


def test_lanes_are_drawn_whole(cast: Cast, wang: Browser) -> None:
    board = Board(wang, "lanes=owner")
    cast.pumps.move_to(cast.stages[2], by=cast.li)
    db.session.commit()
    assert targets(board.ask()) == ["#board", "#mark"]


def test_changed_stages_draw_the_whole_board(cast: Cast, wang: Browser) -> None:
    board = Board(wang)
    pipeline = cast.stages[0].pipeline
    Event.record(Action.STAGES_CHANGED, pipeline, by=cast.admin, changes={"stages": ["", "新"]})
    db.session.commit()
    assert targets(board.ask()) == ["#board", "#mark"]


@pytest.mark.parametrize("mark", ["", "x", "1", "-", "1-", "9" * 30 + "-1", "1-1-1", "１-１"])
def test_a_mark_that_cannot_be_read_draws_the_whole_board(
    cast: Cast, wang: Browser, mark: str
) -> None:
    board = Board(wang)
    board.mark = mark
    assert targets(board.ask()) == ["#board", "#mark"]


def test_an_event_that_is_committed_after_later_ones_is_not_missed(
    cast: Cast, wang: Browser
) -> None:
    first = Event.record(Action.DEAL_TRASHED, cast.pumps, by=cast.li, name="")
    Event.record(Action.DEAL_TRASHED, cast.vague, by=cast.li, name="")
    db.session.flush()
    kept = ("id", "action", "at", "subject_kind", "subject_id", "deal_id", "particulars")
    late = {name: getattr(first, name) for name in kept}
    db.session.delete(first)
    db.session.commit()
    mark = Mark.now()
    assert mark.is_current
    db.session.add(Event(**late, due_at=clock.now()))
    db.session.commit()
    assert not mark.is_current


def test_asking_does_not_keep_the_session_alive(cast: Cast, wang: Browser) -> None:
    board = Board(wang)
    session = db.session.scalars(select(UserSession).order_by(UserSession.id.desc())).first()
    assert session
    session.last_seen_at = before = clock.now() - TOUCH_EVERY * 2
    db.session.commit()
    board.ask(204)
    db.session.expire_all()
    assert session.last_seen_at == before
    wang.get("/deals/board")
    db.session.expire_all()
    assert session.last_seen_at > before


def test_when_the_session_is_over_the_page_is_told(cast: Cast, wang: Browser) -> None:
    board = Board(wang)
    session = db.session.scalars(select(UserSession).order_by(UserSession.id.desc())).first()
    assert session
    session.last_seen_at = clock.now() - IDLE * 2
    db.session.commit()
    board.ask()
    assert wang.location.startswith("/sign-in")


def test_a_visit_leads_to_the_board(cast: Cast, wang: Browser) -> None:
    wang.get("/deals/board/changes?mark=1-1&stuck=1", status=303)
    assert wang.location == "/deals/board?stuck=1"


@given(st.lists(st.text(alphabet="0123456789,-x１ ", max_size=40), max_size=5))
def test_what_a_browser_says_it_shows_is_numbers_or_nothing(written: list[str]) -> None:
    for stage_id, ids in shown_in(written).items():
        assert all(0 <= each < 2**31 for each in [stage_id, *ids])
