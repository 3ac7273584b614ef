"""Every list, in each of its orders."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from crm import clock
from crm.extensions import db
from crm.filters.activities import ActivityFilter
from crm.filters.advances import AdvanceFilter
from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.filters.documents import DocumentFilter
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.expense_items import ExpenseItemFilter
from crm.filters.payment_batches import PaymentBatchFilter
from crm.filters.tasks import TaskFilter
from crm.models import Activity, Deal, OptionList, Task
from tests.cast import Cast
from tests.claims import draft
from tests.page import Browser

LISTS: dict[str, type[ListFilter]] = {
    "/customers": CustomerFilter, "/contacts": ContactFilter, "/deals": DealFilter,
    "/tasks": TaskFilter, "/expenses": ExpenseClaimFilter, "/activities": ActivityFilter,
    "/expenses/items": ExpenseItemFilter, "/advances": AdvanceFilter,
    "/payments": PaymentBatchFilter,
}  # fmt: skip


# Lists that not everybody sees.
SEEN_BY = {"/payments": "fin"}


def test_every_list_is_here() -> None:
    every = {*ListFilter.__subclasses__(), *DocumentFilter.__subclasses__()}
    assert set(LISTS.values()) == {kind for kind in every if getattr(kind, "MODEL", None)}


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize(
    ("path", "order"), [(path, order) for path, kind in LISTS.items() for order in kind.sorts()]
)
def test_a_list_is_shown_in_each_of_its_orders(
    cast: Cast, browser: Browser, path: str, order: str, direction: str
) -> None:
    draft(cast)
    db.session.commit()
    browser.sign_in(SEEN_BY.get(path, "wang")).get(f"{path}?sort={direction}{order}")


def test_what_is_urgent_then_important_comes_first_on_its_day(cast: Cast, browser: Browser) -> None:
    for title, urgent, important in (("丁", False, False), ("丙", False, True), ("乙", True, False),
                                     ("甲", True, True)):  # fmt: skip
        Task.add(
            Task(title=title, urgent=urgent, important=important, assignee=cast.wang), by=cast.wang
        )
    db.session.commit()
    browser.sign_in("wang")
    for sort, wanted in (("due", "甲乙丙丁"), ("-due", "丁丙乙甲")):
        text = browser.get(f"/tasks?sort={sort}").text
        assert sorted(wanted, key=text.index) == list(wanted)


@pytest.mark.parametrize(("filter", "query", "column"), [
    (CustomerFilter, "missing=region", "region"), (CustomerFilter, "doubt=website", "website"),
    (ContactFilter, "missing=decision_role", "role"), (ContactFilter, "doubt=phone", "phone"),
])  # fmt: skip
def test_a_list_of_what_is_missing_or_doubtful_shows_that_column(
    cast: Cast, filter: type[ListFilter], query: str, column: str
) -> None:
    assert column not in {each.name for each in filter().shown}
    assert column in {each.name for each in filter.parse_text(query).shown}
    assert column not in {each.name for each in filter.parse_text(f"{query}&columns=owner").shown}


def test_what_stands_still_shows_for_how_long_and_begins_with_the_longest(
    cast: Cast, browser: Browser
) -> None:
    for name, days in (("久", 90), ("更久", 200)):
        deal = Deal(name=name, owner=cast.wang, expected_close=date(2020, 1, 2))
        Deal.open(deal, cast.stages[0], by=cast.wang, at=clock.now() - timedelta(days=days))
    db.session.commit()
    browser.sign_in("wang")
    stuck = DealFilter(stuck=True)
    assert "stage_since" in [column.name for column in stuck.shown]
    text = browser.get("/deals?stuck=1").text
    assert text.index("200 days") < text.index("90 days")
    assert "200 days" not in browser.get("/deals").text
    chosen = DealFilter.parse_text("stuck=1&columns=name,owner")
    assert [column.name for column in chosen.shown] == ["name", "owner"]
    late = next(column for column in DealFilter.COLUMNS if column.name == "expected")
    assert late.tone is not None
    assert late.tone(deal) == "red"
    deal.lose(reason=cast.option(OptionList.LOST_REASON, "Price"), by=cast.wang)
    assert late.tone(deal) == ""


def test_a_customer_in_the_list_says_what_its_reader_may_know_of_it(
    cast: Cast, browser: Browser
) -> None:
    """Wu has a deal at Wang's customer: of what else is there, Wu's list says nothing."""
    theirs = Deal(name="西部订单", customer=cast.sigma, owner=cast.wu)
    theirs.set_amount(Decimal(7000), "CNY")
    Deal.open(theirs, cast.stages[0], by=cast.wu)
    Task.add(Task(title="回访刘洋", assignee=cast.wang, customer=cast.sigma), by=cast.wang)
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    Activity.log(Activity(customer=cast.sigma, kind=call, summary="问价"), by=cast.wang)
    db.session.commit()
    db.session.expunge_all()
    found = CustomerFilter(columns=("name", "open_amount", "last_contact", "next_task"))
    (seen,) = [each for each in db.session.scalars(found.select(cast.wu)) if each == cast.sigma]
    assert (seen.open_amount, seen.last_contact, seen.open_tasks) == (Decimal(7000), None, [])
    text = browser.sign_in("wang").get(f"/customers?{found.text()}").text
    assert "193,000" in text
    assert "回访刘洋" in text


@pytest.mark.parametrize(("typed", "found"), [
    ({"amount": "..50000"}, set()), ({"amount": "50000..200000"}, {"pumps"}),
    ({"amount_from": "186000", "amount_to": ""}, {"pumps"}),
    ({"amount_from": "900000", "amount_to": "1"}, {"pumps"}),
    ({"amount": "nothing"}, {"pumps", "vague"}), ({"amount": "NaN.."}, {"pumps", "vague"}),
    ({"amount": "-1.."}, {"pumps", "vague"}), ({"amount": f"{10**30}.."}, {"pumps", "vague"}),
])  # fmt: skip
def test_deals_are_narrowed_by_their_amount(
    cast: Cast, browser: Browser, typed: dict[str, str], found: set[str]
) -> None:
    filter = DealFilter.parse(MultiDict(typed))
    assert set(db.session.scalars(filter.select(cast.wang))) == {getattr(cast, x) for x in found}
    assert DealFilter.parse_text(filter.text()) == filter
    browser.sign_in("wang").get(f"/deals/board?{filter.text()}")


def test_only_owners_of_what_one_sees_are_offered(app: Flask, cast: Cast, browser: Browser) -> None:
    assert "Owner: " in browser.sign_in("li").get("/deals?owner=me").text
    page = browser.get("/deals/board").text
    assert "王芳" in page
    assert "吴迪" not in page, "whose deals Li does not see"
    assert "冯琴" not in page, "who has none"
    assert "吴迪" in Browser(app).sign_in("admin").get("/deals/board").text
