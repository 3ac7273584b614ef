"""What the list of deals says beside them: the last contact, and whose shares are in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from crm import clock
from crm.extensions import db
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.facets import Person
from crm.models import Activity, Company, Deal, OptionList, User
from tests.cast import Cast
from tests.page import Browser
from tests.queries_counted import counted


def note(cast: Cast, deal: Deal, days: int, *, by: User) -> None:
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    Activity.log(Activity(deal=deal, customer=deal.customer, kind=call, summary="问进度",
                          happened_at=clock.now() - timedelta(days=days)), by=by)  # fmt: skip


def stall(cast: Cast, count: int) -> list[Deal]:
    """Deals of Wang's that stand still, the later ones spoken about longer ago."""
    stage, deals = cast.stages[1], []
    stage.days_to_rot = 5
    for n in range(count):
        deal = Deal(name=f"停滞 {n}", owner=cast.wang, customer=cast.sigma)
        at = clock.now() - timedelta(days=60 + n)
        deals.append(Deal.open(deal, stage, by=cast.wang, at=at, historic=True))
        db.session.flush()
        note(cast, deal, 50 - n, by=cast.zhao)
        note(cast, deal, 20 + n, by=cast.wang)
    db.session.commit()
    return deals


def listed(filter: DealFilter, user: User) -> list[Deal]:
    db.session.expunge_all()
    return list(db.session.scalars(filter.select(user)))


def names(filter: DealFilter, user: User) -> list[str]:
    return [deal.name for deal in listed(filter, user)]


def test_the_last_contact_stands_in_the_list_and_orders_it(cast: Cast) -> None:
    stall(cast, 3)
    filter = DealFilter(stuck=True, sort="last_contact")
    found = listed(filter, cast.li)
    (column,) = [each for each in filter.shown if each.name == "last_contact"]
    today = Company.current().today()
    said = {deal.name: column.value(deal) for deal in found}
    assert said | {f"停滞 {n}": today - timedelta(days=20 + n) for n in range(3)} == said
    order = [deal.name for deal in found if deal.name.startswith("停滞")]
    assert order == ["停滞 2", "停滞 1", "停滞 0"]
    turned = listed(filter.changed(sort="-last_contact"), cast.li)
    assert [deal.name for deal in turned if deal.name.startswith("停滞")] == order[::-1]


def test_the_last_contact_is_the_last_that_the_reader_may_know_of(cast: Cast) -> None:
    deal = cast.gauges
    deal.share_with({cast.wang: 0}, by=cast.wu)
    note(cast, deal, 3, by=cast.wu)
    note(cast, deal, 9, by=cast.wang)
    db.session.commit()
    filter, id = DealFilter(columns=("name", "last_contact")), deal.id
    for who, days in ((cast.wu, 3), (cast.wang, 9)):
        (seen,) = [each for each in listed(filter, who) if each.id == id]
        assert seen.last_contact
        assert (clock.now() - seen.last_contact).days == days


@pytest.mark.parametrize("narrowed", ["stuck=1", "standing=amber", "snoozed=1", ""])
def test_who_looks_at_what_stands_still_sees_since_when_nobody_was_in_touch(
    cast: Cast, narrowed: str
) -> None:
    shown = [column.name for column in DealFilter.parse_text(narrowed).shown]
    assert ("last_contact" in shown) is bool(narrowed)


def test_more_stalled_deals_take_no_more_queries(app: Flask, cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    asked = []
    for count in (2, 9):
        stall(cast, count)
        browser.get("/deals?stuck=1&sort=last_contact")
        with counted(app) as statements:
            browser.get("/deals?stuck=1&sort=last_contact")
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_deals_are_found_by_whom_they_are_shared_with(cast: Cast) -> None:
    cast.pumps.share_with({cast.zhao: 30, cast.sun: 0}, by=cast.wang)
    db.session.commit()
    zhao = DealFilter(owner=(Person(cast.zhao.id),), sharing=True)
    assert names(zhao, cast.li) == [cast.pumps.name]
    assert names(zhao.changed(sharing=False), cast.li) == []
    # Who helps and has no part of it shares nothing.
    assert names(DealFilter(owner=(Person(cast.sun.id),), sharing=True), cast.li) == []
    assert cast.pumps.name in names(DealFilter(owner=(Person("me"),), sharing=True), cast.wang)
    (column,) = [each for each in zhao.shown if each.name == "sharing"]
    (deal,) = listed(zhao, cast.li)
    assert column.value(deal) == "王芳 70%, 赵磊 30%"
    assert column.value(cast.gauges) == ""


def test_a_team_has_what_its_people_share(cast: Cast) -> None:
    cast.gauges.share_with({cast.zhao: 10}, by=cast.wu)
    db.session.commit()
    east = DealFilter(team=(cast.zhao.team_id,), status=DealStatus.ALL)
    assert cast.gauges.name not in names(east, cast.admin)
    assert cast.gauges.name in names(east.changed(sharing=True), cast.admin)
    # Both the person and the team have to be those who share it.
    other = east.changed(sharing=True, owner=(Person(cast.wang.id),))
    assert cast.gauges.name not in names(other, cast.admin)


def test_shares_are_those_of_people(cast: Cast) -> None:
    filter = DealFilter.parse_text(f"owner={cast.zhao.id}&sharing=1")
    assert filter.sharing
    assert DealFilter.parse_text(filter.text()) == filter
    assert not DealFilter.parse(MultiDict({"sharing": "1"})).is_narrowed


def test_the_menu_offers_no_shares_and_a_chip_says_what_a_link_led_to(
    cast: Cast, browser: Browser
) -> None:
    browser.sign_in("li")
    assert "Shared deals too" not in browser.get("/deals?sharing=1").text
    assert "Shared deals too" in browser.get(f"/deals?owner={cast.zhao.id}&sharing=1").text
