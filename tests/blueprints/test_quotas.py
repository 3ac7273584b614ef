"""Quotas: a table of the year, a form for each holder, and last year's copied."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from crm.extensions import db
from crm.models import Action, Company, Event, Quota, Span, Term
from crm.queries.quotas import Plan
from crm.sentences import changes
from tests.cast import Cast
from tests.page import Browser

YEAR = 2026
WHOLE = Term(Span.YEAR, date(YEAR, 1, 1))
Q3 = Term(Span.QUARTER, date(YEAR, 7, 1))
JULY, AUGUST = (Term(Span.MONTH, date(YEAR, month, 1)) for month in (7, 8))


@pytest.fixture
def wang(cast: Cast, app: Flask) -> Browser:
    return Browser(app).sign_in("wang")


@pytest.fixture
def li(cast: Cast, app: Flask) -> Browser:
    return Browser(app).sign_in("li")


@pytest.fixture
def admin(cast: Cast, app: Flask) -> Browser:
    return Browser(app).sign_in("admin")


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)), st.sampled_from(Span))
def test_a_day_lies_in_one_month_one_quarter_and_one_year(day: date, span: Span) -> None:
    term = Term.around(span, day)
    assert term.first <= day <= term.last
    assert Term.of_days(term.first, term.last) == term
    assert not term.parts or (term.parts[0].first, term.parts[-1].last) == (term.first, term.last)
    assert term in Term.of_year(day.year)
    assert term.a_year_later.code[4:] == term.code[4:]


def test_what_is_no_month_quarter_or_year_is_no_term() -> None:
    assert Term.of_days(date(2026, 1, 1), date(2026, 2, 28)) is None
    assert Term.of_days(date(2026, 1, 2), date(2026, 2, 1)) is None
    assert Term.of_days(date(2024, 2, 1), date(2024, 2, 29)) == Term(Span.MONTH, date(2024, 2, 1))


def test_quotas_add_up_from_months_and_from_people(cast: Cast) -> None:
    wang, zhao, team = cast.wang, cast.zhao, cast.wang.team
    assert team is not None
    Quota.set_for(wang, YEAR, {JULY: Decimal(100), AUGUST: Decimal("20.50")}, by=cast.admin)
    Quota.set_for(zhao, YEAR, {Q3: Decimal(300)}, by=cast.admin)
    plan = Plan(YEAR)
    assert plan.amount(wang, Q3) == plan.amount(wang, WHOLE) == Decimal("120.50")
    assert plan.amount(zhao, JULY) is None  # a quarter is not split by itself
    assert plan.amount(team, JULY) == 100
    assert plan.amount(team, Q3) == plan.amount(Company.current(), WHOLE) == Decimal("420.50")
    assert plan.amount(cast.wu, WHOLE) is None


def test_what_was_set_for_a_team_stands_beside_what_its_people_have(cast: Cast) -> None:
    team = cast.wang.team
    assert team is not None
    Quota.set_for(team, YEAR, {JULY: Decimal(500)}, by=cast.admin)
    Quota.set_for(cast.wang, YEAR, {JULY: Decimal(350), AUGUST: Decimal(10)}, by=cast.admin)
    plan = Plan(YEAR)
    assert plan.amount(team, JULY) == 500
    assert plan.gap(team, JULY) == 150
    assert plan.gap(team, AUGUST) is None
    # The quarter has a month of the team's own and one that its people add up to.
    assert plan.amount(team, Q3) == 510


def test_a_manager_sets_the_quota_of_a_rep(cast: Cast, li: Browser) -> None:
    where = f"/quotas/{YEAR}/user/{cast.wang.id}"
    form = li.get(f"{where}/edit")
    li.submit(form, where, of_2026_q3="12万", of_2026_08="50,000")
    assert Quota.typed_for(cast.wang, YEAR) == {Q3: Decimal(120000), AUGUST: Decimal(50000)}
    assert _changes()[0].particulars == {
        "changes": {"quotas": ["", "2026-08: 50,000.00, 2026-Q3: 120,000.00"]}
    }
    page = li.get(f"/quotas?year={YEAR}")
    assert "120,000" in page.text
    # As it is already: nothing is written.
    li.submit(li.get(f"{where}/edit"), where)
    assert (
        db.session.scalar(db.select(db.func.count()).where(Event.action == Action.QUOTA_CHANGED))
        == 1
    )


@pytest.mark.parametrize("typed", ["-1", "viel", "1.234", "99999999999999"])
def test_what_is_no_amount_is_said_and_kept(cast: Cast, li: Browser, typed: str) -> None:
    where = f"/quotas/{YEAR}/user/{cast.wang.id}"
    page = li.submit(li.get(f"{where}/edit"), where, 422, of_2026=typed, of_2026_07="7")
    fields = page.form(where)["fields"]
    assert fields["of_2026"] == typed
    assert fields["of_2026_07"] == "7.00"
    assert not Quota.typed_for(cast.wang, YEAR)


def test_two_who_set_the_same_quota_see_what_the_other_typed(
    cast: Cast, li: Browser, admin: Browser
) -> None:
    where = f"/quotas/{YEAR}/user/{cast.wang.id}"
    stale = li.get(f"{where}/edit")
    admin.submit(admin.get(f"{where}/edit"), where, of_2026="1000")
    page = li.submit(stale, where, 409, of_2026="2000")
    assert "1000.00" in page.text
    assert "2000" in page.text
    li.submit(page, where, of_2026="2000")
    assert Quota.typed_for(cast.wang, YEAR) == {WHOLE: Decimal(2000)}


def test_last_year_is_copied_with_a_change(cast: Cast, li: Browser) -> None:
    Quota.set_for(cast.wang, YEAR - 1, {Term(Span.MONTH, date(2025, 7, 1)): Decimal("100.50")},
                  by=cast.admin)  # fmt: skip
    Quota.set_for(cast.zhao, YEAR - 1, {Term(Span.YEAR, date(2025, 1, 1)): Decimal(7)}, by=None)
    Quota.set_for(cast.zhao, YEAR, {WHOLE: Decimal(9)}, by=None)
    Quota.set_for(cast.wu, YEAR - 1, {Term(Span.YEAR, date(2025, 1, 1)): Decimal(5)}, by=None)
    db.session.commit()
    li.submit(li.get(f"/quotas/{YEAR}/copies/new"), f"/quotas/{YEAR}/copies", percent="10")
    assert Quota.typed_for(cast.wang, YEAR) == {JULY: Decimal(111)}  # 110.55, rounded
    assert Quota.typed_for(cast.zhao, YEAR) == {WHOLE: Decimal(9)}  # had one
    assert Quota.typed_for(cast.wu, YEAR) == {}  # of another team
    page = li.get(f"/quotas/{YEAR}/copies/new")
    assert "Nothing to copy" in page.text, "said before anything is asked"
    assert "percent" not in page.html


def test_a_quota_too_large_to_keep_is_not_copied(cast: Cast, li: Browser) -> None:
    before = Term(Span.YEAR, date(2025, 1, 1))
    Quota.set_for(cast.wang, YEAR - 1, {before: Decimal(5)}, by=None)
    Quota.set_for(cast.zhao, YEAR - 1, {before: Decimal(999_999_999_999)}, by=None)
    db.session.commit()
    path = f"/quotas/{YEAR}/copies"
    page = li.submit(li.get(f"{path}/new"), path, 422, percent="900")
    assert "The quota of 赵磊 would be too large." in page.text
    assert Quota.typed_for(cast.wang, YEAR) == {}


def test_everybody_sees_the_quotas_of_whose_deals_they_see(
    cast: Cast, wang: Browser, li: Browser, admin: Browser
) -> None:
    Quota.set_for(cast.wu, YEAR, {WHOLE: Decimal(777_000)}, by=cast.admin)
    Quota.set_for(cast.zhao, YEAR, {WHOLE: Decimal(666_000)}, by=cast.admin)
    db.session.commit()
    seen = {who: browser.get(f"/quotas?year={YEAR}").text for who, browser in
            {"wang": wang, "li": li, "admin": admin}.items()}  # fmt: skip
    assert "666,000" not in seen["wang"]
    assert "777,000" not in seen["wang"]
    assert "666,000" in seen["li"]
    assert "777,000" not in seen["li"]
    assert "1,443,000" in seen["admin"]


@pytest.mark.parametrize("year", ["0", "99999", "abc", "-1", ""])
def test_a_year_that_is_none_is_this_year(wang: Browser, year: str) -> None:
    assert str(YEAR) in wang.get(f"/quotas?year={year}").text


def test_the_history_names_the_terms_that_were_changed(cast: Cast) -> None:
    Quota.set_for(cast.wang, 2026, {JULY: Decimal(400_000), AUGUST: Decimal(1)}, by=cast.admin)
    Quota.set_for(cast.wang, 2026, {JULY: Decimal(430_000), AUGUST: Decimal(1)}, by=cast.admin)
    db.session.flush()
    assert changes(_changes()[-1]) == [("Quotas, July 2026", "400,000.00", "430,000.00")]


def _changes() -> list[Event]:
    return list(db.session.scalars(db.select(Event).where(Event.action == Action.QUOTA_CHANGED)))


def test_the_quarter_and_the_month_that_it_is_are_marked(li: Browser) -> None:
    marked = {year: li.get(f"/quotas?year={year}").html.count('aria-current="date"')
              for year in (YEAR, YEAR + 1)}  # fmt: skip
    assert marked == {YEAR: 2, YEAR + 1: 0}
