"""Announcements: pinned for whom they are for until they are read, with who has read them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm import clock, jobs, mail
from crm.extensions import db
from crm.models import (
    Action,
    Announcement,
    AnnouncementReading,
    Event,
    MailKind,
    Notification,
    NotificationKind,
    OutgoingMail,
    Team,
    User,
)
from crm.queries.announcements import readers_of
from tests.cast import Cast
from tests.mailbox import Mailbox
from tests.page import Browser


def announce(by: User, team: Team | None = None, **more: Any) -> Announcement:
    announcement = Announcement.make(
        Announcement(title="新版价格表", text="旧版只对已发出的报价有效。", team=team, **more),
        by=by,
    )
    db.session.commit()
    return announcement


def sent(browser: Browser, page: str, action: str, **typed: Any) -> str:
    """What the page says to which the form of another one leads."""
    browser.submit(browser.get(page), action, **typed)
    return browser.follow().text


def told(user: User) -> list[str]:
    """By cause, what ``user`` was told of announcements and has not read."""
    chosen = select(Notification).where(
        Notification.reader_id == user.id, Notification.kind == NotificationKind.ANNOUNCED,
        Notification.read_at.is_(None),
    )  # fmt: skip
    return [row.cause.split()[0] for row in db.session.scalars(chosen.order_by(Notification.id))]


def test_one_announces_and_another_reads_it_on_today(cast: Cast, browser: Browser) -> None:
    browser.sign_in("admin")
    sent(browser, "/announcements/new", "/announcements", title="新版价格表",
         text="旧版作废。\n周五讲解。")  # fmt: skip
    jobs.run_once()
    assert told(cast.wang) == ["event"]
    assert told(cast.admin) == []
    browser.sign_in("wang")
    assert "周五讲解。" in browser.get("/").text
    read = sent(browser, "/", "/announcements/1/reading")
    assert "周五讲解。" not in read
    assert "新版价格表" in read  # its title stays while it is pinned
    assert told(cast.wang) == []


def test_a_team_is_told_with_those_below_it_and_nobody_else(cast: Cast) -> None:
    announce(cast.li, cast.wang.team)
    jobs.run_once()
    assert {user.username for user in db.session.scalars(User.active()) if told(user)} == {
        "wang", "zhao", "sun",
    }  # fmt: skip
    everybody = announce(cast.admin, Team.called("恒川", by=cast.admin))
    assert {user.username for user in db.session.scalars(everybody.audience)} == {
        "wang", "zhao", "sun", "wu", "li", "zhou", "fin", "reader",
    }  # fmt: skip


def test_who_has_read_it_stands_behind_who_has_not(cast: Cast, browser: Browser) -> None:
    announcement = announce(cast.li, cast.wang.team)
    AnnouncementReading.note(announcement, cast.zhao)
    AnnouncementReading.note(announcement, cast.zhao)
    db.session.commit()
    readers = [(reader.user.username, bool(reader.read_at)) for reader in readers_of(announcement)]
    assert sorted(readers[:2]) == [("sun", False), ("wang", False)]
    assert readers[2:] == [("zhao", True)]
    browser.sign_in("li")
    assert "1 of 3" in browser.get("/announcements/1").text
    browser.sign_in("wang")
    assert "Who has read it" not in browser.get("/announcements/1").text


def test_who_moved_away_after_reading_still_stands_there(cast: Cast) -> None:
    announcement = announce(cast.li, cast.wang.team)
    AnnouncementReading.note(announcement, cast.sun)
    cast.sun.team = cast.wu.team
    db.session.commit()
    assert [reader.user.username for reader in readers_of(announcement)][-1] == "sun"


def test_a_reminder_tells_those_who_have_not_read_it_once_a_day(
    cast: Cast, browser: Browser
) -> None:
    announcement = announce(cast.li, cast.wang.team)
    AnnouncementReading.note(announcement, cast.zhao)
    db.session.commit()
    browser.sign_in("li")
    remind = "/announcements/1", "/announcements/1/reminders"
    assert "2 people are reminded." in sent(browser, *remind)
    assert "Nobody is left" in sent(browser, *remind)
    jobs.run_once()
    assert (told(cast.wang), told(cast.zhao)) == (["event", "event"], [])
    clock.set_to(clock.now() + timedelta(days=1))
    browser.sign_in("li")
    assert "2 people are reminded." in sent(browser, *remind)


def test_who_is_addressed_by_a_change_alone_is_told_of_it(cast: Cast, browser: Browser) -> None:
    announce(cast.admin, cast.wang.team)
    jobs.run_once()
    browser.sign_in("admin")
    sent(browser, "/announcements/1/edit", "/announcements/1", team="")
    jobs.run_once()
    assert (told(cast.wu), told(cast.wang)) == (["event"], ["event"])


def test_an_administrator_whom_it_is_not_for_need_not_read_it(cast: Cast, browser: Browser) -> None:
    announce(cast.li, cast.wang.team)
    browser.sign_in("admin")
    assert "I have read it" not in browser.get("/announcements/1").text
    assert "I have read it" not in browser.get("/").text


def test_a_team_that_something_was_announced_to_stays(cast: Cast, browser: Browser) -> None:
    empty = Team.called("试点", by=cast.admin)
    assert empty.is_empty
    announce(cast.admin, empty)
    assert not empty.is_empty
    browser.sign_in("admin")
    browser.post(f"/settings/teams/{empty.id}/delete", status=409)
    assert Team.called("试点", by=cast.admin) is empty


def test_a_change_that_is_to_be_read_again_is_told_again(cast: Cast, browser: Browser) -> None:
    announcement = announce(cast.li, cast.wang.team)
    jobs.run_once()
    AnnouncementReading.note(announcement, cast.wang)
    db.session.commit()
    browser.sign_in("li")
    sent(browser, "/announcements/1/edit", "/announcements/1", text="周四讲解。")
    jobs.run_once()
    assert told(cast.wang) == ["event"]  # of its making alone
    assert AnnouncementReading.of(announcement).keys() == {cast.wang.id}
    sent(browser, "/announcements/1/edit", "/announcements/1", text="周三讲解。", again="y")
    jobs.run_once()
    assert told(cast.wang) == ["event", "event"]
    assert AnnouncementReading.of(announcement) == {}
    actions = [event.particulars.get("again") for event in db.session.scalars(
        select(Event).where(Event.action == Action.ANNOUNCEMENT_CHANGED).order_by(Event.id)
    )]  # fmt: skip
    assert actions == [False, True]


def test_without_a_change_it_is_to_be_read_again_once_a_day(cast: Cast, browser: Browser) -> None:
    announcement = announce(cast.li, cast.wang.team)
    browser.sign_in("li")
    for _once_more in range(3):
        sent(browser, "/announcements/1/edit", "/announcements/1", again="y")
        AnnouncementReading.note(announcement, cast.wang)
        db.session.commit()
    jobs.run_once()
    assert AnnouncementReading.of(announcement).keys() == {cast.wang.id}
    assert told(cast.zhao) == ["event", "event"]  # made, and asked again once


@pytest.mark.parametrize("is_over", [False, True], ids=["taken down", "after its last day"])
def test_what_is_pinned_no_more_stands_in_the_list_alone(
    cast: Cast, browser: Browser, is_over: bool
) -> None:
    announcement = announce(cast.admin, until=date(2026, 6, 20))
    if is_over:
        clock.set_to(clock.now() + timedelta(days=10))
    else:
        announcement.take_down(by=cast.admin)
        db.session.commit()
    browser.sign_in("wang")
    assert "新版价格表" not in browser.get("/").text
    assert "新版价格表" in browser.get("/announcements").text
    browser.sign_in("admin")
    sent(browser, "/announcements/1", "/announcements/1/takedown/delete")
    browser.sign_in("wang")
    assert "新版价格表" in browser.get("/").text


def test_the_mail_says_it_in_full_and_none_goes_of_what_is_down(
    cast: Cast, mailbox: Mailbox
) -> None:
    announcement = announce(cast.li, cast.wang.team)
    jobs.run_once()
    clock.set_to(clock.now() + timedelta(minutes=5))
    jobs.run_once()
    assert {each.recipients[0] for each in mailbox.messages} == {
        "wang@example.com", "zhao@example.com", "sun@example.com",
    }  # fmt: skip
    (letter,) = {each.text for each in mailbox.messages}
    assert "旧版只对已发出的报价有效。" in letter
    assert "/announcements/1" in letter
    announcement.take_down(by=cast.li)
    late = OutgoingMail(kind=MailKind.ANNOUNCED, particulars={"announcement": announcement.id})
    with mail.written_for(cast.wang), pytest.raises(mail.Obsolete):
        mail.compose(late)


def test_a_manager_announces_to_their_own_people_alone(cast: Cast, browser: Browser) -> None:
    browser.sign_in("li")
    page = browser.get("/announcements/new")
    west = cast.wu.team
    assert west is not None
    typed = {"title": "通知", "text": "放假"}
    refused = browser.submit(page, "/announcements", 422, **typed, team=str(west.id))
    assert "This cannot be chosen." in refused.text
    browser.submit(page, "/announcements", 422, **typed, team="")
    assert db.session.scalars(select(Announcement)).all() == []
