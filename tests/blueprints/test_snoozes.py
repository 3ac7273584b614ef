"""A deal is snoozed and woken where it stands: on its page, from Today, in a dialog."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crm import clock
from crm.extensions import db
from crm.models import Activity, Deal, OptionList
from tests.cast import Cast
from tests.page import Browser

JULY = "2026-07-01"


@pytest.fixture
def wang(browser: Browser, cast: Cast) -> Browser:
    return browser.sign_in("wang")


def said(deal: Deal, **other: str) -> dict[str, str]:
    """What the form sends."""
    return {"until": JULY, "reason": "客户停产检修", "version": str(deal.version)} | other


def snooze(cast: Cast) -> None:
    cast.pumps.snooze(date(2026, 7, 1), reason="客户停产检修", by=cast.wang)
    db.session.commit()


def test_it_is_snoozed_from_its_page_and_says_so_there(wang: Browser, cast: Cast) -> None:
    deal = cast.pumps
    assert f"/deals/{deal.id}/snooze/new" in wang.get(f"/deals/{deal.id}").html
    wang.get(f"/deals/{deal.id}/snooze/new")
    wang.post(f"/deals/{deal.id}/snooze", said(deal), status=303)
    page = wang.get(f"/deals/{deal.id}")
    for text in ("is snoozed until Jul 1, 2026", "Snoozed until", "客户停产检修", "Wake"):
        assert text in page.text


def test_the_message_takes_it_back(wang: Browser, cast: Cast) -> None:
    deal = cast.pumps
    wang.post(f"/deals/{deal.id}/snooze", said(deal, next="/"), status=303)
    assert wang.location == "/"
    wang.post(f"/deals/{deal.id}/snooze/delete", {"next": "/"}, status=303)
    assert wang.location == "/"
    assert cast.pumps.snoozed_until is None
    assert "counts as stalled again" in wang.get("/").text


def test_a_snooze_that_lasts_is_changed(wang: Browser, cast: Cast) -> None:
    snooze(cast)
    form = wang.get(f"/deals/{cast.pumps.id}/snooze/new")
    assert f'value="{JULY}"' in form.html
    assert "客户停产检修" in form.html
    wang.post(f"/deals/{cast.pumps.id}/snooze", said(cast.pumps, until="2026-07-09"), status=303)
    assert cast.pumps.snoozed_until == date(2026, 7, 9)


def test_one_that_is_over_is_not_offered_again(wang: Browser, cast: Cast) -> None:
    snooze(cast)
    clock.set_to(clock.now() + timedelta(days=20))
    wang.sign_in("wang")
    assert "客户停产检修" not in wang.get(f"/deals/{cast.pumps.id}/snooze/new").html
    assert "Snoozed until" not in wang.get(f"/deals/{cast.pumps.id}").text


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"reason": "  "}, "Please fill this in."),
        ({"until": ""}, "Please fill this in."),
        ({"until": "2026-06-16"}, "This day has passed."),
        ({"until": "9999-99-99"}, "Not saved yet"),
        ({"reason": "久" * 201}, "Not saved yet"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    wang: Browser, cast: Cast, other: dict[str, str], message: str
) -> None:
    page = wang.post(f"/deals/{cast.pumps.id}/snooze", said(cast.pumps, **other), status=422)
    assert message in page.text
    assert cast.pumps.snoozes == []


def test_a_deal_that_was_changed_meanwhile_is_looked_at_first(wang: Browser, cast: Cast) -> None:
    form = said(cast.pumps)
    cast.pumps.move_to(cast.stages[2], by=cast.li)
    db.session.commit()
    page = wang.post(f"/deals/{cast.pumps.id}/snooze", form, status=409)
    assert "This was changed while you" in page.text
    assert cast.pumps.snoozes == []


def test_a_closed_deal_cannot_be_snoozed(wang: Browser, cast: Cast) -> None:
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    wang.post(f"/deals/{cast.pumps.id}/snooze", said(cast.pumps), status=303)
    page = wang.get(f"/deals/{cast.pumps.id}")
    assert "It is closed: reopen it first." in page.text
    assert "/snooze" not in page.html


def test_today_says_when_a_stalled_deal_was_last_spoken_about(wang: Browser, cast: Cast) -> None:
    deal = cast.pumps
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    Activity.log(Activity(customer=cast.sigma, deal=deal, kind=call, summary="电话"), by=cast.wang)
    db.session.commit()
    clock.set_to(clock.now() + timedelta(days=20))
    today = wang.sign_in("wang").get("/")
    assert "last contact 3 weeks ago" in today.text  # the pumps
    assert "no contact yet" in today.text  # what is vague
    assert f"/deals/{deal.id}/snooze/new?next=/" in today.html
    snoozed = said(deal, until=str(clock.now().date()), next="/")
    wang.post(f"/deals/{deal.id}/snooze", snoozed, status=303)
    assert f"/deals/{deal.id}/snooze/new" not in wang.get("/").html


def test_head_path_and_history_count_the_same_days(wang: Browser, cast: Cast) -> None:
    """The pumps came at noon in Shanghai: early on the second morning that is two days ago."""
    clock.set_to(clock.now() + timedelta(days=1, hours=13))
    page = wang.sign_in("wang").get(f"/deals/{cast.pumps.id}")
    assert page.text.count("2 days") == 3
    assert "1 day " not in page.text


def test_the_list_is_narrowed_to_what_is_snoozed(wang: Browser, cast: Cast) -> None:
    snooze(cast)
    text = wang.get("/deals?snoozed=1").text
    assert cast.pumps.name in text
    assert "Jul 1, 2026" in text  # until when, without asking for the column
    assert cast.vague.name not in text
