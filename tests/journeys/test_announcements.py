"""An announcement is put up by a manager, read on a phone, and reminded of."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, ready

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("scripts", [True, False], ids=["with", "without JavaScript"])
def test_a_manager_announces_and_a_rep_reads_it_on_a_phone(
    cast: Cast, open_as: Opener, tmp_path: Path, scripts: bool
) -> None:
    plan = tmp_path / "展位图.png"
    Image.new("RGB", (40, 30), "navy").save(plan)
    li = open_as("li", javascript=scripts)
    li.goto("/announcements/new")
    if scripts:
        ready(li)
    li.get_by_label("Title").fill("上海展会排班")
    li.get_by_label("Text").fill("样机周三发出。\n排班表本周内找我确认。")
    li.locator("input[type=file]").first.set_input_files(plan)
    li.get_by_role("button", name="Announce").click()
    expect(li.get_by_role("region", name="Who has read it")).to_contain_text("0 of 3")

    wang = open_as("wang", device=PHONE, javascript=scripts)
    wang.goto("/")
    pinned = wang.get_by_role("region", name="上海展会排班")
    expect(pinned).to_contain_text("排班表本周内找我确认。")
    opened = wang.context.request.get(str(pinned.get_by_role("link").last.get_attribute("href")))
    assert opened.headers["content-type"].startswith("image/")
    pinned.get_by_role("button", name="I have read it").click()
    expect(pinned).to_have_count(0)
    kept = wang.get_by_role("navigation", name="Announcements").get_by_role("link")
    expect(kept).to_have_text("上海展会排班")

    li.reload()
    readers = li.get_by_role("region", name="Who has read it")
    expect(readers).to_contain_text("1 of 3")
    readers.get_by_role("button", name="Remind those who have not").click()
    expect(li.locator("#toasts")).to_contain_text("2 people are reminded.")
