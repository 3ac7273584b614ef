"""What reminder rules make, and when: each kind, through the year, and each cause once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from crm import clock
from crm.extensions import db
from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    CustomField,
    CustomNoun,
    FieldKind,
    Merge,
    OptionList,
    ReminderEnough,
    ReminderFiring,
    ReminderGrade,
    ReminderTaker,
    Role,
    Task,
)
from crm.models.purging import Purge
from crm.queries.reminder_rules import making
from tests.cast import Cast
from tests.reminder_rules import (
    after_visit,
    at,
    before,
    first_call,
    look,
    on,
    silence,
    visited,
)

MONDAY = date(2026, 6, 1)


def days(many: int) -> timedelta:
    return timedelta(days=many)


@pytest.fixture
def quiet(cast: Cast) -> Customer:
    """Wang's one customer: no other is in the way."""
    at(MONDAY)
    for each in db.session.scalars(select(Customer)):
        each.trash(by=cast.admin)
    customer = Customer.register(Customer(name="静安仪表", owner=cast.wang), by=cast.wang)
    customer.created_at = clock.now() - days(365)
    db.session.commit()
    return customer


def open_tasks() -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.firing_id.is_not(None),
                                                      Task.done_at.is_(None))))  # fmt: skip


def task() -> Task:
    return db.session.scalars(
        select(Task).where(Task.firing_id.is_not(None)).order_by(Task.id.desc())
    ).first()  # type: ignore[return-value]


# No contact for so many days


@pytest.mark.parametrize(("later", "made"), [(29, 0), (30, 1), (31, 1)])
def test_a_silence_falls_due_on_its_day(cast: Cast, quiet: Customer, later: int, made: int) -> None:
    visited(cast, quiet, MONDAY, "Call")
    on(silence(cast, 30), cast)
    at(MONDAY + days(later))
    assert look() == ["联系静安仪表"] * made


def test_each_grade_has_its_own_days_and_one_without_days_has_none(
    cast: Cast, quiet: Customer
) -> None:
    visited(cast, quiet, MONDAY)
    rule = on(silence(cast, 10), cast)
    rule.grades.append(
        ReminderGrade(grade=cast.option(OptionList.GRADE, "A Key customer"), days=20)
    )
    quiet.grade = cast.option(OptionList.GRADE, "A Key customer")
    db.session.commit()
    at(MONDAY + days(19))
    assert look() == []
    at(MONDAY + days(20))
    assert look() == ["联系静安仪表"]
    quiet.grade = cast.option(OptionList.GRADE, "B Regular")
    task().complete(by=cast.wang)
    at(MONDAY + days(200))
    assert look() == []


def test_while_the_task_waits_the_silence_makes_no_other(cast: Cast, quiet: Customer) -> None:
    visited(cast, quiet, MONDAY)
    on(silence(cast, 30), cast)
    made = 0
    for later in range(30, 130):
        at(MONDAY + days(later))
        made += len(look())
    assert made == 1


def test_what_waits_at_a_customer_that_is_merged_waits_at_the_one_it_became(
    cast: Cast, quiet: Customer
) -> None:
    same = Customer.register(Customer(name="静安仪表厂", owner=cast.wang), by=cast.wang)
    db.session.commit()
    visited(cast, same, MONDAY - days(5))
    visited(cast, quiet, MONDAY)
    on(silence(cast, 30), cast)
    at(MONDAY + days(25))
    assert look() == ["联系静安仪表厂"]
    Merge.customers(quiet, same, by=cast.admin)
    db.session.commit()
    at(MONDAY + days(30))
    assert look() == []
    task().complete(by=cast.wang)
    db.session.commit()
    at(MONDAY + days(59))
    assert look() == []
    at(MONDAY + days(60))
    assert look() == ["联系静安仪表"]


def test_after_again_the_silence_counts_anew_from_the_day_it_was_done(
    cast: Cast, quiet: Customer
) -> None:
    visited(cast, quiet, MONDAY)
    on(silence(cast, 30), cast)
    at(MONDAY + days(30))
    assert len(look()) == 1
    at(MONDAY + days(35))
    task().complete(by=cast.wang)
    assert look() == []
    at(MONDAY + days(64))
    assert look() == []
    at(MONDAY + days(65))
    assert len(look()) == 1


def test_a_deleted_task_comes_again_only_after_another_contact(cast: Cast, quiet: Customer) -> None:
    visited(cast, quiet, MONDAY)
    on(silence(cast, 30), cast)
    at(MONDAY + days(30))
    look()
    task().trash(by=cast.wang)
    at(MONDAY + days(100))
    assert look() == []
    visited(cast, quiet, MONDAY + days(100))
    at(MONDAY + days(130))
    assert len(look()) == 1


