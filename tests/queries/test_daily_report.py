"""The daily report: what counts for whom and when, and that each figure is the list behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import clock
from crm.base import money_sum
from crm.extensions import db
from crm.filters.base import ListFilter
from crm.models import (
    Activity,
    Company,
    Customer,
    Deal,
    Event,
    OptionList,
    Task,
    User,
)
from crm.models.event import Action
from crm.queries.daily_report import Counted, DailyReport, RepRow, daily_report
from crm.reported_days import ReportedDays, Stretch
from tests.cast import Cast
from tests.claims import make_item, submitted
from tests.queries_counted import counted as counted_queries

WEDNESDAY = date(2026, 6, 17)
DAY = ReportedDays.around(Stretch.DAY, WEDNESDAY)


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    """A moment in UTC; Shanghai is eight hours ahead."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def touch(cast: Cast, by: User, when: datetime, kind: str = "Call", entered: Any = None) -> None:
    option = cast.option(OptionList.ACTIVITY_KIND, kind)
    activity = Activity(customer=cast.sigma, kind=option, summary="谈", happened_at=when,
                        created_at=entered or when)  # fmt: skip
    Activity.log(activity, by=by)


def row_of(report: DailyReport, user: User) -> RepRow:
    return next(row for row in report.rows if row.rep.id == user.id)


def figures(report: DailyReport) -> Iterator[tuple[str, Counted]]:
    for row in report.rows:
        contacts, steps, work = row.contacts, row.steps, row.work
        yield from (
            ("contacts", contacts.total), ("late", contacts.late),
            *((kind.code, figure) for kind, figure in contacts.kinds),
            ("new", steps.new), ("moved", steps.moved), ("won", steps.won), ("lost", steps.lost),
            ("customers", work.customers), ("done", work.done), ("overdue", work.overdue),
            ("claims", work.claims),
        )  # fmt: skip


def listed(list: ListFilter, user: User) -> tuple[int, Decimal]:
    """What a list has, read from its address as a browser would, and what it comes to."""
    chosen = type(list).parse_text(list.text()).narrow(user)
    ids = chosen.with_only_columns(list.MODEL.id).subquery()
    count = db.session.scalar(select(func.count()).select_from(ids)) or 0
    if not list.SUMMED:
        return count, Decimal(0)
    return count, db.session.scalar(chosen.with_only_columns(money_sum(list.MODEL.base_amount)))


def a_full_day(cast: Cast) -> None:
    """Something of every kind, by several people, today and in the weeks before."""
    for back in (0, 0, 1, 7, 20):
        touch(cast, cast.wang, clock.now() - timedelta(days=back))
    touch(cast, cast.wang, clock.now(), "Visit")
    touch(cast, cast.zhao, clock.now() - timedelta(days=3), "Visit", entered=clock.now())
    touch(cast, cast.zhao, clock.now() - timedelta(days=1), entered=clock.now())
    touch(cast, cast.wu, clock.now(), "Meeting")
    new = Customer(name="新客", owner=cast.wang)
    Customer.register(new, by=cast.wang)
    for name, by in (("甲", cast.wang), ("乙", cast.wang), ("丙", cast.wang), ("丁", cast.wu)):
        Deal.open(Deal(name=name, owner=by, customer=new if by is cast.wang else None,
                       amount=Decimal(500), currency="CNY", rate=Decimal(1),
                       base_amount=Decimal(500)),
                  cast.stages[0], by=by, at=clock.now() - timedelta(days=2))  # fmt: skip
    db.session.flush()
    cast.deal("甲").move_to(cast.stages[1], by=cast.wang)
    cast.deal("甲").move_to(cast.stages[2], by=cast.wang)
    cast.deal("乙").win(by=cast.wang)
    cast.deal("丙").lose(by=cast.li, reason=cast.option(OptionList.LOST_REASON, "Price"))
    for title, due in (("久拖", 10), ("今天到期", 17)):
        task = Task(title=title, assignee=cast.wang, due_on=date(2026, 6, due))
        Task.add(task, by=cast.li)
    Task.add(done := Task(title="做了", assignee=cast.zhao), by=cast.zhao)
    done.complete(by=cast.zhao)
    spent = make_item(cast, customer=cast.sigma)
    spent.set_amount(Decimal("70.50"), "CNY", WEDNESDAY)
    submitted(cast, spent, by=cast.wang)
    db.session.commit()


