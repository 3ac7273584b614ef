"""An approver looks through the receipts of a claim by keys, in one dialog."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from crm import files
from crm.extensions import db, reading_only
from crm.files import PreparedFile
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.journeys.conftest import Opener

pytestmark = pytest.mark.journey


def handed_in(cast: Cast) -> int:
    """A claim of two costs, each with a picture larger than the window; its id."""
    token = reading_only.set(False)
    claim = draft(cast, make_item(cast), make_item(cast, purpose="返程"))
    for item, colour in zip(claim.items, ("teal", "navy"), strict=True):
        out = io.BytesIO()
        Image.new("RGB", (1500, 2000), colour).save(out, "JPEG")
        prepared = PreparedFile(f"{colour}.jpg", "image/jpeg", out.getvalue())
        item.receipts.append(files.store(prepared, kind="expense_item", by=cast.wang))
    claim.submit(by=cast.wang)
    db.session.commit()
    reading_only.reset(token)
    return claim.id


def test_arrows_turn_plus_enlarges_and_escape_gives_the_focus_back(
    cast: Cast, open_as: Opener
) -> None:
    address = f"/expenses/{handed_in(cast)}"
    li = open_as("li")
    li.goto(address)
    li.locator("a.receipt").first.press("Enter")
    dialog = li.get_by_role("dialog")
    place, picture = dialog.locator("#receipt strong"), dialog.locator("img")
    expect(place).to_have_text("1 / 2")
    li.keyboard.press("ArrowRight")
    expect(place).to_have_text("2 / 2")
    expect(picture).to_have_attribute("alt", "Receipt 2: navy.jpg")
    li.keyboard.press("+")
    expect(picture).to_have_js_property("width", 1500)
    li.keyboard.press("-")
    expect(picture).not_to_have_js_property("width", 1500)
    dialog.get_by_role("link", name="Previous").press("Enter")
    expect(place).to_have_text("1 / 2")
    expect(dialog.locator(":focus")).to_have_count(1)  # the link is gone, the focus is still here
    li.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(li.locator("a.receipt").first).to_be_focused()
    assert li.url.endswith(address)