# After a visit


@pytest.mark.parametrize(("later", "made"), [(2, 0), (3, 1), (9, 1), (34, 1), (35, 0)])
def test_a_visit_is_followed_up_also_where_the_worker_was_away(
    cast: Cast, quiet: Customer, later: int, made: int
) -> None:
    on(after_visit(cast, 3), cast)
    visited(cast, quiet, MONDAY)
    at(MONDAY + days(later))
    assert len(look()) == made


def test_each_visit_is_a_cause_and_a_call_is_none(cast: Cast, quiet: Customer) -> None:
    on(after_visit(cast, 3), cast)
    visited(cast, quiet, MONDAY)
    visited(cast, quiet, MONDAY, "Call")
    visited(cast, quiet, MONDAY)
    at(MONDAY + days(3))
    assert look() == ["回访静安仪表"] * 2
    at(MONDAY + days(4))
    assert look() == []


# Before a date


def born(cast: Cast, customer: Customer, day: date) -> Contact:
    contact = Contact(customer_id=customer.id, name="刘洋", birthday=day)
    Contact.register(contact, by=cast.wang)
    db.session.commit()
    return contact


@pytest.mark.parametrize(
    ("birthday", "today", "made"),
    [
        (date(1980, 6, 10), date(2026, 6, 2), []),
        (date(1980, 6, 10), date(2026, 6, 3), ["刘洋：2026-06-10"]),
        (date(1980, 6, 10), date(2026, 6, 10), ["刘洋：2026-06-10"]),
        (date(1980, 6, 10), date(2026, 6, 11), []),
        (date(1980, 1, 3), date(2026, 12, 27), ["刘洋：2027-01-03"]),
        (date(1980, 12, 30), date(2026, 12, 28), ["刘洋：2026-12-30"]),
        (date(1980, 2, 29), date(2027, 2, 20), []),
        (date(1980, 2, 29), date(2027, 2, 21), ["刘洋：2027-02-28"]),
        (date(1980, 2, 29), date(2028, 2, 21), []),
        (date(1980, 2, 29), date(2028, 2, 22), ["刘洋：2028-02-29"]),
        (date(1980, 2, 28), date(2028, 2, 21), ["刘洋：2028-02-28"]),
        (date(1980, 3, 1), date(2027, 2, 22), ["刘洋：2027-03-01"]),
        (date(1980, 3, 1), date(2027, 2, 21), []),
        (date(2026, 6, 3), date(2026, 6, 3), []),  # the day itself counts while it lies ahead
        (date(2026, 6, 9), date(2026, 6, 3), ["刘洋：2026-06-09"]),
        (date(2027, 6, 9), date(2026, 6, 3), []),
    ],
)
def test_a_birthday_comes_every_year(
    cast: Cast, quiet: Customer, birthday: date, today: date, made: list[str]
) -> None:
    born(cast, quiet, birthday)
    at(today)
    on(before(cast, "contact.birthday", 7, yearly=True), cast, also_due=True)
    assert look() == made


def test_a_birthday_makes_one_task_in_each_year(cast: Cast, quiet: Customer) -> None:
    born(cast, quiet, date(1980, 2, 29))
    on(before(cast, "contact.birthday", 7, yearly=True), cast)
    made = []
    for later in range(3 * 365 + 30):
        at(MONDAY + days(later))
        made += look()
    assert made == ["刘洋：2027-02-28", "刘洋：2028-02-29", "刘洋：2029-02-28"]


def inspected(cast: Cast, customer: Customer, day: date) -> CustomField:
    field = CustomField.add(
        CustomField(noun=CustomNoun.CUSTOMER, kind=FieldKind.DAY, label_zh="年检", label_en=""),
        [], by=cast.admin,
    )  # fmt: skip
    customer.set_custom(field, day)
    db.session.commit()
    return field


def test_a_date_of_the_firms_own_counts_once_and_anew_when_it_is_moved(
    cast: Cast, quiet: Customer
) -> None:
    field = inspected(cast, quiet, date(2026, 7, 1))
    on(before(cast, f"customer.{field.key}", 20), cast)
    at(date(2026, 6, 10))
    assert look() == []
    at(date(2026, 6, 11))
    assert look() == ["静安仪表：2026-07-01"]
    quiet.set_custom(field, date(2026, 7, 15))
    db.session.commit()
    at(date(2026, 6, 24))
    assert look() == []
    at(date(2026, 6, 25))
    assert look() == ["静安仪表：2026-07-15"]
    at(date(2027, 6, 25))
    assert look() == []


