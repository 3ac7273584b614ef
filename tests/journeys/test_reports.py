"""Reports as people use them: days chosen, compared, narrowed, and what is behind a figure."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, ready
from tests.reports.world import write_deals

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def test_days_are_chosen_compared_and_followed_to_the_deals(cast: Cast, open_as: Opener) -> None:
    write_deals(cast)
    page = open_as("li")
    page.get_by_role("link", name="Reports", exact=True).click()
    page.get_by_role("link", name="Win rate").click()
    page.locator("#period_menu > summary").click()
    page.get_by_role("link", name="This year", exact=True).click()
    expect(page).to_have_url(re.compile(r"/reports/winning\?period=this_year$"))
    page.get_by_label("Compared with", exact=True).select_option("before")
    expect(page).to_have_url(re.compile(r"period=this_year&compare=before$"))
    expect(page.locator(".then").first).to_be_visible()
    page.get_by_role("link", name="Product", exact=True).click()
    row = page.locator("tbody tr").filter(has_text="磁力泵")
    figure = row.get_by_role("link").first
    count = figure.inner_text()
    figure.click()
    expect(page.locator(".pager-count")).to_contain_text(f"{count} in all")
    expect(page.locator(".chips")).to_contain_text("Product: 磁力泵")


def test_a_bar_leads_to_its_deals_and_the_keyboard_passes_it_by(
    cast: Cast, open_as: Opener
) -> None:
    write_deals(cast)
    page = open_as("admin", device=PHONE)
    page.goto("/reports/funnel")
    ready(page)
    bars = page.locator(".chart a")
    assert set(bars.evaluate_all("all => all.map(each => each.tabIndex)")) == {-1}
    wide = page.locator(".chart .ground").first.bounding_box()
    assert wide
    assert wide["width"] > 300
    bars.first.tap()
    expect(page).to_have_url(re.compile(r"/deals\?.*reached="))


def test_without_javascript_a_form_chooses_the_days(cast: Cast, open_as: Opener) -> None:
    write_deals(cast)
    page = open_as("li", javascript=False)
    page.goto("/reports/cycle?by=team")
    page.locator("#period_menu > summary").click()
    page.get_by_label("From", exact=True).first.fill("2026-01-01")
    page.get_by_label("To", exact=True).first.fill("2026-03-31")
    page.locator("#period_menu").get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"by=team"))
    expect(page.locator("#listing > .muted")).to_contain_text("Jan 1, 2026 to Mar 31, 2026")
