"""Every page in English, dark: half of the looks, so that two workers share them."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Place
from tests.journeys.every_page import faults_of
from tests.pages import PAGES

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.mark.parametrize("endpoint", PAGES)
def test_a_page_is_fit_for_a_phone(place: Place, endpoint: str) -> None:
    faults, _words = faults_of(place, endpoint, "en")
    assert not faults, "\n".join(faults)