def test_a_date_is_one_cause_though_its_rule_says_later_that_it_comes_every_year(
    cast: Cast, quiet: Customer
) -> None:
    admin, field = cast.admin, inspected(cast, quiet, date(2026, 6, 8))
    rule = on(before(cast, f"customer.{field.key}", 7), cast, also_due=True)
    made = look()
    for yearly in (True, False, True):
        rule.yearly = yearly
        rule.note_changes(by=admin)
        db.session.commit()
        assert rule.gone_through_on is None
        made += look()
    at(date(2027, 6, 1))
    assert made + look() == ["静安仪表：2026-06-08", "静安仪表：2027-06-08"]


def test_a_field_out_of_use_makes_nothing(cast: Cast, quiet: Customer) -> None:
    field = inspected(cast, quiet, date(2026, 6, 10))
    on(before(cast, f"customer.{field.key}", 20), cast, also_due=True)
    field.active = False
    db.session.commit()
    assert look() == []


def test_a_field_that_became_a_text_makes_nothing_and_is_in_no_rules_way(
    cast: Cast, quiet: Customer
) -> None:
    field = inspected(cast, quiet, date(2020, 6, 10))
    for yearly in (False, True):
        key = f"customer.{field.key}"
        on(before(cast, key, 20, yearly=yearly), cast, also_due=True)
    on(silence(cast), cast, also_due=True)
    quiet.set_custom(field, None)
    field.kind = FieldKind.TEXT
    for written in ("2026-06-10 or later", "2020-06-10 or later"):
        quiet.set_custom(field, written)
        db.session.commit()
        assert look() == (["联系静安仪表"] if written.startswith("2026") else [])


def test_whose_customer_lies_in_the_pool_is_named_in_no_task(cast: Cast, quiet: Customer) -> None:
    db.session.add(Contact(customer=quiet, name="顾老师", birthday=date(1970, 6, 3)))
    quiet.owner = None
    db.session.commit()
    greet = {"yearly": True, "taker": ReminderTaker.PERSON, "taker_person": cast.wu}
    on(before(cast, "contact.birthday", 2, **greet), cast, also_due=True)
    Company.current().pool_limit = 50
    db.session.commit()
    assert look() == []
    Company.current().pool_limit = None
    on(before(cast, "contact.birthday", 2, **greet), cast, also_due=True)
    assert look() == ["顾老师：2026-06-03"]


def test_what_came_while_nobody_looked_is_caught_up_with(cast: Cast, quiet: Customer) -> None:
    born(cast, quiet, date(1980, 6, 10))
    on(before(cast, "contact.birthday", 0, yearly=True), cast)
    at(date(2026, 6, 5))
    assert look() == []
    at(date(2026, 6, 20))
    assert look() == ["刘洋：2026-06-10"]


def test_the_expected_close_of_an_open_deal_counts_and_of_a_closed_one_does_not(
    cast: Cast,
) -> None:
    at(MONDAY)
    cast.pumps.expected_close = cast.gauges.expected_close = MONDAY + days(5)
    lost = cast.option(OptionList.LOST_REASON, "Price")
    cast.gauges.lose(reason=lost, by=cast.wu)
    db.session.commit()
    on(before(cast, "deal.expected_close", 5), cast, also_due=True)
    assert look() == [f"{cast.pumps.name}：2026-06-06"]
    assert task().deal == cast.pumps
    assert task().customer == cast.sigma


# A new customer


def test_a_new_customer_is_to_be_called_at_a_time(cast: Cast, quiet: Customer) -> None:
    on(first_call(cast, 4), cast)
    clock.set_to(datetime(2026, 6, 2, 13, 30, 20, tzinfo=UTC))
    new = Customer.register(Customer(name="新仪表", owner=cast.zhao), by=cast.zhao)
    db.session.commit()
    assert look() == ["首次联系新仪表"]
    assert task().assignee == cast.zhao
    assert (task().due_on, task().due_time) == (date(2026, 6, 3), time(1, 30))
    clock.set_to(clock.now() + timedelta(minutes=1))
    assert look() == []
    assert new.owner == cast.zhao


