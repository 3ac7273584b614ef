"""Files of a customer come, are opened, go and come back; people come and go as vCards."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.cast import Cast
from tests.journeys.conftest import Opener, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "泵房.png"
    Image.new("RGB", (40, 30), "navy").save(path)
    return path


def test_a_file_is_added_opened_deleted_and_restored(
    cast: Cast, open_as: Opener, drawing: Path
) -> None:
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    ready(page)
    card = page.locator(f"#customer_{cast.sigma.id}_files")
    card.get_by_role("link", name="Add files").click()
    dialog = page.get_by_role("dialog", name="Add files")
    dialog.locator("input[type=file]").first.set_input_files(drawing)
    expect(dialog.get_by_role("img", name="泵房.png")).to_be_visible()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_have_count(0)
    link = card.get_by_role("link", name="泵房")
    expect(link).to_be_visible()
    expect(page.locator(".timeline").first.get_by_role("img", name="泵房")).to_be_visible()

    opened = page.context.request.get(str(link.get_attribute("href")))
    assert (opened.status, opened.headers["content-type"].split("/")[0]) == (200, "image")

    card.get_by_role("button", name="Delete 泵房").click()
    expect(link).to_have_count(0)
    card.get_by_text("In the trash: 1").click()
    card.get_by_role("button", name="Restore").click()
    expect(link).to_be_visible()
    expect(card).not_to_contain_text("In the trash")


def test_somebody_leaves_as_a_card_and_comes_to_another_firm(
    cast: Cast, open_as: Opener, tmp_path: Path
) -> None:
    page = open_as("admin")
    page.goto(f"/customers/{cast.sigma.id}")
    page.get_by_role("link", name="刘洋").first.click()
    page.locator(".record-verbs summary").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="vCard").click()
    card = tmp_path / coming.value.suggested_filename
    coming.value.save_as(card)
    assert card.suffix == ".vcf"

    page.goto(f"/customers/{cast.western.id}")
    ready(page)
    page.get_by_role("link", name="From a vCard").click()
    page.get_by_label("vCard file").set_input_files(card)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts to add to 西安天成仪表厂")
    expect(page.get_by_label("刘洋")).to_be_checked()
    expect(page.locator(".list")).to_contain_text("13800001234")
    page.get_by_role("button", name="Add these").click()
    people = page.locator(f"#customer_{cast.western.id}_contacts")
    expect(people).to_contain_text("刘洋")
    expect(people).to_contain_text("采购部长")
