"""Cards are moved by mouse, by finger, by key, by menu and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.extensions import db, reading_only
from crm.models import Deal
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def open_board(page: Page) -> None:
    page.goto("/deals/board")
    ready(page)


def card(page: Page, deal: Deal) -> Locator:
    return page.locator(f"#deal_{deal.id}_card")


def column(page: Page, cast: Cast, position: int) -> Locator:
    return page.locator(f"#stage_{cast.stages[position].id}_column")


def in_column(page: Page, cast: Cast, position: int, deal: Deal) -> None:
    """The card stands in the column, and nowhere else; so does the deal in the database."""
    expect(column(page, cast, position).locator(f"#deal_{deal.id}_card")).to_be_visible()
    expect(card(page, deal)).to_have_count(1)
    look_again()
    assert db.session.get_one(Deal, deal.id).stage_id == cast.stages[position].id


def drag(page: Page, what: Locator, to: Locator) -> None:
    """Carry the card over the column, let go once the column has taken it, and be answered.

    The column has the card before the server knows of it: what is looked at next is what it says.
    """
    start, goal = what.bounding_box(), to.locator(".cards").or_(to).last.bounding_box()
    assert start
    assert goal
    name = what.get_attribute("id")
    sent_to = what.locator(".move").get_attribute("href")
    assert sent_to
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 20, steps=4)
    for step in range(40):
        page.mouse.move(goal["x"] + 40 + step % 5, goal["y"] + 20 + step % 3, steps=6)
        if to.locator(f"#{name}").count():
            break
    expect(to.locator(f"#{name}")).to_have_count(1)
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.url.endswith(sent_to)
    ):
        page.mouse.up()


def test_a_rep_drags_a_card_with_the_mouse(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_board(page)
    drag(page, card(page, cast.pumps), column(page, cast, 2))
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    in_column(page, cast, 2, cast.pumps)
    expect(column(page, cast, 1).locator(".count")).to_have_text("0")
    expect(column(page, cast, 2).locator(".count")).to_have_text("1")


def test_a_stage_asks_for_what_it_needs_and_one_answer_moves_the_card(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("wang")
    open_board(page)
    drag(page, card(page, cast.vague), column(page, cast, 3))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Quotation needs this first")
    in_column(page, cast, 0, cast.vague)
    dialog.get_by_label("Customer").fill("dlxgm")
    dialog.get_by_label("Amount").fill("12,500")
    dialog.get_by_role("button", name="Save and move").click()
    expect(page.locator("#toasts")).to_contain_text("is now in Quotation")
    expect(dialog).to_have_count(0)
    in_column(page, cast, 3, cast.vague)
    assert db.session.get_one(Deal, cast.vague.id).customer_id == cast.sigma.id


def test_closing_the_question_leaves_the_card_where_it_was(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_board(page)
    drag(page, card(page, cast.vague), column(page, cast, 3))
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    in_column(page, cast, 0, cast.vague)


def test_a_card_is_moved_by_keyboard(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_board(page)
    card(page, cast.vague).focus()
    page.keyboard.press("ArrowRight")
    expect(card(page, cast.pumps)).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    in_column(page, cast, 2, cast.pumps)
    expect(card(page, cast.pumps)).to_be_focused()


def test_a_phone_moves_a_card_by_touch(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    open_board(page)
    column(page, cast, 1).scroll_into_view_if_needed()
    box = card(page, cast.pumps).bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    x, y = box["x"] + box["width"] / 2, box["y"] + 12
    send("touchStart", {"x": x, "y": y})
    expect(card(page, cast.pumps)).to_have_attribute("draggable", "true")
    # A finger that rests long enough means the card, not the page.
    expect(card(page, cast.pumps)).to_contain_class("sortable-chosen")
    target = column(page, cast, 2).locator(".cards").bounding_box()
    assert target is not None
    goal = min(target["x"] + 30, 380)
    for step in range(1, 11):
        send("touchMove", {"x": x + (goal - x) * step / 10, "y": y + 2 * step})
    send("touchEnd")
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    in_column(page, cast, 2, cast.pumps)


def test_under_a_finger_a_card_is_as_high_as_what_it_shows(cast: Cast, open_as: Opener) -> None:
    token = reading_only.set(False)
    for number in range(12):
        deal = Deal(name=f"机会{number}", customer=cast.sigma, owner=cast.wang)
        Deal.open(deal, cast.stages[0], by=cast.wang)
    db.session.commit()
    reading_only.reset(token)
    page = open_as("wang", device=PHONE)
    open_board(page)
    squashed = page.locator(".deal-card").evaluate_all(
        "cards => cards.filter((card) => card.scrollHeight > card.offsetHeight).length"
    )
    assert squashed == 0


def test_a_phone_moves_a_card_by_the_menu(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    open_board(page)
    card(page, cast.pumps).get_by_label("Move to").tap()
    page.get_by_role("dialog").get_by_role("button", name="Proposal").tap()
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    in_column(page, cast, 2, cast.pumps)


def test_a_key_asks_where_to_and_enter_takes_the_card_a_stage_further(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("wang")
    open_board(page)
    card(page, cast.pumps).focus()
    page.keyboard.press("m")
    expect(page.get_by_role("dialog").get_by_role("button", name="Proposal")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    expect(page.get_by_role("dialog")).to_have_count(0)
    in_column(page, cast, 2, cast.pumps)


def test_a_stage_chosen_from_the_list_asks_for_what_it_needs(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_board(page)
    card(page, cast.vague).get_by_label("Move to").click()
    page.get_by_role("dialog").get_by_role("button", name="Quotation").click()
    expect(page.get_by_role("dialog")).to_contain_text("Quotation needs this first")
    in_column(page, cast, 0, cast.vague)


def test_a_card_is_moved_without_javascript(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", javascript=False)
    page.goto("/deals/board")
    card(page, cast.pumps).get_by_label("Move to").click()
    page.get_by_role("button", name="Proposal").click()
    expect(page.locator("#board")).to_be_visible()
    in_column(page, cast, 2, cast.pumps)


def test_of_two_people_moving_one_card_one_is_told(cast: Cast, open_as: Opener) -> None:
    wang, zhao = open_as("wang"), open_as("li")
    open_board(wang)
    open_board(zhao)
    drag(wang, card(wang, cast.pumps), column(wang, cast, 2))
    expect(wang.locator("#toasts")).to_contain_text("is now in Proposal")
    drag(zhao, card(zhao, cast.pumps), column(zhao, cast, 0))
    expect(zhao.locator("#toasts")).to_contain_text("changed by somebody else")
    in_column(zhao, cast, 2, cast.pumps)


def test_a_stage_is_folded_to_its_name_and_unfolded(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_board(page)
    column(page, cast, 0).get_by_label("Fold").click()
    expect(card(page, cast.vague)).to_have_count(0)
    assert f"folded={cast.stages[0].id}" in page.url
    drag(page, card(page, cast.pumps), column(page, cast, 2))
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    column(page, cast, 0).get_by_label("Unfold").click()
    expect(card(page, cast.vague)).to_be_visible()


def test_a_name_of_two_lines_moves_no_sum_out_of_the_row(cast: Cast, open_as: Opener) -> None:
    cast.stages[1].label_en = "Needs confirmed in writing"
    db.session.commit()
    page = open_as("wang")
    open_board(page)
    tops = "all => all.map(each => each.getBoundingClientRect().top)"
    assert len(set(page.locator(".column-sums").evaluate_all(tops))) == 1


def test_guidance_keeps_its_lines(cast: Cast, open_as: Opener) -> None:
    cast.stages[1].guidance_en = "Risk: the drawing.\nNext: a visit."
    db.session.commit()
    page = open_as("wang")
    page.goto(f"/deals/{cast.pumps.id}")
    assert page.locator(".guidance").inner_text() == "Risk: the drawing.\nNext: a visit."


def test_in_lanes_a_card_is_dragged_to_a_stage_and_keeps_its_lane(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("li")
    open_board(page)
    page.get_by_label("By owner").check()
    lane = page.locator(".lane", has=page.get_by_text(cast.pumps.owner.name))
    there = lane.locator(f'[data-place="{cast.stages[2].id}"]')
    expect(there).to_be_visible()
    drag(page, card(page, cast.pumps), there)
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    expect(there.locator(f"#deal_{cast.pumps.id}_card")).to_be_visible()
    look_again()
    assert db.session.get_one(Deal, cast.pumps.id).stage_id == cast.stages[2].id


def test_a_refused_drag_puts_the_card_back_into_its_lane(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/deals/board?lanes=owner")
    ready(page)
    lane = page.locator(".lane", has=card(page, cast.vague))
    drag(page, card(page, cast.vague), lane.locator(f'[data-place="{cast.stages[3].id}"]'))
    expect(page.get_by_role("dialog")).to_contain_text("Quotation needs this first")
    back = lane.locator(f'[data-place="{cast.stages[0].id}"]')
    expect(back.locator(f"#deal_{cast.vague.id}_card")).to_be_visible()


def test_several_cards_are_ticked_and_given_away_together(cast: Cast, open_as: Opener) -> None:
    page = open_as("li")
    open_board(page)
    card(page, cast.pumps).hover()
    card(page, cast.pumps).get_by_role("checkbox").check()
    card(page, cast.vague).focus()
    page.keyboard.press("Space")
    bar = page.locator("#batch")
    expect(bar.locator("output")).to_have_text("2")
    bar.get_by_role("button", name="Change owner").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Owner").fill("zhao")
    dialog.get_by_role("option").first.click()
    dialog.get_by_role("button", name="Change owner").click()
    expect(page.locator("#toasts")).to_contain_text("2 changed")
    expect(page.locator("#board")).to_be_visible()
    look_again()
    owners = {db.session.get_one(Deal, deal.id).owner_id for deal in (cast.pumps, cast.vague)}
    assert owners == {cast.zhao.id}


def test_enter_on_a_tick_box_does_nothing(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_board(page)
    box = card(page, cast.pumps).get_by_role("checkbox")
    box.focus()
    with page.expect_response("**/batches/board*") as answered:
        page.keyboard.press("Enter")
    assert answered.value.status == 204
    expect(page.locator("#batch")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#toasts > *")).to_have_count(0)
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.locator("#batch").get_by_role("button", name="Move to…").press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Move to")).to_have_value("")
