"""Every page in Chinese, light, with no English in it; and that no page is left out."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import Enum, String, select

from crm.extensions import db
from tests.journeys.conftest import Place
from tests.journeys.every_page import english_in, faults_of
from tests.pages import NO_PAGES, PAGES

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture(scope="session")
def words_of_data(demo_place: Place) -> set[str]:
    """Every ASCII word that somebody typed, from the columns that hold what people write."""
    words: set[str] = set()
    with demo_place.world.app.app_context():
        for table in db.metadata.sorted_tables:
            for column in table.columns:
                written = isinstance(column.type, String) and not isinstance(column.type, Enum)
                if written and not column.name.endswith("_en"):
                    for value in db.session.scalars(select(column).where(column.is_not(None))):
                        words |= set(re.findall(r"[a-z]{2,}", str(value).lower()))
    return words


@pytest.mark.parametrize("endpoint", PAGES)
def test_a_page_is_fit_for_a_phone(place: Place, words_of_data: set[str], endpoint: str) -> None:
    faults, words = faults_of(place, endpoint, "zh")
    faults += sorted(english_in(words) - words_of_data)
    assert not faults, "\n".join(faults)


def test_every_page_is_looked_at(app: Flask) -> None:
    reading = {
        rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())
    }
    assert reading - set(PAGES) - NO_PAGES == set(), "pages that nobody looks at"
    assert (set(PAGES) | NO_PAGES) - reading == set(), "entries without a route"


def test_the_search_for_english_finds_some() -> None:
    assert english_in("客户 Customer C-000123 a@b.example 30% in adva…") == {"customer", "in"}
