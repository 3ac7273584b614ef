"""Bytes over the wire: the first visit of the board with an empty cache, and a later page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Place

pytestmark = [pytest.mark.journey, pytest.mark.looks]

FIRST_KB, FIRST_REQUESTS, LATER_KB = 150, 11, 25


class Meter:
    """Counts what one page's requests bring, headers included, as they are compressed."""

    def __init__(self, page: Page) -> None:
        self.bytes = self.requests = 0
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", self._note)

    def _note(self, event: dict[str, float]) -> None:
        self.bytes += int(event["encodedDataLength"])
        # What comes out of the cache has no length.
        self.requests += event["encodedDataLength"] > 0

    def __str__(self) -> str:
        return f"{self.bytes / 1000:.1f} kB in {self.requests} requests"


def test_the_board_is_light_at_first_and_other_pages_later(place: Place) -> None:
    page = place.browser("manager", "zh", service_workers="block").new_page()
    first = Meter(page)
    page.goto("/deals/board", wait_until="networkidle")
    assert first.bytes < FIRST_KB * 1000, first
    assert first.requests <= FIRST_REQUESTS, first
    later = Meter(page)
    page.goto("/customers", wait_until="networkidle")
    assert later.bytes < LATER_KB * 1000, later
    print(f"board, first visit: {first}; customers, later: {later}")
    page.context.close()
