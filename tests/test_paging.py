"""Pages: walked forth and back they give each row once, whatever is equal or empty."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crm import clock, paging
from crm.extensions import db
from crm.filters.deals import DealFilter
from crm.filters.lists import LISTS
from crm.models import Activity, Contact, Customer, Deal, OptionList, Task
from crm.paging import Page
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.conftest import BeginWith

ROWS = 17


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PER_PAGE", 4)
    monkeypatch.setattr(paging, "COUNTED", 10)


def write_deals(cast: Cast) -> None:
    """Deals of which many have the same amount, day or name, and some have none; so all nouns."""
    wang, sigma = cast.wang, cast.sigma
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    for number in range(ROWS):
        deal = Deal(
            name=("阀", "泵", "Pump 2", "Pump 10")[number % 4], owner=wang,
            expected_close=None if number % 3 else date(2026, 7, 1) + timedelta(days=number % 2),
            probability=None if number % 2 else number,
        )  # fmt: skip
        deal.set_amount(None if number % 5 == 0 else Decimal(number % 3) + Decimal("0.05"), "CNY")
        Deal.open(deal, cast.stages[number % 2], by=wang, historic=True, at=clock.now())
        customer = Customer(name=("厂", "Works")[number % 2], owner=wang)
        deal.customer = Customer.register(customer, by=wang)
        Task.add(Task(title="同名", assignee=wang, urgent=number % 2 == 0, customer=customer,
                      due_on=deal.expected_close), by=wang)  # fmt: skip
        contact = Contact(
            name=("刘", "Liu")[number % 2], customer=(customer, sigma)[number % 2],
            birthday=date(1980, 6, 1 + number % 2) if number % 3 else None,
        )  # fmt: skip
        Contact.register(contact, by=wang)
        draft(cast, make_item(cast, f"{100 + number % 2}.00"), title=("出差", "拜访")[number % 2])
        if number % 4:
            at = clock.now() - timedelta(days=number % 3)
            Activity.log(Activity(customer=customer, kind=call, summary="问价", happened_at=at),
                         by=wang)  # fmt: skip
    db.session.commit()


@pytest.fixture
def deals(begin_with: BeginWith, cast: Cast) -> Cast:
    begin_with(write_deals)
    return cast


ORDERS = [(kind, sign + name) for kind in LISTS.values() for name in kind.sorts()
          for sign in ("", "-")]  # fmt: skip


@pytest.mark.parametrize(("kind", "sort"), ORDERS)
def test_pages_forth_and_back_give_each_row_once(deals: Cast, kind: type, sort: str) -> None:
    filter = kind(sort=sort)
    expected = list(db.session.scalars(filter.select(deals.wang)))
    pages = [filter.shown_to(deals.wang)]
    while following := pages[-1].next:
        pages.append(filter.from_start(after=following).shown_to(deals.wang))
    assert [row for page in pages for row in page.records] == expected
    assert pages[0].previous == ""
    assert len(pages) > 2
    back = [pages[-1]]
    while before := back[-1].previous:
        if len(back) == len(pages):
            break
        back.append(kind(sort=sort, before=before).shown_to(deals.wang))
    assert [page.records for page in reversed(back)] == [page.records for page in pages]
    assert back[-1].previous == ""


@given(written=some.one_of(some.text(max_size=40), some.lists(
    some.sampled_from(["0", "1", "-5", "x", "NaN", "Infinity", "9" * 40, "2026-07-01", "%00", ""]),
    max_size=4).map(",".join)), sort=some.sampled_from([order for kind, order in ORDERS
                                                        if kind is DealFilter]))  # fmt: skip
@settings(max_examples=60)
def test_a_place_that_is_nonsense_is_no_place(cast: Cast, written: str, sort: str) -> None:
    for place in ({"after": written}, {"before": written}):
        assert DealFilter(sort=sort, **place).shown_to(cast.wang).records


def test_beyond_the_end_stands_the_first_page(deals: Cast) -> None:
    first = DealFilter(sort="code").shown_to(deals.wang)
    assert DealFilter(sort="code", after="999999").shown_to(deals.wang).records == first.records


def test_before_less_than_a_page_stands_the_first_page_whole(deals: Cast) -> None:
    first: Page[Deal] = DealFilter(sort="code").shown_to(deals.wang)
    third = str(first.records[2].id)
    assert DealFilter(sort="code", before=third).shown_to(deals.wang).records == first.records


def test_a_row_that_was_trashed_keeps_its_place(deals: Cast) -> None:
    first = DealFilter(sort="code").shown_to(deals.wang)
    following = DealFilter(sort="code", after=first.next)
    expected = following.shown_to(deals.wang).records
    first.records[-1].trash(by=deals.wang)
    db.session.flush()
    assert following.shown_to(deals.wang).records == expected


def test_more_than_so_many_are_not_counted(deals: Cast) -> None:
    page = DealFilter().shown_to(deals.wang)
    assert (page.total, page.is_counted) == (11, False)
    few = DealFilter(q="Pump 10").shown_to(deals.wang)
    assert (few.total, few.is_counted) == (len(few.records), True)
