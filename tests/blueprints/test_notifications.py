"""The list of what one was told, the bell, reading, and how one wants to be told."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import (
    MailHours,
    Notification,
    NotificationChoice,
    NotificationKind,
    Task,
    UserSession,
    Way,
)
from tests.cast import Cast
from tests.page import Browser
from tests.queries_counted import counted

GIVEN, SHARED = NotificationKind.DEAL_GIVEN, NotificationKind.CUSTOMER_SHARED


@pytest.fixture
def told(cast: Cast) -> list[int]:
    """The ids of what Wang was told: of a deal, and of a customer."""
    rows = [
        Notification.tell(cast.wang, GIVEN, cast.pumps, by=cast.li),
        Notification.tell(cast.wang, SHARED, cast.sigma, by=cast.li),
    ]
    db.session.commit()
    return [row.id for row in rows if row]


def unread() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Notification).where(Notification.read_at.is_(None))).all())


def ways() -> dict[str, str]:
    return {kind.value: Way.LIST.value for kind in NotificationKind}


def test_the_list_says_what_happened_and_leads_to_the_record(
    browser: Browser, cast: Cast, told: list[int]
) -> None:
    page = browser.sign_in("wang").get("/notifications")
    assert "李敏 gave you this deal." in page.html
    assert f"/deals/{cast.pumps.id}" in page.html


def test_the_list_is_narrowed_by_kind(browser: Browser, told: list[int]) -> None:
    page = browser.sign_in("wang").get("/notifications?kind=customer_shared")
    assert "help with this customer" in page.html
    assert "gave you this deal" not in page.html


@pytest.mark.parametrize(("count", "folded"), [(4, ""), (6, "3 more of the kind")])
def test_of_many_alike_the_first_stand_in_the_list_and_the_others_folded(
    browser: Browser, cast: Cast, told: list[int], count: int, folded: str
) -> None:
    titles = [f"回访{each}" for each in range(count)]
    for title in titles:
        task = Task.add(Task(title=title, assignee=cast.wang), by=None)
        Notification.tell(cast.wang, NotificationKind.TASK_GIVEN, task, cause="rule")
    db.session.commit()
    page = browser.sign_in("wang").get("/notifications")
    assert [title for title in titles if title not in page.text] == []
    assert ("of the kind" in page.text, folded in page.text) == (bool(folded), True)


def test_what_was_read_stands_below_what_was_not(browser: Browser, told: list[int]) -> None:
    wang = browser.sign_in("wang")
    wang.post(f"/notifications/{told[1]}/reading")
    html = wang.get("/notifications").html
    assert html.index("gave you this deal") < html.index("help with this customer")
    assert unread() == 1


def test_opening_one_reads_it_and_leads_on(browser: Browser, cast: Cast, told: list[int]) -> None:
    wang = browser.sign_in("wang")
    wang.post(f"/notifications/{told[0]}/reading", {"open": "1"})
    assert wang.location == f"/deals/{cast.pumps.id}"
    assert unread() == 1


def test_all_are_read_at_once(browser: Browser, told: list[int]) -> None:
    browser.sign_in("wang").post("/notifications/reading")
    assert unread() == 0


@pytest.mark.parametrize("who", ["li", "wu", "admin"])
def test_anothers_notification_is_not_there(browser: Browser, told: list[int], who: str) -> None:
    page = browser.sign_in(who).get("/notifications")
    assert "gave you this deal" not in page.html
    browser.post(f"/notifications/{told[0]}/reading", status=404)
    browser.post("/notifications/reading")
    assert unread() == 2


def test_what_one_may_not_see_any_more_is_neither_listed_nor_opened(
    browser: Browser, cast: Cast, told: list[int]
) -> None:
    cast.pumps.trashed_at = clock.now()
    db.session.commit()
    wang = browser.sign_in("wang")
    assert "gave you this deal" not in wang.get("/notifications").html
    wang.post(f"/notifications/{told[0]}/reading", status=404)


def test_the_bell_answers_only_when_the_count_is_another(browser: Browser, told: list[int]) -> None:
    wang = browser.sign_in("wang")
    bell = {"HX-Request": "true"}
    assert wang.client.get("/notifications/bell?shown=2", headers=bell).status_code == 204
    answer = wang.client.get("/notifications/bell?shown=1", headers=bell)
    assert "Notifications: 2 unread" in answer.text
    assert "shown=2" in answer.text


def test_the_bell_tells_nobody_who_is_signed_out(browser: Browser, told: list[int]) -> None:
    answer = browser.client.get("/notifications/bell?shown=1", headers={"HX-Request": "true"})
    assert answer.text == ""
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


def test_asking_for_the_bell_does_not_keep_a_session_alive(
    browser: Browser, told: list[int]
) -> None:
    wang = browser.sign_in("wang")
    with wang.app.app_context():
        before = db.session.scalars(select(UserSession.last_seen_at)).one()
    clock.set_to(clock.now() + timedelta(hours=1))
    wang.client.get("/notifications/bell?shown=2", headers={"HX-Request": "true"})
    with wang.app.app_context():
        assert db.session.scalars(select(UserSession.last_seen_at)).one() == before


def test_the_list_asks_as_often_for_many_as_for_few(
    app: Flask, browser: Browser, cast: Cast, told: list[int]
) -> None:
    wang = browser.sign_in("wang")
    with counted(app) as few:
        wang.get("/notifications")
    for number in range(30):
        Notification.tell(cast.wang, GIVEN, cast.pumps, by=cast.li, cause=str(number))
    db.session.commit()
    with counted(app) as many:
        wang.get("/notifications")
    assert len(many) == len(few)


def test_ways_and_hours_are_kept(browser: Browser, cast: Cast) -> None:
    hours = {"digest_at": "07:15", "quiet_from": "21:30", "quiet_to": "08:00",
             "quiet_weekends": "y"}  # fmt: skip
    browser.sign_in("wang").post("/my-settings/notifications", {**ways(), **hours})
    db.session.rollback()
    kept = MailHours.of(cast.wang)
    assert (kept.digest_at, kept.quiet_from, kept.quiet_to) == (time(7, 15), time(21, 30), time(8))
    assert kept.quiet_weekends
    assert set(NotificationChoice.ways_of(cast.wang).values()) == {Way.LIST}


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({"quiet_from": "21:30"}, "Say both from when and to when"),
        ({"quiet_from": "21:30", "quiet_to": "21:30"}, "would end when they begin"),
    ],
)
def test_half_or_empty_quiet_hours_are_refused(
    browser: Browser, hours: dict[str, str], said: str
) -> None:
    sent = {**ways(), "digest_at": "08:00", **hours}
    page = browser.sign_in("wang").post("/my-settings/notifications", sent, status=422)
    assert said in page.html
