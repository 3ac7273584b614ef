"""Attainment: what its figures lead to, and what narrows it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.base import cents_of
from crm.extensions import db
from crm.filters.base import ListFilter
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from crm.filters.facets import Person
from crm.filters.reports import AttainmentFilter
from crm.models import (
    Company,
    CustomNoun,
    Deal,
    FieldKind,
    OptionList,
    Quota,
    Span,
    Team,
    Term,
    User,
)
from crm.models.quota import Holder
from crm.queries.reports import ALL
from crm.queries.reports.attainment import TO_COME, WON
from crm.queries.reports.figures import Page, Row
from tests.cast import Cast
from tests.conftest import BeginWith
from tests.custom_fields import make_field
from tests.page import Browser
from tests.reports.world import write_deals

REPORT = ALL["attainment"]


def share_deals(cast: Cast) -> None:
    """Deals that several share, across teams too."""
    write_deals(cast)
    for n, deal in enumerate(db.session.scalars(select(Deal).order_by(Deal.id))):
        if n % 3:
            deal.share_with({cast.zhao: 20 + n % 13, cast.zhou: n % 2 * 25}, by=deal.owner)
    db.session.commit()


@pytest.fixture
def world(begin_with: BeginWith, cast: Cast) -> Cast:
    begin_with(share_deals)
    return cast


def holders(table_rows: list[Row]) -> list[tuple[Row, Holder]]:
    """Each row, and whose it is, by its key."""
    found = []
    for row in table_rows:
        kind, id = next((kind, row.key.removeprefix(kind.__tablename__))
                        for kind in (User, Team, Company)
                        if row.key.startswith(kind.__tablename__))  # fmt: skip
        found.append((row, db.session.get_one(kind, int(id))))
    return found


def people_of(holder: Holder) -> list[User]:
    everybody = list(db.session.scalars(select(User)))
    if isinstance(holder, User):
        return [holder]
    if isinstance(holder, Company):
        return everybody
    return [each for each in everybody if each.team and each.team.path.startswith(holder.path)]


def behind(filter: ListFilter | Page | None, user: User) -> list[Deal]:
    """The deals that a browser finds at a figure's address."""
    assert isinstance(filter, DealFilter)
    return list(db.session.scalars(DealFilter.parse_text(filter.text()).narrow(user)))


@pytest.mark.parametrize("who", ["admin", "li", "wang", "zhao"])
@pytest.mark.parametrize("by", ["owner", "team"])
def test_the_shares_in_the_list_behind_an_amount_come_to_it(world: Cast, by: str, who: str) -> None:
    user, seen = getattr(world, who), 0
    for days in ("2025-01-01..2026-12-31", "..2026-08-31", "this_year"):
        table = REPORT.of(AttainmentFilter(report="attainment", by=by, period=Days(days)), user)
        for row, holder in holders(table.all_rows):
            people = people_of(holder)
            won = behind(row.figures[WON].list, user)
            shares = [deal.share_of(person) for deal in won for person in people]
            assert row.figures[WON].value == sum(shares, Decimal(0)), (row.label, days)
            coming = behind(row.figures[TO_COME].list, user)
            weighted = [deal.share_of(person, deal.base_amount * deal.chance)
                        for deal in coming if deal.base_amount for person in people]  # fmt: skip
            expected = cents_of(sum(weighted, Decimal(0)) / 100)
            assert row.figures[TO_COME].value == expected, (row.label, days)
            # Nobody's deal is in it who has no part of it.
            for deal in [*won, *coming]:
                assert any(person == deal.owner or deal.share_of(person, Decimal(100))
                           for person in people)  # fmt: skip
            seen += bool(shares) + bool(weighted)
    assert seen


def test_a_team_report_of_a_person_has_the_teams_they_count_for(world: Cast) -> None:
    year = Term(Span.YEAR, date(2026, 1, 1))
    for team in db.session.scalars(select(Team)):
        Quota.set_for(team, 2026, {year: Decimal(1000)}, by=world.admin)
    filter = AttainmentFilter(report="attainment", by="team", period=Days("this_year"))
    shown = []
    for owner in ((), (Person(world.wu.id),)):
        table = REPORT.of(filter.changed(owner=owner), world.admin)
        shown.append([row.label for row in table.rows])
    assert shown == [["恒川", "华东", "西部"], ["恒川", "西部"]]


def test_what_narrows_no_quota_narrows_nothing_and_is_not_said(
    world: Cast, browser: Browser
) -> None:
    field = make_field(FieldKind.YES_NO, noun=CustomNoun.DEAL)
    source = world.option(OptionList.SOURCE, "Phone").id
    browser.sign_in("li")
    plain = browser.get("/reports/attainment").text
    said = f"pipeline={world.spares.id}&source={source}&manager={world.li.id}&{field.key}=yes"
    assert browser.get(f"/reports/attainment?{said}").text == plain
    assert "Bore" not in plain
    # Where it narrows it is offered, and said.
    assert "Source: Phone" in browser.get(f"/reports/winning?{said}").text


def test_a_quota_leads_to_the_plan_of_its_year(world: Cast, browser: Browser) -> None:
    year = Term(Span.YEAR, date(2025, 1, 1))
    Quota.set_for(world.wang, 2025, {year: Decimal(1000)}, by=world.li)
    db.session.commit()
    page = browser.sign_in("li").get("/reports/attainment?period=2025-01-01..2025-12-31")
    links = {values.get("href") for tag, values in page.tags if tag == "a"}
    assert "/quotas?year=2025" in links
    browser.get("/quotas?year=2025")
