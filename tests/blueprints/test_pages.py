"""Every page opens for whoever may see it, and holds what holds for every page."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.page import Browser

PLAIN = ("/", "/customers", "/customers/new", "/contacts", "/deals", "/deals/board", "/deals/new",
         "/tasks", "/tasks/new", "/expenses", "/expenses/new", "/approvals", "/devices",
         "/password", "/trash")  # fmt: skip


@pytest.mark.parametrize("path", PLAIN)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_rep_opens(cast: Cast, browser: Browser, path: str, language: str) -> None:
    browser.sign_in("wang")
    browser.post("/preferences", {"language": language})
    browser.get(path)


def test_a_rep_opens_the_records(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    browser.get(f"/customers/{cast.sigma.id}")
    browser.get(f"/customers/{cast.sigma.id}/edit")
    browser.get(f"/customers/{cast.sigma.id}/contacts/new")
    browser.get(f"/deals/{cast.pumps.id}")
    browser.get(f"/deals/{cast.pumps.id}/edit")
    browser.get(f"/deals/{cast.pumps.id}/move")
    browser.get(f"/deals/{cast.pumps.id}/outcome/new?kind=won")
    browser.get(f"/deals/{cast.pumps.id}/outcome/new?kind=lost")


def test_an_administrator_opens_the_settings(cast: Cast, browser: Browser) -> None:
    browser.sign_in("admin")
    browser.get("/settings")
    browser.get("/settings/exchange-rates")


@pytest.mark.parametrize("path", ["/customers", "/contacts", "/deals", "/tasks", "/expenses"])
def test_a_list_answers_htmx_with_its_block_only(cast: Cast, browser: Browser, path: str) -> None:
    browser.sign_in("wang")
    assert browser.get(path, htmx="div#listing").with_id("listing")


def test_signing_in_is_asked_of_strangers(browser: Browser) -> None:
    browser.get("/deals/board", status=303)
    assert browser.location == "/sign-in?next=/deals/board"
    browser.get(browser.location)