def test_who_was_called_already_or_came_by_long_ago_is_not(cast: Cast, quiet: Customer) -> None:
    on(first_call(cast, 4), cast, also_due=True)
    called = Customer.register(Customer(name="新仪表", owner=cast.zhao), by=cast.zhao)
    db.session.commit()
    visited(cast, called, MONDAY, "Call")
    assert look() == []


def test_the_hours_run_at_night_and_the_days_begin_at_six(cast: Cast, quiet: Customer) -> None:
    visited(cast, quiet, MONDAY)
    on(after_visit(cast, 3), cast)
    on(first_call(cast, 4), cast)
    at(MONDAY + days(3), time(5, 59))
    Customer.register(Customer(name="新仪表", owner=cast.zhao), by=cast.zhao)
    db.session.commit()
    assert look() == ["首次联系新仪表"]
    at(MONDAY + days(3), time(6, 0))
    assert look() == ["回访静安仪表"]


# Summer time


@pytest.mark.parametrize("visit", [date(2026, 3, 28), date(2026, 10, 24)])
def test_days_are_the_companys_also_where_its_clock_is_changed(
    cast: Cast, quiet: Customer, visit: date
) -> None:
    Company.current().timezone = "Europe/Berlin"
    at(visit)
    on(after_visit(cast, 1), cast)
    activity = visited(cast, quiet, visit)
    activity.happened_at = clock.moment_of(visit, time(23, 59), "Europe/Berlin")
    db.session.commit()
    at(visit, time(23, 59))
    assert look() == []
    at(visit + days(1), time(6, 0))
    assert look() == ["回访静安仪表"]


# What is left out


def test_nothing_comes_of_what_lies_in_the_trash_or_belongs_to_nobody(
    cast: Cast, quiet: Customer
) -> None:
    visited(cast, quiet, MONDAY - days(30))
    born(cast, quiet, date(1980, 6, 3))
    on(silence(cast, 20), cast, also_due=True)
    on(before(cast, "contact.birthday", 7, yearly=True), cast, also_due=True)
    quiet.owner = None
    db.session.commit()
    assert look() == []
    quiet.owner = cast.wang
    quiet.trash(by=cast.admin)
    db.session.commit()
    at(MONDAY + days(1))
    assert look() == []
    quiet.restore(by=cast.admin)
    db.session.commit()
    at(MONDAY + days(2))
    assert len(look()) == 2


def test_from_now_on_leaves_alone_what_was_due_already(cast: Cast, quiet: Customer) -> None:
    visited(cast, quiet, MONDAY - days(30))
    rule = on(silence(cast, 20), cast)
    assert look() == []
    rule.switch_off(by=cast.admin)
    on(rule, cast, also_due=True)
    assert look() == ["联系静安仪表"]


# Each cause once


def test_switching_off_and_on_and_editing_make_nothing_twice(cast: Cast, quiet: Customer) -> None:
    visited(cast, quiet, MONDAY - days(3))
    rule = on(after_visit(cast, 3), cast, also_due=True)
    assert len(look()) == 1
    task().trash(by=cast.wang)
    for _each in range(3):
        rule.switch_off(by=cast.admin)
        rule.days, rule.title = (rule.days or 0) - 1, "别的"
        rule.note_changes(by=cast.admin)
        on(rule, cast, also_due=True)
        assert look() == []


def test_more_than_fit_into_one_go_come_a_minute_later(
    cast: Cast, quiet: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "AT_ONCE", 2)
    for _each in range(5):
        visited(cast, quiet, MONDAY - days(3))
    on(after_visit(cast, 3), cast, also_due=True)
    assert [len(look()) for _minute in range(4)] == [2, 2, 1, 0]
    assert db.session.scalar(select(func.count(ReminderFiring.id))) == 5


# Again, or enough


def test_enough_is_for_this_record_and_rule_and_has_a_way_back(cast: Cast, quiet: Customer) -> None:
    on(after_visit(cast, 3), cast, also_due=True)
    on(silence(cast, 30), cast, also_due=True)
    visited(cast, quiet, MONDAY - days(3))
    look()
    done = task()
    done.complete(by=cast.wang)
    done.be_enough(by=cast.wang)
    visited(cast, quiet, MONDAY)
    at(MONDAY + days(3))
    assert look() == []
    at(MONDAY + days(30))
    assert look() == ["联系静安仪表"]
    (enough,) = ReminderEnough.of(quiet)
    enough.take_back(quiet, by=cast.wang)
    visited(cast, quiet, MONDAY + days(30))
    at(MONDAY + days(33))
    assert look() == ["回访静安仪表"] * 2  # the visit that was left out is not 31 days old


