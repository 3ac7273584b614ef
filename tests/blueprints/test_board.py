"""The board: true totals, columns in pages, and every way to move a card."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Action, Deal, Event, Task
from crm.queries.board import CARDS_PER_COLUMN
from tests.cast import Cast
from tests.page import Browser, Page

HTMX = "form#move"


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def move(browser: Browser, deal: Deal, stage: Any, *, status: int, htmx: str | bool = False,
         **typed: Any) -> Page:  # fmt: skip
    """Send the card's form, as a drag, a key or its menu does."""
    chosen = getattr(stage, "id", stage)
    form = {"stage": chosen, "from_stage": deal.stage_id, "version": deal.version, **typed}
    return browser.post(f"/deals/{deal.id}/move", form, status=status, htmx=htmx)


def targets(page: Page) -> list[str]:
    return [values["hx-target"] for tag, values in page.tags if tag == "hx-partial"]


def open_deals(cast: Cast, count: int) -> None:
    for number in range(count):
        deal = Deal(name=f"机会 {number:03}", owner=cast.wang)
        deal.set_amount(Decimal(100), "CNY")
        Deal.open(deal, cast.stages[0], by=cast.wang, at=clock.now() - timedelta(hours=number))
    db.session.commit()


def test_counts_and_sums_are_those_of_all_deals_not_of_the_cards_shown(
    cast: Cast, wang: Browser
) -> None:
    open_deals(cast, 45)
    page = wang.get("/deals/board")
    assert page.html.count('class="deal-card') == CARDS_PER_COLUMN + 1
    assert "First contact 46 " in page.text
    assert "4,500" in page.text
    assert "450" in page.text, "weighted by ten percent"


def test_a_column_comes_in_pages_without_gaps_and_repetitions(cast: Cast, wang: Browser) -> None:
    open_deals(cast, 45)
    stage = cast.stages[0].id
    page, names = wang.get("/deals/board"), []
    for _ in range(4):
        names += [values["href"] for tag, values in page.tags if values.get("class") == "deal-name"]
        more = [values["hx-get"] for _, values in page.tags
                if f"/deals/board/{stage}" in values.get("hx-get", "")]  # fmt: skip
        if not more:
            break
        page = wang.get(more[0], htmx="li#more")
    assert len(names) == len(set(names)) == 46 + 1


def more_of(page: Page) -> str:
    """The address of a column's next page."""
    return next(values["hx-get"] for _, values in page.tags if "after=" in values.get("hx-get", ""))


def cards_on(page: Page) -> list[str]:
    return [values["data-deal"] for _, values in page.tags if "data-deal" in values]


def test_the_next_page_stays_when_the_last_card_is_moved_or_trashed(
    cast: Cast, wang: Browser
) -> None:
    open_deals(cast, 45)
    page = wang.get("/deals/board")
    deals = [db.session.get_one(Deal, int(id)) for id in cards_on(page)]
    last = [deal for deal in deals if deal.stage == cast.stages[0]][-1]
    more, before = more_of(page), wang.get(more_of(page), htmx="li#more")
    move(wang, last, cast.stages[1], status=200, htmx=HTMX, customer="dlxgm")
    assert cards_on(wang.get(more, htmx="li#more")) == cards_on(before)
    last.trash(by=cast.wang)
    db.session.commit()
    assert cards_on(wang.get(more, htmx="li#more")) == cards_on(before)


@pytest.mark.parametrize(
    "after", ["", "x", "1", "-", "1-", "-1-1", "9" * 30 + "-1", "1-" + "9" * 30, "1-9999999999"]
)
def test_a_place_that_cannot_be_read_has_no_cards_after_it(
    cast: Cast, wang: Browser, after: str
) -> None:
    page = wang.get(f"/deals/board/{cast.stages[0].id}?after={after}", htmx="li#more")
    assert cards_on(page) == []


def test_where_no_stage_has_a_limit_nothing_is_stalled(cast: Cast, wang: Browser) -> None:
    for stage in cast.stages:
        stage.days_to_rot = 0
    db.session.commit()
    assert cards_on(wang.get("/deals/board?stuck=1")) == []


@pytest.mark.parametrize("shape", ["/deals/board", "/deals/forecast"])
def test_what_is_snoozed_is_shown_in_every_shape(cast: Cast, wang: Browser, shape: str) -> None:
    assert "西格玛磁力泵" not in wang.get(f"{shape}?snoozed=1").text
    cast.pumps.snooze(clock.now().date() + timedelta(days=9), reason="停产检修", by=cast.wang)
    db.session.commit()
    assert "西格玛磁力泵" in wang.get(f"{shape}?snoozed=1").text