@pytest.mark.parametrize("stretch", list(Stretch))
@pytest.mark.parametrize("who", ["wang", "li", "zhou", "fin", "reader", "admin"])
def test_behind_each_figure_stands_a_list_of_just_so_many_and_so_much(
    app: Flask, cast: Cast, stretch: Stretch, who: str
) -> None:
    a_full_day(cast)
    reader, seen = getattr(cast, who), set()
    for name, figure in figures(daily_report(ReportedDays.around(stretch, WEDNESDAY), reader)):
        if figure.list is None:
            assert figure.count == 0
            continue
        with app.test_request_context():
            _path, _, query = figure.url.partition("?")
        assert type(figure.list).parse_text(query) == figure.list, name
        count, amount = listed(figure.list, reader)
        assert count == figure.count, (name, figure.list.text())
        if name in {"won", "claims", "new", "lost"}:
            assert amount == figure.amount, name
        seen.add(name)
    if who in {"li", "admin"}:
        late = {"late"} if stretch is not Stretch.DAY else set()
        new = {"new"} if stretch is not Stretch.DAY else set()
        assert seen >= {"contacts", "visit", "call", "moved", "won", "lost", "customers", "done",
                        "overdue", "claims"} | late | new  # fmt: skip


def test_a_rep_sees_the_own_row_a_manager_the_teams_and_a_reader_all(cast: Cast) -> None:
    def seen_by(user: User) -> set[str]:
        return {row.rep.username for row in daily_report(DAY, user).rows}

    assert seen_by(cast.wang) == {"wang"}
    assert {"li", "wang", "zhao", "sun"} <= seen_by(cast.li)
    assert not {"wu", "zhou"} & seen_by(cast.li)
    assert {"wang", "wu", "li", "zhou"} <= seen_by(cast.reader)
    assert "reader" not in seen_by(cast.reader)


def test_empty_days_come_first(cast: Cast) -> None:
    touch(cast, cast.li, clock.now())
    db.session.commit()
    rows = daily_report(DAY, cast.li).rows
    assert [row.is_empty for row in rows] == sorted((row.is_empty for row in rows), reverse=True)
    assert not row_of(daily_report(DAY, cast.li), cast.li).is_empty
    assert rows[0].is_empty


def test_a_day_is_the_companys_from_midnight_to_midnight(cast: Cast) -> None:
    touch(cast, cast.wang, at(16, 15, 59))  # a minute before midnight in Shanghai
    touch(cast, cast.wang, at(16, 16))
    touch(cast, cast.wang, at(17, 15, 59))
    touch(cast, cast.wang, at(17, 16))
    db.session.commit()
    assert row_of(daily_report(DAY, cast.wang), cast.wang).contacts.total.count == 2
    week = ReportedDays.around(Stretch.WEEK, WEDNESDAY)
    assert row_of(daily_report(week, cast.wang), cast.wang).contacts.total.count == 4


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_where_the_clock_is_changed_a_day_has_an_hour_less_or_more(
    cast: Cast, day: str, hours: int
) -> None:
    Company.current().timezone = "Europe/Berlin"
    begin = clock.start_of(date.fromisoformat(day), "Europe/Berlin")
    clock.set_to(begin + timedelta(days=3))
    for minutes in (-1, 0, hours * 60 - 1, hours * 60):
        touch(cast, cast.wang, begin + timedelta(minutes=minutes))
    touch(cast, cast.wang, begin, "Visit", entered=begin + timedelta(hours=hours))
    touch(cast, cast.wang, begin, "Visit", entered=begin + timedelta(minutes=hours * 60 - 1))
    db.session.commit()
    days = ReportedDays.around(Stretch.DAY, date.fromisoformat(day))
    contacts = row_of(daily_report(days, cast.wang), cast.wang).contacts
    assert (contacts.total.count, contacts.late.count) == (4, 1)


def test_a_week_goes_over_the_end_of_the_year_and_a_month_ends_with_it() -> None:
    week = ReportedDays.around(Stretch.WEEK, date(2027, 1, 1))
    assert (week.first, week.last) == (date(2026, 12, 28), date(2027, 1, 3))
    assert week.next.first == date(2027, 1, 4)
    assert week.previous.last == date(2026, 12, 27)
    month = ReportedDays.around(Stretch.MONTH, date(2026, 12, 31))
    assert (month.first, month.last) == (date(2026, 12, 1), date(2026, 12, 31))
    assert (month.next.first, month.previous.first) == (date(2027, 1, 1), date(2026, 11, 1))
    assert (week.working_days, month.working_days) == (5, 23)


def test_before_a_day_lie_twenty_working_days(cast: Cast) -> None:
    for day in range(1, 8):
        for days in (ReportedDays.around(Stretch.DAY, date(2026, 6, day)),):
            runs = days.weeks_before
            assert sum((last - first).days + 1 for first, last in runs) == 20
            assert all(last < days.first for _first, last in runs)