def test_who_reopens_the_task_takes_back_that_it_is_enough(cast: Cast, quiet: Customer) -> None:
    on(after_visit(cast, 3), cast, also_due=True)
    visited(cast, quiet, MONDAY - days(3))
    look()
    done = task()
    done.complete(by=cast.wang)
    done.be_enough(by=cast.wang)
    db.session.commit()
    done.reopen(by=cast.wang)
    db.session.commit()
    assert ReminderEnough.of(quiet) == []


def test_a_task_is_reopened_though_its_visit_was_purged(cast: Cast, quiet: Customer) -> None:
    on(after_visit(cast, 3), cast, also_due=True)
    visit = visited(cast, quiet, MONDAY - days(3))
    look()
    done = task()
    done.complete(by=cast.wang)
    done.be_enough(by=cast.wang)
    visit.trash(by=cast.wang)
    db.session.commit()
    Purge(Activity, [visit.id]).carry_out(by=None)
    done.reopen(by=cast.wang)
    db.session.commit()
    assert ReminderEnough.of(quiet) == []


# Who is to do it


@pytest.mark.parametrize(
    ("taker", "who"),
    [
        ({"taker": ReminderTaker.OWNER}, "wang"),
        ({"taker": ReminderTaker.ROLE, "taker_role": Role.MANAGER}, "li"),
        ({"taker": ReminderTaker.ROLE, "taker_role": Role.FINANCE}, "fin"),
        ({"taker": ReminderTaker.PERSON}, "wu"),
    ],
)
def test_the_task_is_for_whom_the_rule_says(
    cast: Cast, quiet: Customer, taker: dict[str, object], who: str
) -> None:
    if taker["taker"] is ReminderTaker.PERSON:
        taker = {**taker, "taker_person": cast.wu}
    visited(cast, quiet, MONDAY - days(3))
    on(after_visit(cast, 3, **taker), cast, also_due=True)
    look()
    assert task().assignee.username == who


def test_a_superior_is_the_one_who_decides_over_the_owner(cast: Cast, quiet: Customer) -> None:
    cast.wang.manager = cast.zhou
    visited(cast, quiet, MONDAY - days(3))
    on(after_visit(cast, 3, taker=ReminderTaker.SUPERIOR), cast, also_due=True)
    look()
    assert task().assignee == cast.zhou


@pytest.mark.parametrize(("manager", "who"), [("li", "li"), (None, "admin")])
def test_what_would_be_a_leavers_goes_above_or_to_an_administrator(
    cast: Cast, quiet: Customer, manager: str | None, who: str
) -> None:
    visited(cast, quiet, MONDAY - days(3))
    wang = cast.wang
    wang.manager = getattr(cast, manager) if manager else None
    wang.team.head = None
    wang.deactivate(by=cast.admin)
    db.session.commit()
    on(after_visit(cast, 3), cast, also_due=True)
    look()
    assert task().assignee.username == who


def test_the_task_is_as_the_rule_says(cast: Cast, quiet: Customer) -> None:
    visited(cast, quiet, MONDAY - days(3))
    rule = after_visit(
        cast, 3, due_in=2, urgent=True, important=True, remind_before=[0, 60],
        note="{负责人}，{date} 拜访过，{天数} 天了，{别的}",
    )  # fmt: skip
    on(rule, cast, also_due=True)
    look()
    made = task()
    assert made.due_on == MONDAY + days(2)
    assert made.urgent
    assert made.important
    assert made.remind_before == [0, 60]
    assert made.note == "王芳，2026-05-29 拜访过，3 天了，{别的}"
    assert made.customer == quiet
    assert made.firing is not None
    assert made.firing.rule == rule


def test_a_text_of_which_nothing_is_known_is_the_name_of_the_rule(
    cast: Cast, quiet: Customer
) -> None:
    quiet.owner = None
    more = {"taker": ReminderTaker.PERSON, "taker_person": cast.wu, "note": "{customer}" * 1_000}
    rule = silence(cast, name="久未联系", **more)
    rule.title = "{owner} "
    on(rule, cast, also_due=True)
    quiet.name = 40 * "静安仪表"
    db.session.commit()
    assert look() == ["久未联系"]
    assert [len(task.note or "") for task in open_tasks()] == [10_000]


def test_a_title_is_one_line_whatever_an_import_put_into_a_name(
    cast: Cast, quiet: Customer
) -> None:
    quiet.name = "静安\r\n仪表"
    db.session.commit()
    on(silence(cast), cast, also_due=True)
    assert look() == ["联系静安 仪表"]
