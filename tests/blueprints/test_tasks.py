"""Tasks: the list, the form, and who they are given to."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import func, select

from crm.extensions import db
from crm.filters.tasks import TaskFilter
from crm.models import Action, Activity, Event, OptionList, Task
from crm.recurrence import Rule
from tests.cast import Cast
from tests.page import Browser


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def test_who_was_given_a_task_saves_it_without_seeing_its_customer(
    cast: Cast, browser: Browser
) -> None:
    task = Task.add(Task(title="寄样本", assignee=cast.sun, customer=cast.western), by=cast.wu)
    db.session.commit()
    sun, path = browser.sign_in("sun"), f"/tasks/{task.id}"
    sun.submit(sun.get(f"{path}/edit"), path, note="已寄")
    assert (task.note, task.customer) == ("已寄", cast.western)


def test_the_deal_of_a_task_brings_its_customer_and_the_history_keeps_the_rest(
    cast: Cast, wang: Browser
) -> None:
    task = Task.add(Task(title="报价", assignee=cast.wang), by=cast.wang)
    db.session.commit()
    path = f"/tasks/{task.id}"
    wang.submit(wang.get(f"{path}/edit"), path, title="第二次报价", deal=f"D-{cast.pumps.id:06d}")
    assert task.customer == cast.sigma
    changed = select(Event).where(Event.action == Action.TASK_CHANGED)
    assert db.session.scalars(changed).one().particulars["changes"] == {
        "title": ["报价", "第二次报价"], "customer": ["", cast.sigma.name],
        "deal": ["", cast.pumps.name],
    }  # fmt: skip


def test_a_stale_tick_is_shown_as_a_word_and_an_amount_as_a_number(
    cast: Cast, wang: Browser
) -> None:
    task = Task.add(Task(title="报价", assignee=cast.wang), by=cast.wang)
    db.session.commit()
    form = wang.get(f"/tasks/{task.id}/edit")
    task.urgent = True
    pumps = cast.pumps
    pumps.probability = 0
    db.session.commit()
    assert "Urgent yes no" in wang.submit(form, f"/tasks/{task.id}", 409).text
    form = wang.get(f"/deals/{pumps.id}/edit")
    pumps.probability = 1
    db.session.commit()
    assert "Probability 1 0" in wang.submit(form, f"/deals/{pumps.id}", 409).text


def test_an_appointment_is_written_down_with_colleagues_and_reminders(
    cast: Cast, wang: Browser
) -> None:
    typed = {"title": "上门拜访", "due_on": "2026-06-19", "due_time": "14:30", "minutes": "90",
             "participants-0": "孙健", "remind_before": ["10", "1440"]}  # fmt: skip
    wang.submit(wang.get("/tasks/new"), "/tasks", **typed)
    task = db.session.scalars(select(Task)).one()
    assert (task.due_time, task.minutes) == (time(14, 30), 90)
    assert task.participants == [cast.sun]
    assert task.remind_before == [10, 1440]
    page = wang.get(f"/tasks/{task.id}").text
    assert "Jun 19, 2026, 2:30 PM · 1 h 30 min" in page
    assert "10 min before, 1 day before" in page


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"due_on": "", "due_time": "10:00"}, "Choose the day, too."),
        ({"minutes": "60"}, "Only what has a time can have a length."),
        ({"due_time": "25:00"}, "Write a time like 14:30."),
        ({"participants-0": "谁也不是"}, "Nothing by that name."),
        ({"remind_before": ["7"]}, "This cannot be chosen."),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    cast: Cast, wang: Browser, typed: dict[str, object], says: str
) -> None:
    form = wang.get("/tasks/new")
    assert says in wang.submit(form, "/tasks", 422, title="拜访", **typed).text
    assert db.session.scalars(select(Task)).all() == []


def test_who_takes_part_finds_it_in_their_list_and_on_today_and_cannot_change_it(
    cast: Cast, browser: Browser
) -> None:
    task = Task(title="陪访", assignee=cast.wu, participants=[cast.sun], due_on=date(2026, 6, 17))
    Task.add(task, by=cast.wu)
    db.session.commit()
    sun = browser.sign_in("sun")
    assert "陪访" in sun.get("/tasks").text
    assert "陪访" in sun.get("/").text
    sun.get(f"/tasks/{task.id}")
    sun.get(f"/tasks/{task.id}/edit", status=403)
    sun.post(f"/tasks/{task.id}/completion", {}, status=403)


def test_who_stops_taking_part_is_named_in_the_history(cast: Cast, wang: Browser) -> None:
    task = Task.add(Task(title="陪访", assignee=cast.wang, participants=[cast.zhao, cast.sun]),
                    by=cast.wang)  # fmt: skip
    db.session.commit()
    path = f"/tasks/{task.id}"
    form = wang.get(f"{path}/edit")
    wang.submit(form, path, **{"participants-0": "", "participants-0_id": ""})
    changed = select(Event).where(Event.action == Action.TASK_CHANGED)
    (changes,) = db.session.scalars(changed).one().particulars["changes"].values()
    assert changes[0] == "孙健, 赵磊"
    wang.submit(form, path, 409, note="别的")


def test_a_task_that_comes_again_says_how_and_asks_what_a_change_is_of(
    cast: Cast, wang: Browser
) -> None:
    typed = {"title": "巡检", "due_on": "2026-06-19", "every": "WEEKLY", "interval": "2",
             "weekdays": ["0", "4"], "until": "2026-12-31"}  # fmt: skip
    wang.submit(wang.get("/tasks/new"), "/tasks", **typed)
    task = db.session.scalars(select(Task)).one()
    path = f"/tasks/{task.id}"
    assert "every 2 weeks on Monday and Friday, until Dec 31, 2026" in wang.get(path).text
    wang.submit(wang.get(f"{path}/edit"), path, title="只这次巡检", weekdays=["0", "4"])
    assert (task.title, task.series.title) == ("只这次巡检", "巡检")
    wang.submit(
        wang.get(f"{path}/edit"), path, title="从此巡检", weekdays=["0", "4"], reach="following"
    )
    assert task.series.title == "从此巡检"
    says = "How it comes again concerns all that follow"
    assert (
        says
        in wang.submit(wang.get(f"{path}/edit"), path, 422, interval="3", weekdays=["0", "4"]).text
    )
    wang.submit(wang.get(path), f"{path}/series/delete")
    assert task.rule is None
    assert "Comes again" in wang.get(path).text  # in its history
    assert "every 2 weeks" in wang.get(f"/history/task/{task.id}").text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"due_on": "", "every": "DAILY"}, "needs a day on which it is due first"),
        ({"until": "2026-07-01", "times": "3", "every": "DAILY"}, "choose one"),
        ({"until": "2026-01-01", "every": "DAILY"}, "before it is due first"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    cast: Cast, wang: Browser, typed: dict[str, str], says: str
) -> None:
    assert says in wang.submit(wang.get("/tasks/new"), "/tasks", 422, title="巡检", **typed).text


def test_what_was_put_off_keeps_its_weekday_when_those_that_follow_are_changed(
    cast: Cast, wang: Browser
) -> None:
    task = Task.add(Task(title="月会", due_on=date(2026, 6, 26), assignee=cast.wang), by=cast.wang)
    task.repeat(Rule.parse("FREQ=MONTHLY;BYDAY=-1FR"), by=cast.wang)
    task.put_off_to(date(2026, 6, 29), by=cast.wang)
    db.session.commit()
    path = f"/tasks/{task.id}"
    wang.submit(wang.get(f"{path}/edit"), path, title="销售月会", reach="following")
    assert (task.series.title, task.series.rule) == ("销售月会", "FREQ=MONTHLY;BYDAY=-1FR")


@pytest.mark.parametrize(
    ("chosen", "found"),
    [("both", "甲"), ("important", "乙"), ("urgent", "丙"), ("neither", "丁"),
     ("both,neither", "甲丁")],
)  # fmt: skip
def test_the_list_is_narrowed_by_urgency_and_importance(
    cast: Cast, chosen: str, found: str
) -> None:
    for title, urgent, important in (
        ("甲", True, True), ("乙", False, True), ("丙", True, False), ("丁", False, False),
    ):  # fmt: skip
        task = Task(title=title, urgent=urgent, important=important, assignee=cast.wang)
        Task.add(task, by=cast.wang)
    db.session.commit()
    listed = TaskFilter.parse_text(f"quadrant={chosen}&sort=created").select(cast.wang)
    assert "".join(sorted(task.title for task in db.session.scalars(listed))) == "".join(
        sorted(found)
    )


@pytest.mark.parametrize("htmx", [False, "form#x"])
def test_what_came_of_a_task_is_noted_at_its_customer_once(
    cast: Cast, wang: Browser, htmx: str | bool
) -> None:
    task = Task(title="拜访", assignee=cast.wang, customer=cast.sigma, deal=cast.pumps)
    Task.add(task, by=cast.wang)
    db.session.commit()
    path, visit = f"/tasks/{task.id}/note", cast.option(OptionList.ACTIVITY_KIND, "Visit")
    form = wang.get(f"{path}/new")
    wang.submit(form, path, 422, kind=str(visit.id), summary=" ")
    assert not task.is_done
    for _twice in range(2):
        wang.submit(form, path, 200 if htmx else 303, htmx=htmx, kind=str(visit.id),
                    summary="价格谈好了")  # fmt: skip
    noted = db.session.scalars(select(Activity)).one()
    assert (noted.summary, noted.customer, noted.deal, noted.kind) == (
        "价格谈好了", cast.sigma, cast.pumps, visit,
    )  # fmt: skip
    assert task.done_by == cast.wang


def test_a_task_about_nobody_has_nowhere_to_note_it(cast: Cast, wang: Browser) -> None:
    task = Task.add(Task(title="整理", assignee=cast.wang), by=cast.wang)
    db.session.commit()
    wang.get(f"/tasks/{task.id}/note/new", status=404)
    assert "Done with a note" not in wang.get(f"/tasks/{task.id}").text


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ({"every": "", "interval": "0", "until": "2026-01-01", "times": "x"}, None),
        ({"every": "DAILY", "weekdays": ["0"], "monthly": "nonsense"}, "FREQ=DAILY"),
        ({"every": "MONTHLY", "weekdays": ["9"]}, "FREQ=MONTHLY;BYMONTHDAY=19"),
        ({"every": "WEEKLY", "weekdays": ["0"], "monthly": "last"}, "FREQ=WEEKLY;BYDAY=MO"),
    ],
)
def test_what_does_not_apply_to_how_often_is_as_if_it_were_not_there(
    cast: Cast, wang: Browser, typed: dict[str, str], rule: str | None
) -> None:
    wang.submit(wang.get("/tasks/new"), "/tasks", title="巡检", due_on="2026-06-19", **typed)
    task = db.session.scalars(select(Task)).one()
    assert task.rule == (rule and Rule.parse(rule))


def put_off_weekly(cast: Cast, rule: str, due: date, to: date) -> Task:
    """Something that comes again, put off."""
    task = Task.add(Task(title="周会", due_on=due, assignee=cast.wang), by=cast.wang)
    task.repeat(Rule.parse(rule), by=cast.wang)
    task.put_off_to(to, by=cast.wang)
    db.session.commit()
    return task


@pytest.mark.parametrize(
    ("rule", "due", "to", "following"),
    [("FREQ=WEEKLY;BYDAY=WE", date(2026, 6, 24), date(2026, 6, 23), date(2026, 7, 1)),
     ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", date(2026, 6, 17), date(2026, 6, 22), date(2026, 7, 1)),
     ("FREQ=DAILY;INTERVAL=10", date(2026, 6, 17), date(2026, 6, 20), date(2026, 6, 27)),
     ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", date(2027, 1, 31), date(2027, 2, 28),
      date(2028, 1, 31))],
)  # fmt: skip
def test_what_was_put_off_keeps_its_days_where_all_that_follow_are_changed(
    cast: Cast, wang: Browser, rule: str, due: date, to: date, following: date
) -> None:
    task = put_off_weekly(cast, rule, due, to)
    page = wang.get(f"/tasks/{task.id}/edit")
    wang.submit(page, f"/tasks/{task.id}", title="销售周会", reach="following")
    task.complete(by=cast.wang)
    db.session.commit()
    made = db.session.scalars(select(Task).where(Task.done_at.is_(None))).one()
    assert (made.title, made.due_on) == ("销售周会", following)


def test_another_day_and_all_that_follow_count_from_that_day(cast: Cast, wang: Browser) -> None:
    task = put_off_weekly(cast, "FREQ=DAILY;INTERVAL=10", date(2026, 6, 17), date(2026, 6, 17))
    page = wang.get(f"/tasks/{task.id}/edit")
    wang.submit(page, f"/tasks/{task.id}", due_on="2026-06-20", reach="following")
    task.complete(by=cast.wang)
    db.session.commit()
    made = db.session.scalars(select(Task).where(Task.done_at.is_(None))).one()
    assert made.due_on == date(2026, 6, 30)


def test_a_done_task_that_is_corrected_leaves_the_series_as_it_is(
    cast: Cast, wang: Browser
) -> None:
    task = put_off_weekly(cast, "FREQ=DAILY", date(2026, 6, 17), date(2026, 6, 17))
    task.complete(by=cast.wang)
    db.session.commit()
    page = wang.get(f"/tasks/{task.id}/edit")
    assert "all that follow" not in page.text
    wang.submit(page, f"/tasks/{task.id}", title="改了标题")
    made = db.session.scalars(select(Task).where(Task.done_at.is_(None))).one()
    assert made.rule is not None
    made.complete(by=cast.wang)
    assert db.session.scalar(select(func.count()).where(Task.done_at.is_(None))) == 1
    wang.post(f"/tasks/{task.id}/series/delete")
    assert "nothing was changed" in wang.follow().text


@pytest.mark.parametrize(("reach", "then"), [("this", "wang"), ("following", "zhao")])
def test_what_is_given_away_is_given_with_all_that_follow_or_alone(
    cast: Cast, wang: Browser, reach: str, then: str
) -> None:
    task = put_off_weekly(cast, "FREQ=DAILY", date(2026, 6, 17), date(2026, 6, 17))
    page = wang.get(f"/tasks/{task.id}/assignee/edit")
    wang.submit(page, f"/tasks/{task.id}/assignee", assignee=cast.zhao.name,
                assignee_id=str(cast.zhao.id), reach=reach)  # fmt: skip
    task.complete(by=cast.zhao)
    made = db.session.scalars(select(Task).where(Task.done_at.is_(None))).one()
    assert made.assignee.username == then
