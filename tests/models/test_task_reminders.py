"""When a task is, and when its people are reminded of it: each time once, wherever it moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock, jobs, mail
from crm.extensions import db
from crm.models import Company, MailKind, OutgoingMail, Task, TaskReminder
from crm.queries.reminders import remind_of_tasks
from tests.at_once import beside
from tests.cast import Cast

DAY = date(2026, 6, 18)  # tomorrow, where a test does not say otherwise
HOUR, A_DAY, A_WEEK = 60, 24 * 60, 7 * 24 * 60


def planned(cast: Cast, *before: int, at: time | None = time(10), on: date = DAY) -> Task:
    task = Task(title="拜访西格玛", due_on=on, due_time=at, assignee=cast.wang,
                customer=cast.sigma, participants=[cast.zhao])  # fmt: skip
    task.remind(before)
    Task.add(task, by=cast.wang)
    db.session.commit()
    return task


def told() -> list[str]:
    """Who has a mail to come that still says something, in the order of writing."""
    remind_of_tasks()
    db.session.commit()
    waiting = select(OutgoingMail).where(OutgoingMail.done_at.is_(None)).order_by(OutgoingMail.id)
    return [row.to.username for row in db.session.scalars(waiting) if is_needed(row)]


def is_needed(row: OutgoingMail) -> bool:
    try:
        with mail.written_for(row.to):
            mail.compose(row)
    except mail.Obsolete:
        return False
    return True


def due_at(task: Task) -> list[datetime | None]:
    return [reminder.due_at for reminder in task.reminders]


def test_an_appointment_is_by_the_companys_clock(cast: Cast) -> None:
    task = planned(cast)
    task.minutes = 90
    assert task.starts_at == datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
    assert task.ends_at == datetime(2026, 6, 18, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 28), time(9), datetime(2026, 3, 28, 8, tzinfo=UTC)),
        (date(2026, 3, 29), time(9), datetime(2026, 3, 29, 7, tzinfo=UTC)),
        # The clocks leave this hour out: it is as late as it would have been.
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # They show this one twice: the first time is meant.
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 26), time(9), datetime(2026, 10, 26, 8, tzinfo=UTC)),
    ],
)
def test_daylight_saving_does_not_move_an_appointment(
    cast: Cast, day: date, at: time, utc: datetime
) -> None:
    Company.current().timezone = "Europe/Berlin"
    assert planned(cast, on=day, at=at).starts_at == utc


def test_what_has_no_time_counts_from_the_begin_of_the_day_of_who_does_it(cast: Cast) -> None:
    cast.wang.timezone = "Europe/Berlin"
    task = planned(cast, 0, A_DAY, at=None, on=date(2027, 1, 1))
    assert due_at(task) == [
        datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 30, 23, tzinfo=UTC),
    ]  # fmt: skip
    task.assign_to(cast.zhao, by=cast.wang)  # in Shanghai
    assert due_at(task)[0] == datetime(2026, 12, 31, 16, tzinfo=UTC)


def test_a_day_before_is_the_same_hour_though_the_clocks_change_between(cast: Cast) -> None:
    Company.current().timezone = "Europe/Berlin"
    task = planned(cast, A_DAY, A_DAY * 2, HOUR, at=time(9), on=date(2026, 10, 25))
    assert due_at(task) == [
        datetime(2026, 10, 25, 7, tzinfo=UTC), datetime(2026, 10, 24, 7, tzinfo=UTC),
        datetime(2026, 10, 23, 7, tzinfo=UTC),
    ]  # fmt: skip


def test_reminders_follow_the_clock_of_the_firm_and_of_who_is_to_do_it(cast: Cast) -> None:
    at_nine = planned(cast, 0, at=time(9), on=date(2026, 7, 1))
    that_day = planned(cast, 0, at=None, on=date(2026, 7, 1))
    company, wang, admin = Company.current(), cast.wang, cast.admin
    wang.timezone = "Europe/Berlin"
    wang.note_changes(by=wang)
    db.session.commit()
    jobs.run_once()
    assert due_at(that_day) == [datetime(2026, 6, 30, 22, tzinfo=UTC)]
    assert due_at(at_nine) == [datetime(2026, 7, 1, 1, tzinfo=UTC)]
    company.timezone = "America/New_York"
    company.note_changes(by=admin)
    db.session.commit()
    jobs.run_once()
    assert due_at(that_day) == [datetime(2026, 6, 30, 22, tzinfo=UTC)]
    assert due_at(at_nine) == [datetime(2026, 7, 1, 13, tzinfo=UTC)]


def test_each_is_told_once_at_each_time(cast: Cast) -> None:
    task = planned(cast, 10, HOUR)
    assert told() == []
    clock.set_to(task.starts_at - timedelta(minutes=HOUR, seconds=1))
    assert told() == []
    clock.set_to(task.starts_at - timedelta(minutes=HOUR))
    assert told() == ["wang", "zhao"]
    assert told() == ["wang", "zhao"]
    clock.set_to(task.starts_at + timedelta(days=3))  # after downtime
    assert told() == ["wang", "zhao", "wang", "zhao"]


def test_the_mail_says_what_when_and_with_whom(cast: Cast) -> None:
    task = planned(cast, 0)
    with mail.written_for(cast.wang):
        letter = mail.task_reminder(task, cast.wang)
    assert letter.subject == "拜访西格玛: Jun 18, 10:00 AM"
    assert "Who takes part: 赵磊" in letter.text
    assert f"/tasks/{task.id}" in letter.text
    assert "Assigned to: 王芳" in mail.task_reminder(task, cast.zhao).text


def test_what_was_put_off_reminds_anew_and_not_at_the_old_time(cast: Cast) -> None:
    task = planned(cast, HOUR)
    task.put_off_to(DAY + timedelta(days=1), by=cast.wang)
    db.session.commit()
    clock.set_to(datetime(2026, 6, 18, 1, 30, tzinfo=UTC))
    assert told() == []
    clock.set_to(datetime(2026, 6, 19, 1, 30, tzinfo=UTC))
    assert told() == ["wang", "zhao"]
    task.put_off_to(DAY + timedelta(days=7), by=cast.wang)  # before the mail left
    db.session.commit()
    assert told() == []
    clock.set_to(datetime(2026, 6, 26, 1, 0, tzinfo=UTC))
    assert len(told()) == 4  # those of before say the new time, too


@pytest.mark.parametrize("settle", ["complete", "trash"])
def test_what_is_settled_reminds_nobody(cast: Cast, settle: str) -> None:
    task = planned(cast, 0)
    getattr(task, settle)(by=cast.wang)
    db.session.commit()
    clock.set_to(task.starts_at)
    assert told() == []


def test_who_is_reminded_of_what_is_over_already_knows(cast: Cast) -> None:
    planned(cast, A_WEEK)
    assert told() == []


def test_who_left_is_not_told(cast: Cast) -> None:
    task = planned(cast, 0)
    cast.zhao.deactivate(by=None)
    db.session.commit()
    clock.set_to(task.starts_at)
    assert told() == ["wang"]


def test_of_two_workers_at_once_one_tells(app: Flask, cast: Cast) -> None:
    task = planned(cast, 0)
    clock.set_to(task.starts_at)
    db.session.commit()
    remind_of_tasks()
    db.session.flush()
    with beside(app, lambda _cast: remind_of_tasks()) as other:
        db.session.commit()
        other.result()
    sent = select(OutgoingMail).where(OutgoingMail.kind == MailKind.TASK_REMINDER)
    assert len(db.session.scalars(sent).all()) == 2  # Wang and Zhao, once each
    assert db.session.scalars(select(TaskReminder.sent_at)).all() == [clock.now()]
