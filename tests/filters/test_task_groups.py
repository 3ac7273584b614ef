"""The list of tasks in groups: by when they are due, and by what they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crm import clock, paging
from crm.extensions import db
from crm.filters.tasks import TaskFilter
from crm.filters.tasks.grouping import LATER, PAST, UNDATED, span_of
from crm.models import Task
from tests.cast import Cast
from tests.page import Browser, Page


def add(cast: Cast, title: str, **said: object) -> Task:
    task = Task.add(Task(title=title, assignee=cast.wang, **said), by=cast.wang)
    db.session.commit()
    return task


def groups(cast: Cast, query: str) -> list[tuple[str, int, list[str]]]:
    """The headings that Wang finds, each with its count and the titles below it on the page."""
    filter = TaskFilter.parse_text(query)
    page = filter.shown_to(cast.wang)
    return [(group.words, group.count, [task.title for task in tasks])
            for group, tasks in filter.in_groups(page, cast.wang) if group]  # fmt: skip


def links(page: Page) -> list[str]:
    return [values["href"] for tag, values in page.tags if tag == "a" and "href" in values]


# A Wednesday, a Saturday, a Sunday, the last day of a year, and a leap day.
@pytest.mark.parametrize(
    "today",
    [date(2026, 6, 17), date(2026, 6, 20), date(2026, 6, 21), date(2026, 12, 31),
     date(2028, 2, 29)],
)  # fmt: skip
def test_every_day_is_in_one_span_in_python_as_in_sql(cast: Cast, today: date) -> None:
    clock.set_to(datetime(today.year, today.month, today.day, 4, tzinfo=UTC))
    days = [today + timedelta(days=offset) for offset in range(-2, 18)]
    for day in days:
        add(cast, str(day), due_on=day)
    add(cast, "some day")
    found = groups(cast, "by=due")
    assert [title for *_, titles in found for title in titles] == [*map(str, days), "some day"]
    assert all(count == len(titles) for _, count, titles in found)
    spans = [span_of(day) for day in days]
    assert spans == sorted(spans)
    assert (spans[0], spans[-1], span_of(None)) == (PAST, LATER, UNDATED)


def test_by_day_there_are_overdue_today_tomorrow_these_weeks_later_and_without(
    cast: Cast,
) -> None:
    """Today is a Wednesday."""
    for title, days in (("a", -1), ("b", 0), ("c", 1), ("d", 4), ("e", 5), ("f", 11), ("g", 12)):
        add(cast, title, due_on=clock.now().date() + timedelta(days=days))
    add(cast, "h")
    assert groups(cast, "by=due") == [
        ("Overdue", 1, ["a"]), ("Today", 1, ["b"]), ("Tomorrow", 1, ["c"]),
        ("This week", 1, ["d"]), ("Next week", 2, ["e", "f"]), ("Later", 1, ["g"]),
        ("Without a day", 1, ["h"]),
    ]  # fmt: skip


def test_what_is_done_is_not_overdue(cast: Cast) -> None:
    add(cast, "a", due_on=date(2026, 6, 1)).complete(by=cast.wang)
    db.session.commit()
    assert groups(cast, "by=due&state=done") == [("Earlier", 1, ["a"])]


def test_by_record_names_are_in_order_and_what_is_about_nothing_comes_last(cast: Cast) -> None:
    add(cast, "c")
    add(cast, "b", customer=cast.western)
    add(cast, "a", customer=cast.sigma, deal=cast.pumps)
    sigma, western = (cast.sigma.name, 1, ["a"]), (cast.western.name, 1, ["b"])
    found = groups(cast, "by=customer")
    assert sorted(found[:2]) == sorted([sigma, western])
    assert found[2] == ("About no customer", 1, ["c"])
    assert groups(cast, "by=deal&sort=title") == [
        (cast.pumps.name, 1, ["a"]), ("About no deal", 2, ["b", "c"]),
    ]  # fmt: skip


@pytest.mark.parametrize("sort", ["title", "-title", "due", "-due"])
def test_a_group_goes_on_over_pages_in_the_order_that_was_chosen(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(paging, "PER_PAGE", 2)
    for number in range(5):
        add(cast, f"{number}", due_on=date(2026, 6, 1 + number))
    filter, read = TaskFilter.parse_text(f"by=due&sort={sort}"), []
    while True:
        page = filter.shown_to(cast.wang)
        for group, tasks in filter.in_groups(page, cast.wang):
            assert group
            assert group.count == 5
            read += [task.title for task in tasks]
        if not page.next:
            break
        filter = filter.from_start(after=page.next)
    assert read == sorted(read, reverse=sort.startswith("-"))
    assert len(read) == 5


def test_the_list_shows_groups_and_their_records_to_who_sees_them(
    cast: Cast, browser: Browser
) -> None:
    add(cast, "送样", customer=cast.sigma)
    hidden = Task(title="代办", assignee=cast.sun, customer=cast.western)
    Task.add(hidden, by=cast.wu)
    db.session.commit()
    address = f"/customers/{cast.sigma.id}"
    assert address in links(browser.sign_in("wang").get("/tasks?by=customer&columns=title"))
    page = browser.sign_in("sun").get("/tasks?by=customer&columns=title")
    assert cast.western.name in page.text
    assert f"/customers/{cast.western.id}" not in links(page)


@pytest.mark.parametrize("asked", ["by=nonsense", "by=", "by=due,deal"])
def test_what_cannot_be_a_group_is_as_if_it_were_not_there(asked: str) -> None:
    assert TaskFilter.parse_text(asked) == TaskFilter()


@pytest.mark.parametrize("by", ["due", "customer", "deal"])
def test_from_a_task_one_goes_on_to_the_next_of_its_group(
    cast: Cast, browser: Browser, by: str
) -> None:
    first = add(cast, "a", due_on=date(2026, 6, 1), customer=cast.sigma, deal=cast.pumps)
    second = add(cast, "b")
    page = browser.sign_in("wang").get(f"/tasks/{first.id}?list=by%3D{by}")
    assert f"/tasks/{second.id}?list=by%3D{by}" in links(page)
    assert f"/tasks?by={by}" in links(page)
