"""Every list, in each of its orders."""

from __future__ import annotations

import pytest

from crm.extensions import db
from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.tasks import TaskFilter
from crm.models import Task
from tests.cast import Cast
from tests.claims import draft
from tests.page import Browser

LISTS: dict[str, type[ListFilter]] = {
    "/customers": CustomerFilter, "/contacts": ContactFilter, "/deals": DealFilter,
    "/tasks": TaskFilter, "/expenses": ExpenseClaimFilter,
}  # fmt: skip


def test_every_list_is_here() -> None:
    assert set(LISTS.values()) == set(ListFilter.__subclasses__())


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize(
    ("path", "order"), [(path, order) for path, kind in LISTS.items() for order in kind.sorts()]
)
def test_a_list_is_shown_in_each_of_its_orders(
    cast: Cast, browser: Browser, path: str, order: str, direction: str
) -> None:
    draft(cast)
    db.session.commit()
    browser.sign_in("wang").get(f"{path}?sort={direction}{order}")


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
