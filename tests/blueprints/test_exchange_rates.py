"""Exchange rates under Settings: entered, replaced, removed, and what is told of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import ExchangeRate
from tests.cast import Cast
from tests.page import Browser, Page

PAGE = "/settings/exchange-rates"
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def admin(cast: Cast, browser: Browser) -> Browser:
    ExchangeRate.enter("USD", MAY, Decimal("7.1234"), by=cast.admin)
    db.session.commit()
    return browser.sign_in("admin")


def enter(
    admin: Browser, rate: str, day: str = "2026-06-01", *, status: int = 303, **typed: str
) -> Page:
    page = admin.get(PAGE)
    return admin.submit(page, PAGE, status, **{"currency": "USD", "rate": rate, "day": day} | typed)


def undo(page: Page) -> dict[str, str]:
    """What the button of the message sends."""
    return next(form["fields"] for form in page.forms if "confirmed" in form["fields"])


def rates() -> dict[date, Decimal]:
    db.session.expire_all()
    return {rate.day: rate.rate for rate in db.session.scalars(select(ExchangeRate))}


def test_a_rate_that_replaces_another_says_both_and_can_be_undone(admin: Browser) -> None:
    enter(admin, "7.2")
    assert "Saved: USD from Jun 1, 2026: 7.2." in admin.follow().text
    enter(admin, "7.3")
    page = admin.follow()
    assert "USD from Jun 1, 2026: 7.3, in place of 7.2" in page.text
    assert "Exchange rate of USD from Jun 1, 2026: 7.3; before: 7.2" in page.text
    assert "陈立" in page.text, "who it was"
    admin.post(PAGE, undo(page))
    assert rates()[JUNE] == Decimal("7.2")


def test_the_same_again_changes_nothing(admin: Browser, cast: Cast) -> None:
    enter(admin, "7.1234", "2026-05-01")
    assert "in place of" not in admin.follow().text
    assert len(db.session.scalars(ExchangeRate.changes()).all()) == 1


def test_a_rate_is_removed_told_of_and_brought_back_without_a_question(admin: Browser) -> None:
    enter(admin, "71.2", confirmed=enter(admin, "71.2", status=422).mark)
    gone = db.session.scalars(select(ExchangeRate).where(ExchangeRate.day == JUNE)).one().id
    admin.submit(admin.get(PAGE), f"{PAGE}/{gone}/delete")
    assert rates() == {MAY: Decimal("7.1234")}
    page = admin.follow()
    assert "Exchange rate removed: USD from Jun 1, 2026, 71.2" in page.text
    admin.post(PAGE, undo(page))
    assert rates()[JUNE] == Decimal("71.2")


@pytest.mark.parametrize(
    ("rate", "told"), [("71.2", True), ("5.3", True), ("8.9", False), ("5.4", False)]
)
def test_a_rate_far_from_the_one_before_is_asked_about(
    admin: Browser, rate: str, told: bool
) -> None:
    page = enter(admin, rate, status=422 if told else 303)
    assert ("USD stood at 7.1234 on May 1, 2026" in page.text) is told
    assert (JUNE in rates()) is not told


def test_what_is_meant_is_said_by_a_button_of_its_own(admin: Browser) -> None:
    page = enter(admin, "71.2", status=422)
    assert "Enter all the same" in page.text
    page = enter(admin, "72.2", status=422, confirmed=page.mark)
    assert "72.2 is far from that" in page.text, "another slip is another question"
    enter(admin, "72.2", confirmed=page.mark)
    assert rates()[JUNE] == Decimal("72.2")


def test_the_first_rate_is_held_against_the_one_after_it(admin: Browser) -> None:
    assert "USD stood at" in enter(admin, "0.712", "2026-04-01", status=422).text
    enter(admin, "7", "2026-04-01")


def test_a_day_to_come_is_asked_about(admin: Browser) -> None:
    page = enter(admin, "7.2", "2026-06-18", status=422)
    assert "Jun 18, 2026 has not come yet" in page.text
    enter(admin, "7.2", "2026-06-18", confirmed=page.mark)
    enter(admin, "7.2", "2026-06-17")


def test_a_seventh_decimal_is_refused_at_the_field(admin: Browser) -> None:
    assert "at most 6 decimals" in enter(admin, "7.1234567", status=422).text
    enter(admin, "7.123456")


def test_the_list_is_narrowed_to_a_currency_and_its_decimals_are_even(
    admin: Browser, cast: Cast
) -> None:
    ExchangeRate.enter("EUR", JUNE, Decimal("7.812345"), by=cast.admin)
    ExchangeRate.enter("USD", JUNE, Decimal("7.3"), by=cast.admin)
    db.session.commit()
    every, dollars = admin.get(PAGE).text, admin.get(f"{PAGE}?currency=USD").text
    assert "7.300000" in every
    assert "7.3000" in dollars
    assert "7.300000" not in dollars
    assert "7.812345" not in dollars
    assert "7.812345" in admin.get(f"{PAGE}?currency=XYZ").text
    page = admin.get(f"{PAGE}?currency=USD")
    admin.submit(page, PAGE, rate="7.2", day="2026-06-02")
    assert admin.location.endswith("?currency=USD")


def test_more_than_a_page_of_rates_is_turned_over(admin: Browser, cast: Cast) -> None:
    for number in reversed(range(60)):  # the history tells of the last ones
        ExchangeRate.enter("USD", MAY - timedelta(days=number + 1), Decimal(7), by=None)
    db.session.commit()
    first = admin.get(f"{PAGE}?currency=USD")
    assert "Mar 2, 2026" not in first.text
    after = first.html.split('class="pager"')[1].split('href="')[1].split('"')[0]
    assert "Mar 2, 2026" in admin.get(after.replace("&amp;", "&")).text


def test_only_administrators_remove_one(admin: Browser, cast: Cast, browser: Browser) -> None:
    rate = db.session.scalars(select(ExchangeRate)).one()
    browser.sign_in("fin").post(f"{PAGE}/{rate.id}/delete", status=403)
    assert rates()