def test_more_cards_without_javascript_are_the_list(cast: Cast, wang: Browser) -> None:
    wang.get(f"/deals/board/{cast.stages[0].id}?after=1", status=303)
    assert wang.location.startswith("/deals?")
    wang.follow()


def test_the_board_shows_only_tasks_that_one_may_see(cast: Cast, app: Flask, wang: Browser) -> None:
    Task.add(Task(title="私下打听", assignee=cast.li, deal=cast.vague), by=cast.li)
    db.session.commit()
    assert "私下打听" in Browser(app).sign_in("li").get("/deals/board").text
    assert "私下打听" not in wang.get("/deals/board").text


def test_a_move_answers_with_both_heads_and_the_card(cast: Cast, wang: Browser) -> None:
    deal, (_, left, entered, *_rest) = cast.pumps, cast.stages
    page = move(wang, deal, entered, status=200, htmx=HTMX)
    assert targets(page) == [
        f"#deal_{deal.id}_card", f"#stage_{left.id}_head", f"#stage_{entered.id}_head",
        f"#stage_{entered.id}_cards", "#dialogs", "#toasts",
    ]  # fmt: skip
    assert cast.pumps.stage == entered


def test_a_move_without_javascript_leads_back(cast: Cast, wang: Browser) -> None:
    move(wang, cast.pumps, cast.stages[2], status=303, next="/deals/board?stuck=1")
    assert wang.location == "/deals/board?stuck=1"
    move(wang, cast.pumps, cast.stages[3], status=303, next="https://evil.test/")
    assert wang.location == f"/deals/{cast.pumps.id}"


def test_a_move_is_taken_back_as_if_it_had_not_been(cast: Cast, app: Flask, wang: Browser) -> None:
    deal = cast.pumps
    deal.stage_since = deal.stays[0].entered_at = since = clock.now() - timedelta(days=50)
    db.session.commit()
    page = move(wang, deal, cast.stages[2], status=200, htmx=HTMX)
    (undo,) = [form for form in page.forms if form["action"] == f"/deals/{deal.id}/move/delete"]
    seen = {"version": deal.version}
    Browser(app).sign_in("li").post(undo["action"], seen, status=303)
    assert (cast.pumps.stage, len(cast.pumps.stays)) == (cast.stages[2], 2), "it was Wang who moved"
    wang.post(undo["action"], {**seen, "next": "/deals/board"}, status=303)
    assert wang.location == "/deals/board"
    (stay,) = cast.pumps.stays
    assert (cast.pumps.stage, cast.pumps.stage_since, stay.left_at) == (cast.stages[1], since, None)
    wang.post(undo["action"], seen, status=303)
    assert len(cast.pumps.stays) == 1, "nothing is left to take back"
    moves = select(Event).where(Event.action == Action.DEAL_MOVED)
    assert len(db.session.scalars(moves).all()) == 2


def test_a_move_is_not_taken_back_when_the_deal_was_changed_since(
    cast: Cast, wang: Browser
) -> None:
    move(wang, cast.pumps, cast.stages[2], status=303)
    version = cast.pumps.version
    cast.pumps.product = "阀"
    db.session.commit()
    wang.post(f"/deals/{cast.pumps.id}/move/delete", {"version": version}, status=303)
    assert cast.pumps.stage == cast.stages[2]
    assert "somebody else" in wang.follow().text


@pytest.mark.parametrize("htmx", [HTMX, False])
def test_missing_fields_are_asked_for_and_saved_with_the_move_in_one_go(
    cast: Cast, wang: Browser, htmx: str | bool
) -> None:
    target = cast.stages[4]
    page = move(wang, cast.vague, target, status=422, htmx=htmx)
    form = next(form for form in page.forms
                if form["action"].endswith(f"/deals/{cast.vague.id}/move")
                and form["fields"].get("stage") == str(target.id)
                and "amount" in form["fields"])  # fmt: skip
    asked = set(form["fields"]) - {"csrf_token", "version", "from_stage", "stage"}
    assert asked == {"customer", "customer_id", "amount", "expected_close"}
    assert cast.vague.stage == cast.stages[0]
    typed = {"customer": "dlxgm", "amount": "5000", "expected_close": "2026-09-30"}
    wang.post(form["action"], form["fields"] | typed, status=200 if htmx else 303, htmx=htmx)
    deal = cast.vague
    assert (deal.stage, deal.customer, deal.amount) == (target, cast.sigma, Decimal("5000.00"))