def test_a_rep_is_compared_with_the_own_working_days_before(cast: Cast) -> None:
    for back in (1, 2, 7, 28):  # Tuesday, Monday, a Wednesday, the first of the twenty
        touch(cast, cast.wang, clock.now() - timedelta(days=back))
    touch(cast, cast.wang, clock.now() - timedelta(days=3))  # a Sunday
    touch(cast, cast.wang, clock.now() - timedelta(days=29))
    touch(cast, cast.wang, clock.now())
    touch(cast, cast.zhao, clock.now() - timedelta(days=1))
    db.session.commit()
    total = row_of(daily_report(DAY, cast.li), cast.wang).contacts.total
    assert (total.count, total.usual) == (1, Decimal("0.2"))
    week = daily_report(ReportedDays.around(Stretch.WEEK, WEDNESDAY), cast.li)
    assert row_of(week, cast.wang).contacts.total.usual == Decimal("0.75")  # 7, 28, 29 days ago
    sunday = daily_report(ReportedDays.around(Stretch.DAY, date(2026, 6, 14)), cast.li)
    assert row_of(sunday, cast.wang).contacts.total.usual is None


def test_what_was_entered_on_a_later_day_shows_as_late(cast: Cast) -> None:
    touch(cast, cast.wang, at(17, 1), entered=at(17, 15, 59))
    touch(cast, cast.wang, at(17, 1), entered=at(17, 16))
    touch(cast, cast.wang, at(15, 1), entered=at(16, 1))
    db.session.commit()
    assert row_of(daily_report(DAY, cast.li), cast.wang).contacts.late.count == 1
    month = ReportedDays.around(Stretch.MONTH, WEDNESDAY)
    assert row_of(daily_report(month, cast.li), cast.wang).contacts.late.count == 2


def test_who_entered_a_customer_keeps_it_in_the_report_when_it_goes_to_another(cast: Cast) -> None:
    Customer.register(Customer(name="移交的", owner=cast.wang), by=cast.wang)
    db.session.commit()
    cast.customer("移交的").owner = cast.zhao
    db.session.commit()
    report = daily_report(DAY, cast.li)
    names = [each.words for each in row_of(report, cast.wang).work.customers.names]
    assert "移交的" in names
    assert "移交的" not in [each.words for each in row_of(report, cast.zhao).work.customers.names]


def test_deals_are_named_with_where_they_went(cast: Cast) -> None:
    before, after = cast.pumps.stage, cast.stages[2]
    cast.pumps.move_to(after, by=cast.wang)
    db.session.commit()
    (moved,) = row_of(daily_report(DAY, cast.li), cast.wang).steps.moved.names
    assert moved.words == cast.pumps.name
    assert moved.note == f"{before.label_en} → {after.label_en}"


def test_who_has_left_is_in_the_reports_of_the_days_before(cast: Cast) -> None:
    left = cast.gone
    left.deactivated_at = at(17, 2)
    db.session.commit()
    tomorrow = DAY.next
    assert left.id in {row.rep.id for row in daily_report(DAY, cast.li).rows}
    assert left.id not in {row.rep.id for row in daily_report(tomorrow, cast.li).rows}


def test_what_another_team_did_is_told_to_nobody_of_this_one(cast: Cast) -> None:
    a_full_day(cast)
    names = {
        each.words for _name, figure in figures(daily_report(DAY, cast.li)) for each in figure.names
    }
    assert "丁" not in names


def test_more_reps_and_records_take_no_more_queries(app: Flask, cast: Cast) -> None:
    a_full_day(cast)
    reader = cast.admin
    _company = Company.current().name
    with counted_queries(app) as few:
        daily_report(DAY, reader)
    for number in range(20):
        person = User.join(f"新人{number}", roles=set(cast.wang.roles), team=cast.wang.team)
        db.session.flush()
        touch(cast, person, clock.now())
    db.session.commit()
    _read_again = reader.roles, Company.current().name
    with counted_queries(app) as many:
        daily_report(DAY, reader)
    assert len(many) <= len(few)


def test_customers_entered_before_events_were_kept_belong_to_nobody(cast: Cast) -> None:
    Customer.register(Customer(name="旧客", owner=cast.wang), by=None)
    db.session.commit()
    told = select(Event.by_id).where(Event.action == Action.CUSTOMER_CREATED)
    assert db.session.scalars(told.order_by(Event.id.desc())).first() is None
    names = row_of(daily_report(DAY, cast.li), cast.wang).work.customers.names
    assert "旧客" not in [each.words for each in names]
