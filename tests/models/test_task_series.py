"""Tasks that come again: the next one is made once, when this one is settled."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Task
from crm.models.task.recurring import TaskSeries
from crm.recurrence import Rule
from tests.at_once import beside
from tests.cast import Cast

TODAY = date(2026, 6, 17)


def weekly(cast: Cast, rule: str = "FREQ=WEEKLY;BYDAY=WE", on: date = TODAY) -> Task:
    task = Task(title="周会", due_on=on, due_time=time(9), assignee=cast.wang,
                participants=[cast.zhao])  # fmt: skip
    task.remind([10])
    Task.add(task, by=cast.li)
    task.repeat(Rule.parse(rule), by=cast.li)
    db.session.commit()
    return task


def open_ones() -> list[Task]:
    db.session.flush()
    chosen = select(Task).where(Task.done_at.is_(None), Task.trashed_at.is_(None))
    return list(db.session.scalars(chosen.order_by(Task.id)))


def test_done_is_followed_by_the_next_with_all_that_it_had(cast: Cast) -> None:
    weekly(cast).complete(by=cast.wang)
    (following,) = open_ones()
    assert (following.due_on, following.due_time) == (TODAY + timedelta(days=7), time(9))
    assert (following.title, following.assignee, following.created_by) == (
        "周会", cast.wang, cast.li,
    )  # fmt: skip
    assert (following.participants, following.remind_before) == ([cast.zhao], [10])


def test_the_trash_is_followed_by_the_next_too_and_only_once(cast: Cast) -> None:
    task = weekly(cast)
    task.trash(by=cast.wang)
    task.trash(by=cast.wang)
    assert len(open_ones()) == 1


def test_what_was_put_off_does_not_move_the_rule(cast: Cast) -> None:
    task = weekly(cast)
    task.put_off_to(TODAY + timedelta(days=2), by=cast.wang)
    task.complete(by=cast.wang)
    assert open_ones()[0].due_on == TODAY + timedelta(days=7)


def test_days_that_are_over_are_not_caught_up_with(cast: Cast) -> None:
    task = weekly(cast, "FREQ=DAILY", TODAY - timedelta(days=30))
    task.complete(by=cast.wang)
    assert open_ones()[0].due_on == TODAY


def test_undone_takes_the_next_one_back_and_done_again_brings_it_back(cast: Cast) -> None:
    task = weekly(cast)
    task.complete(by=cast.wang)
    (following,) = open_ones()
    task.reopen(by=cast.wang)
    assert open_ones() == [task]
    task.complete(by=cast.wang)
    assert open_ones() == [following]


def test_undone_leaves_the_next_one_where_somebody_changed_it(cast: Cast) -> None:
    task = weekly(cast)
    task.complete(by=cast.wang)
    (following,) = open_ones()
    following.put_off_to(TODAY + timedelta(days=8), by=cast.wang)
    db.session.commit()
    task.reopen(by=cast.wang)
    assert open_ones() == [task, following]


def test_back_from_the_trash_the_next_one_goes_again(cast: Cast) -> None:
    task = weekly(cast)
    task.trash(by=cast.wang)
    task.restore(by=cast.wang)
    assert open_ones() == [task]
    task.complete(by=cast.wang)
    assert [each.due_on for each in open_ones()] == [TODAY + timedelta(days=7)]


def test_what_was_done_comes_back_from_the_trash_with_the_next_one_left(cast: Cast) -> None:
    task = weekly(cast)
    task.complete(by=cast.wang)
    (following,) = open_ones()
    task.trash(by=cast.wang)
    task.restore(by=cast.wang)
    assert open_ones() == [following]


def test_the_next_one_of_who_has_left_is_for_who_settled_the_last(cast: Cast) -> None:
    task = weekly(cast)
    task.assignee = cast.zhao
    cast.wang.deactivate(by=cast.admin)
    cast.zhao.deactivate(by=cast.admin)
    task.complete(by=cast.li)
    (following,) = open_ones()
    assert (following.assignee, following.participants) == (cast.li, [])


def test_so_many_times_count_the_first_one_whatever_day_it_is_on(cast: Cast) -> None:
    task = weekly(cast, "FREQ=WEEKLY;BYDAY=MO;COUNT=3")
    days = [task.due_on]
    while open_ones():
        (each,) = open_ones()
        assert each.rule is not None
        assert each.rule.times == 4 - len(days)
        each.complete(by=cast.wang)
        days += [each.due_on for each in open_ones()]
    assert days == [TODAY, date(2026, 6, 22), date(2026, 6, 29)]


def test_after_the_last_none_follows(cast: Cast) -> None:
    weekly(cast, "FREQ=WEEKLY;BYDAY=WE;COUNT=2").complete(by=cast.wang)
    (last,) = open_ones()
    clock.set_to(datetime(2026, 6, 24, 4, tzinfo=UTC))
    last.complete(by=cast.wang)
    assert open_ones() == []


def test_a_change_of_one_alone_does_not_go_on(cast: Cast) -> None:
    task = weekly(cast)
    task.title = "周会（改地点）"
    task.complete(by=cast.wang)
    assert open_ones()[0].title == "周会"


def test_a_series_that_ended_goes_on_no_more(cast: Cast) -> None:
    task = weekly(cast)
    task.repeat(None, by=cast.wang)
    task.complete(by=cast.wang)
    assert open_ones() == []
    assert task.rule is None


def test_of_two_who_settle_it_at_once_one_makes_the_next(app: Flask, cast: Cast) -> None:
    task = weekly(cast)
    db.session.get_one(Task, task.id, with_for_update=True).complete(by=cast.wang)
    db.session.flush()

    def done_too(other: Cast) -> None:
        db.session.get_one(Task, task.id, with_for_update=True).complete(by=other.zhao)

    with beside(app, done_too) as second:
        db.session.commit()
        second.result()
    assert len(db.session.scalars(select(Task)).all()) == 2
    assert len(db.session.scalars(select(TaskSeries)).all()) == 1


def test_who_reopens_one_and_who_settles_the_next_do_not_wait_for_each_other(
    app: Flask, cast: Cast
) -> None:
    task = weekly(cast)
    task.complete(by=cast.wang)
    db.session.commit()
    following = open_ones()[0].id
    db.session.get_one(Task, task.id, with_for_update=True)
    db.session.get_one(TaskSeries, task.series_id, with_for_update=True)

    def done(other: Cast) -> None:
        db.session.get_one(Task, following, with_for_update=True).complete(by=other.zhao)

    with beside(app, done) as second:
        task.reopen(by=cast.wang)
        db.session.commit()
        second.result()
    db.session.expire_all()
    assert not task.is_done
    assert db.session.get_one(Task, following).is_done