def ask_again(browser: Browser, page: Page, deal: Deal, status: int, **typed: str) -> Page:
    """Fill the small form as a person does who sees only its fields."""
    action = f"/deals/{deal.id}/move"
    form = next(
        form
        for form in page.forms
        if form["action"].endswith(action) and "amount" in form["fields"]
    )
    return browser.post(form["action"], form["fields"] | typed, status=status, htmx=HTMX)


def test_fields_filled_one_at_a_time_are_kept(cast: Cast, wang: Browser) -> None:
    target = cast.stages[4]
    page = move(wang, cast.vague, target, status=422, htmx=HTMX)
    page = ask_again(wang, page, cast.vague, 422, customer="dlxgm")
    page = ask_again(wang, page, cast.vague, 422, amount="viel")
    page = ask_again(wang, page, cast.vague, 422, amount="5000")
    ask_again(wang, page, cast.vague, 200, expected_close="2026-09-30")
    assert (cast.vague.stage, cast.vague.customer) == (target, cast.sigma)


def test_what_is_filled_with_a_move_is_in_the_history(cast: Cast, wang: Browser) -> None:
    typed = {"customer": "dlxgm", "amount": "5000", "expected_close": "2026-09-30"}
    move(wang, cast.vague, cast.stages[4], status=303, **typed)
    changed = db.session.scalars(
        select(Event).where(Event.deal_id == cast.vague.id, Event.action == Action.DEAL_CHANGED)
    ).one()
    assert changed.particulars["changes"] == {
        "customer": ["", cast.sigma.name], "amount": ["", "5000.00"],
        "expected_close": ["", "2026-09-30"],
    }  # fmt: skip


def test_what_is_typed_wrongly_is_asked_for_again(cast: Cast, wang: Browser) -> None:
    page = move(wang, cast.vague, cast.stages[4], status=422, htmx=HTMX, amount="viel")
    assert "viel" in page.html
    assert cast.vague.stage == cast.stages[0]


@pytest.mark.parametrize("htmx", [HTMX, False])
def test_a_stale_move_is_refused_and_the_columns_are_as_they_are(
    cast: Cast, app: Flask, wang: Browser, htmx: str | bool
) -> None:
    deal = cast.pumps
    seen = {"from_stage": deal.stage_id, "version": deal.version}
    move(Browser(app).sign_in("li"), deal, cast.stages[3], status=303)
    page = move(wang, deal, cast.stages[2], status=409, htmx=htmx, **seen)
    assert cast.pumps.stage == cast.stages[3]
    if htmx:
        columns = {f"#stage_{cast.stages[number].id}_column" for number in (1, 2, 3)}
        assert set(targets(page)) == columns | {"#toasts"}


@pytest.mark.parametrize(
    ("field", "value"), [("version", ""), ("version", "x"), ("from_stage", "")]
)
def test_a_move_says_what_it_saw(cast: Cast, wang: Browser, field: str, value: str) -> None:
    move(wang, cast.pumps, cast.stages[2], status=409, **{field: value})
    assert cast.pumps.stage == cast.stages[1]


def test_a_closed_deal_does_not_move(cast: Cast, wang: Browser) -> None:
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    move(wang, cast.pumps, cast.stages[2], status=409, htmx=HTMX)


@pytest.mark.parametrize("stage", ["", "0", "99999", "x"])
def test_a_stage_that_is_none_is_asked_for(cast: Cast, wang: Browser, stage: str) -> None:
    move(wang, cast.pumps, stage, status=422, htmx=HTMX)
    move(wang, cast.pumps, stage, status=422)


@pytest.mark.parametrize("who", ["zhao", "reader", "fin"])
def test_who_sees_but_may_not_move_gets_the_card_back_and_the_reason(
    cast: Cast, browser: Browser, who: str
) -> None:
    browser.sign_in(who)
    page = move(browser, cast.pumps, cast.stages[2], status=403, htmx=HTMX)
    assert f"#stage_{cast.stages[1].id}_column" in targets(page)
    assert f"deal_{cast.pumps.id}_card" in page.html
    assert "#toasts" in targets(page)
    move(browser, cast.pumps, cast.stages[2], status=403)
    assert cast.pumps.stage == cast.stages[1]


@pytest.mark.parametrize("who", ["sun", "wu", "zhou"])
def test_a_foreign_deal_is_not_there(cast: Cast, browser: Browser, who: str) -> None:
    browser.sign_in(who)
    assert cast.pumps.name not in browser.get("/deals/board").text
    move(browser, cast.pumps, cast.stages[2], status=404, htmx=HTMX)
    move(browser, cast.pumps, cast.stages[2], status=404)
