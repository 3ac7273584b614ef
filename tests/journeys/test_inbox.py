"""Three steps: on a phone in the inbox, several at once, returned with a question, answered."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from crm.extensions import db, reading_only
from crm.models import ClaimState, ExpenseClaim
from crm.models.approval import ApproverKind
from tests.cast import Cast
from tests.claims import submitted
from tests.flows import flow, named, step
from tests.journeys.conftest import PHONE, Opener, look_again

pytestmark = pytest.mark.journey


def inbox(page: Page, waiting: int) -> Page:
    page.goto("/approvals")
    expect(page.locator("li.approval")).to_have_count(waiting)
    return page


def row(page: Page, title: str) -> Page:
    return page.locator("li.approval").filter(has_text=title)  # type: ignore[return-value]


def decide(page: Page, title: str, button: str) -> None:
    row(page, title).get_by_role("button", name=button).tap()


def state(title: str) -> ClaimState:
    look_again()
    claim = db.session.scalars(db.select(ExpenseClaim).where(ExpenseClaim.title == title)).one()
    return claim.state


def handed_in(cast: Cast) -> int:
    """Three claims go by three steps; the id of the first is returned."""
    token = reading_only.set(False)
    flow(step(ApproverKind.MANAGER), named(cast.fin), named(cast.admin))
    first, *_others = (
        submitted(cast, title=title).request.document_id for title in ("甲", "乙", "丙")
    )
    reading_only.reset(token)
    return first


def test_three_steps_by_touch_together_returned_and_handed_in_again(
    cast: Cast, open_as: Opener
) -> None:
    address = handed_in(cast)

    li = inbox(open_as("li", device=PHONE), 3)
    decide(li, "甲", "Approve")
    expect(li.locator("#toasts")).to_contain_text(": approved.")
    expect(row(li, "甲")).to_have_count(0)
    expect(row(li, "乙")).to_be_focused()
    for title in ("乙", "丙"):
        row(li, title).get_by_role("checkbox").tap()
    expect(li.locator("#batch output").last).to_contain_text("600.00")
    li.get_by_role("button", name="Approve together").tap()
    expect(li.locator("main")).to_contain_text("2 approved, ")
    expect(li.locator("li.approval")).to_have_count(0)

    fin = inbox(open_as("fin", device=PHONE), 3)
    decide(fin, "甲", "Return for correction")
    comment = row(fin, "甲").get_by_label("Comment")
    expect(comment).to_be_focused()
    comment.fill("哪天去的？")
    decide(fin, "甲", "Return for correction")
    expect(fin.locator("li.approval")).to_have_count(2)

    wang = open_as("wang")
    wang.goto(f"/expenses/{address}")
    expect(wang.locator("main")).to_contain_text("哪天去的？")
    wang.get_by_label("Question or answer").fill("六月十日。")
    wang.get_by_role("button", name="Send", exact=True).click()
    expect(wang.get_by_role("region", name="Trail")).to_contain_text("六月十日。")
    wang.get_by_role("button", name="Hand in again").click()
    expect(wang.locator("main")).to_contain_text("Waiting for approval")

    for who, waiting in (("li", 1), ("fin", 3), ("admin", 1)):
        page = inbox(open_as(who, device=PHONE), waiting)
        decide(page, "甲", "Approve")
        expect(row(page, "甲")).to_have_count(0)
    assert (state("甲"), state("乙")) == (ClaimState.APPROVED, ClaimState.SUBMITTED)
