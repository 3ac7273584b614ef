"""Settings: the company and its exchange rates."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import ExchangeRate
from tests.cast import Cast
from tests.page import Browser


@pytest.mark.parametrize("rate", ["nan", "sNaN", "inf", "-inf", "-1", "0", "1e9", "x", ""])
def test_what_is_no_rate_is_refused(cast: Cast, browser: Browser, rate: str) -> None:
    typed = {"currency": "USD", "day": "2026-06-01", "rate": rate}
    page = browser.sign_in("admin").post("/settings/exchange-rates", typed, status=422)
    assert {values.get("name") for _, values in page.tags if values.get("aria-invalid")} == {"rate"}
    assert db.session.scalars(select(ExchangeRate)).all() == []
