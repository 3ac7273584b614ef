"""What happened at a customer is noted on its page, and tasks are done in place."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.cast import Cast
from tests.journeys.conftest import Opener

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
