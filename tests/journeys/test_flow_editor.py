"""An approval flow made with no mouse, tried before it is saved, and then gone by."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from crm.extensions import db, reading_only
from crm.models import ExpenseClaim
from tests.cast import Cast
from tests.claims import draft
from tests.flows import asked
from tests.journeys.conftest import Opener, look_again, ready
from tests.journeys.test_keyboard import go_to, pick, press, tab_to

pytestmark = pytest.mark.journey


@pytest.fixture
def path(cast: Cast) -> str:
    """The page of a draft of Wang's of 300.00."""
    token = reading_only.set(False)
    claim = draft(cast)
    db.session.commit()
    reading_only.reset(token)
    return f"/expenses/{claim.id}"


def test_a_flow_made_by_keyboard_is_tried_and_takes_the_next_claim(
    cast: Cast, open_as: Opener, path: str
) -> None:
    admin = open_as("admin")
    go_to(admin, "Approval flows")
    press(admin, admin.get_by_role("link", name="New flow").first)
    admin.wait_for_url("**/expense_claim/new")
    ready(admin)
    expect(admin.get_by_label("Name in Chinese").first).to_be_focused()
    admin.keyboard.type("小额")

    tab_to(admin, admin.get_by_label("Condition", exact=True).first)
    admin.keyboard.type("Amount")
    press(admin, admin.get_by_role("button", name="Add a condition").first)
    condition = admin.get_by_role("group", name="Amount")
    tab_to(admin, condition.get_by_role("textbox", name="Amount"))
    admin.keyboard.type("250")

    first = admin.get_by_role("region", name="Step 1")
    tab_to(admin, first.get_by_label("Name in Chinese"))
    admin.keyboard.type("财务")
    tab_to(admin, first.get_by_label("Who decides"))
    admin.keyboard.type("Named")
    pick(admin, first.get_by_role("combobox", name="Person 1"), "fengqin", "冯琴")

    tried = admin.get_by_role("region", name="Who would decide")
    pick(admin, tried.get_by_role("combobox", name="Claimant"), "wangfang", "王芳")
    press(admin, tried.get_by_role("button", name="Try it"))
    expect(tried).to_contain_text("Goes by this flow")
    expect(tried.locator("#preview")).to_contain_text("冯琴")
    press(admin, admin.get_by_role("button", name="Save", exact=True))
    admin.wait_for_url(re.compile(r"/settings/approval-flows/\d+$"))
    expect(admin.locator("main")).to_contain_text("Amount is at least CN¥250.00")

    wang = open_as("wang")
    wang.goto(path)
    ready(wang)
    press(wang, wang.get_by_role("button", name="Hand in"))
    expect(wang.get_by_role("region", name="Who decides")).to_contain_text("冯琴")
    look_again()
    (claim,) = db.session.scalars(db.select(ExpenseClaim))
    assert asked(claim.request) == {"fin"}


@pytest.mark.parametrize("meanwhile", [False, True], ids=["at once", "after another answer"])
def test_save_waits_for_the_trial_that_is_under_way(
    cast: Cast, open_as: Opener, meanwhile: bool
) -> None:
    admin = open_as("admin")
    admin.goto("/settings/approval-flows/expense_claim/new")
    ready(admin)
    held: list[Route] = []
    admin.route(
        "**/expense_claim",
        lambda route: (
            held.append(route)
            if "arrange=try" in (route.request.post_data or "")
            else route.continue_()
        ),
    )
    admin.get_by_label("Name in Chinese").first.fill("小额")
    admin.get_by_role("region", name="Step 1").get_by_label("Name in Chinese").fill("财务")
    with admin.expect_request(lambda request: "arrange=try" in (request.post_data or "")):
        admin.get_by_role("button", name="Try it").click()
    if meanwhile:  # what is typed draws the trial anew, beside the one that was asked for
        with admin.expect_response("**/expense_claim"):
            admin.get_by_label("Name in English").first.fill("Small")
            admin.get_by_label("Name in English").first.blur()
    admin.get_by_role("button", name="Save", exact=True).last.click()
    with admin.expect_request(
        lambda request: request.method == "POST" and "arrange" not in (request.post_data or "")
    ):
        held.pop().continue_()
    expect(admin.locator("main")).to_contain_text("with no condition, no flow after it")
