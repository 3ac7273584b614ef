"""What happened at a customer is noted on its page, in one line or with all of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from crm import clock
from crm.extensions import db, reading_only
from tests.blueprints.test_files import picture
from tests.cast import Cast
from tests.conftest import NOON
from tests.journeys.conftest import PHONE, Opener, ready

pytestmark = pytest.mark.journey


def test_an_activity_is_noted_without_leaving_the_page(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    form = page.locator(".form-quick")
    form.get_by_label("Kind").select_option(label="Visit")
    form.get_by_label("What happened").fill("看了二号泵房，密封泄漏")
    form.locator("summary").click()
    form.get_by_label("Next step").fill("报密封件价格")
    form.get_by_label("Due").fill("2026-06-20")
    form.get_by_role("button", name="Note it").click()
    expect(page.locator(".timeline")).to_contain_text("看了二号泵房，密封泄漏")
    expect(page.locator(f"#customer_{cast.sigma.id}_tasks")).to_contain_text("报密封件价格")
    expect(form.get_by_label("What happened")).to_have_value("")
    page.locator(f"#customer_{cast.sigma.id}_tasks").get_by_role("button", name="Done").click()
    expect(page.locator("#toasts")).to_contain_text("Done: 报密封件价格")


@pytest.mark.looks
def test_what_was_typed_in_one_line_goes_along_to_the_full_form(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("wang")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"/customers/{cast.sigma.id}")
    ready(page)
    form = page.locator(".form-quick")
    form.get_by_label("Kind").select_option(label="Visit")
    form.get_by_label("What happened").fill("看了二号泵房")
    form.locator("summary").click()
    form.get_by_label("Next step").fill("报密封件价格")
    form.get_by_role("button", name="With photos and place").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What happened at")
    expect(page.get_by_role("radio", name="Visit")).to_be_checked()
    expect(page.get_by_label("What happened")).to_have_value("看了二号泵房")
    expect(page.get_by_label("Next step")).to_have_value("报密封件价格")
    expect(page.locator(".error, .draft")).to_have_count(0)
    assert not asked, "going on with what was typed is no leaving"
    page.get_by_label("Place").fill("大连市高新园区")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator(".timeline")).to_contain_text("看了二号泵房")
    expect(page.locator(".timeline")).to_contain_text("大连市高新园区")


@pytest.fixture
def office(cast: Cast) -> str:
    """Where Sigma is."""
    token = reading_only.set(False)
    cast.sigma.address = "大连市高新园区火炬路1号"
    db.session.commit()
    reading_only.reset(token)
    return "大连市高新园区火炬路1号"


def test_a_visit_asks_for_place_and_photos_at_once(
    cast: Cast, office: str, open_as: Opener
) -> None:
    page = open_as("wang", device=PHONE)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 38.914, "longitude": 121.6147})
    page.goto(f"/customers/{cast.sigma.id}#timeline")
    ready(page)  # the buttons beside the place are worth something by then
    form = page.locator(".form-quick")
    place = form.get_by_label("Place")
    expect(place).to_be_hidden()
    form.get_by_label("Kind").select_option(label="Visit")
    form.get_by_role("button", name="The customer's address").tap()
    expect(place).to_have_value(office)
    form.get_by_role("button", name="Use my position").tap()
    expect(place).to_have_value("38.91400, 121.61470")
    photo = {"name": "泵房.png", "mimeType": "image/png", "buffer": picture()}
    form.locator("#visit_files").set_input_files(photo)
    form.get_by_label("What happened").fill("看了二号泵房")
    form.get_by_role("button", name="Note it").tap()
    noted = page.locator(".timeline .event").filter(has_text="看了二号泵房")
    expect(noted).to_contain_text("38.91400, 121.61470")
    expect(noted.locator("img")).to_have_count(1)


def test_a_correction_is_seen_as_soon_as_it_is_saved(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    form = page.locator(".form-quick")
    form.get_by_label("What happened").fill("二号泵房有三台泵")
    form.get_by_role("button", name="Note it").click()
    expect(page.locator(".timeline")).to_contain_text("二号泵房有三台泵")

    clock.set_to(NOON + timedelta(days=2))
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    page.get_by_role("link", name="Correct", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Correction").fill("是四台")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    note = page.locator(".event").filter(has_text="Correction of")
    expect(note).to_contain_text("二号泵房有三台泵")
    expect(note).to_contain_text("是四台")
    told = page.locator(".event").filter(has_text="Correction: 二号泵房有三台泵")
    expect(told).to_contain_text("是四台")
    expect(page.locator(".timeline del")).to_have_count(0)


def test_on_a_phone_one_press_leads_into_the_line_to_write(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    page.goto(f"/customers/{cast.sigma.id}")
    page.locator(".record-verbs").get_by_role("link", name="Note it").tap()
    line = page.locator(".form-quick").get_by_label("What happened")
    expect(line).to_be_focused()
    expect(line).to_be_in_viewport()
    expect(page.locator("#facts")).to_be_hidden()

    page.keyboard.type("看了二号泵房")
    page.locator(".form-quick summary").tap()
    page.get_by_role("button", name="With photos and place").tap()
    page.locator("main").get_by_role("button", name="Note it").tap()
    expect(page.locator(".timeline")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("看了二号泵房")
