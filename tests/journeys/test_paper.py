"""What is printed: the record and nothing that is pressed, whole, on A4."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Place
from tests.pages import PAGES

pytestmark = [pytest.mark.journey, pytest.mark.looks]

# A4 upright between its margins, in CSS pixels.
A4 = {"width": 703, "height": 1032}
PRESSED = (
    "button:not(.step > *), .button, .tabs, .rail, .topbar, .record-verbs, input:not([type=hidden])"
)


@pytest.fixture
def sheet(place: Place, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page that the test names, as it is printed."""
    browser = place.browser(PAGES[request.param].who, "zh", viewport=A4)
    page = browser.new_page()
    page.emulate_media(media="print")
    page.goto(place.world.address(request.param), wait_until="networkidle")
    yield page
    browser.close()


SHEETS = [
    "today.show",
    "board.show",
    "forecast.index",
    "deals.show",
    "customers.show",
    "claims.show",
    "requests.show",
    "reports.show",
]


@pytest.mark.parametrize("sheet", [*SHEETS, "customers.index"], indirect=True)
def test_nothing_that_is_pressed_is_printed(sheet: Page) -> None:
    seen = sheet.locator(PRESSED).filter(visible=True)
    assert seen.evaluate_all("all => all.map(each => each.outerHTML.slice(0, 90))") == []
    assert sheet.locator(".main h1").inner_text()
    assert not sheet.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("sheet", ["board.show"], indirect=True)
def test_the_board_is_printed_whole(sheet: Page) -> None:
    cut = "all => all.filter(each => each.scrollHeight > each.clientHeight + 1).length"
    assert sheet.locator(".board, .column, .cards").evaluate_all(cut) == 0
    assert sheet.locator(".deal-card").last.is_visible()


@pytest.mark.parametrize("sheet", ["board.show", "forecast.index"], indirect=True)
def test_a_column_is_as_wide_as_the_paper(sheet: Page) -> None:
    width = "all => all.map(each => Math.round(each.getBoundingClientRect().width))"
    assert min(sheet.locator(".column").evaluate_all(width)) == A4["width"]


@pytest.mark.parametrize("sheet", ["quotas.index"], indirect=True)
def test_a_table_of_many_columns_is_printed_whole_across_the_paper(sheet: Page) -> None:
    box = re.search(
        rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", sheet.pdf(format="A4", prefer_css_page_size=True)
    )
    assert box is not None
    assert float(box[1]) > float(box[2])
    sheet.set_viewport_size({"width": A4["height"], "height": A4["width"]})
    ends = "all => Math.max(...all.map(each => each.getBoundingClientRect().right))"
    assert sheet.locator(".shares :is(th, td)").evaluate_all(ends) <= A4["height"]
    overflow = "each => getComputedStyle(each).overflow"
    assert sheet.locator(".card:has(.shares)").evaluate(overflow) == "visible"


@pytest.mark.parametrize("sheet", ["reports.show"], indirect=True)
def test_the_total_stands_once_below_its_rows(sheet: Page) -> None:
    shown = "each => getComputedStyle(each).display"
    assert sheet.locator("tfoot").evaluate(shown) == "table-row-group"


@pytest.mark.parametrize("sheet", ["customers.index"], indirect=True)
def test_a_list_is_printed_as_a_table_whose_heads_repeat(sheet: Page) -> None:
    shown = "each => getComputedStyle(each).display"
    assert sheet.locator("thead").evaluate(shown) == "table-header-group"
    assert sheet.locator("tbody tr").first.evaluate(shown) == "table-row"


@pytest.mark.parametrize("sheet", ["deals.show"], indirect=True)
def test_all_parts_of_a_record_are_printed(sheet: Page) -> None:
    for part in ("facts", "timeline", "related"):
        assert sheet.locator(f"#{part}").is_visible()
