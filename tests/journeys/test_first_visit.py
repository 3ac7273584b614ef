"""The first visit on a phone: from the one-time address to the board with the firm's own stages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from crm.demo import clearing
from crm.extensions import db, reading_only
from crm.models import Company, OneTimeLink
from crm.models.session import LinkPurpose
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, run_worker

pytestmark = pytest.mark.journey

PASSWORD = "a long new one"


@pytest.fixture
def address_of_set_up(cast: Cast) -> str:
    """The one-time address of an installation with nothing in it."""
    token = reading_only.set(False)
    try:
        Company.current().is_demo = True
        clearing.clear()
        secret = OneTimeLink.make(LinkPurpose.SET_UP)
        db.session.commit()
    finally:
        reading_only.reset(token)
    return f"/setup/{secret}"


def test_a_firm_is_set_up_with_the_thumb(
    address_of_set_up: str, open_as: Opener, tmp_path: Path
) -> None:
    page = open_as(device=PHONE)
    page.goto(address_of_set_up)
    page.get_by_label("Your name").fill("陈 立")
    page.get_by_label("User name").fill("chenli")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("Repeat the password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Company")
    page.get_by_label("Company").fill("恒川流体控制")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    page.get_by_label("Name", exact=False).first.fill("李敏")
    page.get_by_label("Team", exact=True).fill("华东")
    page.get_by_label("Manager").check()
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_label("Link", exact=True)).to_have_value(
        re.compile("/set-password/[0-9a-f]{64}")
    )
    page.get_by_role("link", name="Back to the people").click()
    page.get_by_role("link", name="Next: Stages").click()

    page.locator(".template", has_text="Distribution").get_by_role("button").click()
    rows = page.locator("#rows li")
    expect(rows).to_have_count(5)
    rows.nth(0).get_by_role("button", name="Down").click()
    expect(rows.nth(1).get_by_label("English")).to_have_value("Enquiry")
    page.get_by_role("button", name="Save").last.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Bring in a file")
    file = tmp_path / "customers.csv"
    file.write_text("客户名称,行业\n大连西格玛流体控制有限公司,石油化工\n", "gb18030")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_worker()
    page.get_by_role("button", name="Bring in 1 row").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_worker()
    expect(page.locator("main")).to_contain_text("大连西格玛")

    page.goto("/deals/board")
    columns = page.locator("h2")
    expect(columns.first).to_contain_text("Quotation")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
