"""One approval, decided wherever its approvers are: by the mail, in the inbox, by who stands in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from crm.extensions import db, reading_only
from crm.models import ApprovalAssignment, ClaimState, ExpenseClaim, User
from crm.models.approval import ApproverKind
from tests.cast import Cast
from tests.claims import submitted
from tests.flows import flow, named, step
from tests.journeys.conftest import PHONE, Opener, look_again, ready, run_worker
from tests.mailbox import Mailbox

pytestmark = pytest.mark.journey


def handed_in(cast: Cast, *then: User) -> int:
    """Wang's claim goes to Li, and then to each of ``then``; its id is returned."""
    token = reading_only.set(False)
    flow(step(ApproverKind.MANAGER), *(named(person) for person in then))
    claim = submitted(cast).request.document
    reading_only.reset(token)
    return int(claim.id)


def link_to(who: str, mailbox: Mailbox) -> str:
    """The link in the only mail that asks ``who``."""
    run_worker()
    (link,) = [link for mail in mailbox.messages if mail.recipients == [f"{who}@example.com"]
               for link in mail.links if "/approve/" in link]  # fmt: skip
    return link


def test_by_link_without_javascript_in_the_inbox_and_by_link_with_it(
    cast: Cast, open_as: Opener, mailbox: Mailbox
) -> None:
    handed_in(cast, cast.fin, cast.admin)
    phone = open_as(device=PHONE, javascript=False)
    phone.goto(link_to("li", mailbox))
    expect(phone.locator("main")).to_contain_text("1 of 3")
    phone.get_by_label("Comment").fill("请财务核对住宿。")
    phone.get_by_role("button", name="Approve").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Approved")

    desk = open_as("fin")
    desk.goto("/approvals")
    ready(desk)
    desk.get_by_role("button", name="Approve", exact=True).click()
    expect(desk.locator("#toasts")).to_contain_text(": approved.")
    expect(desk.locator("main")).to_contain_text("Nothing to approve")

    phone = open_as(device=PHONE)
    phone.goto(link_to("admin", mailbox))
    said = phone.get_by_role("region", name="Decisions and comments so far")
    expect(said).to_contain_text("请财务核对住宿。")
    expect(said).to_contain_text("冯琴")
    expect(phone.locator("main")).to_contain_text("3 of 3")
    phone.get_by_role("button", name="Approve").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Approved")

    look_again()
    (claim,) = db.session.scalars(db.select(ExpenseClaim))
    assert claim.state is ClaimState.APPROVED
    parts = db.session.scalars(db.select(ApprovalAssignment).order_by(ApprovalAssignment.id))
    assert [(part.approver.username, part.by_link) for part in parts] == [
        ("li", True), ("fin", False), ("admin", True)]  # fmt: skip


def test_who_is_away_sees_what_was_decided_in_their_place(cast: Cast, open_as: Opener) -> None:
    path = f"/expenses/{handed_in(cast)}"
    li = open_as("li", device=PHONE)
    li.goto("/my-settings/away")
    ready(li)
    li.get_by_label("To, this day included").fill("2026-06-20")
    li.get_by_role("combobox", name="Who decides").fill("zhoutao")
    li.get_by_role("option", name="周涛").tap()
    li.get_by_role("button", name="Hand over").tap()
    expect(li.locator("#toasts")).to_contain_text("1 document was handed over.")
    expect(li.locator("main")).to_contain_text("周涛 decides")

    zhou = open_as("zhou")
    zhou.goto("/approvals")
    ready(zhou)
    expect(zhou.locator("main")).to_contain_text("You decide for 李敏 until")
    expect(zhou.locator("li.approval")).to_contain_text("in the place of 李敏")
    zhou.get_by_role("button", name="Approve", exact=True).click()
    expect(zhou.locator("main")).to_contain_text("Nothing to approve")

    li.goto("/approvals")
    expect(li.locator("main")).to_contain_text("周涛 decides for you until")
    expect(li.locator("main")).to_contain_text("Nothing to approve")
    li.goto(path)
    way = li.get_by_role("region", name="Who decides")
    expect(way).to_contain_text("周涛 in the place of 李敏 · Approved")
    expect(li.get_by_role("region", name="Trail")).to_contain_text("in the place of 李敏")
