"""Closed books: nothing is spent, changed, handed in or paid on their days any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import g
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.extensions import db
from crm.models import Action, ClaimState, Company, Event, ExpenseClaim, OptionList
from crm.models.approval import Decision
from crm.models.expense_claim import ClaimRefused
from crm.models.expense_claim.splitting import Part
from tests.cast import Cast
from tests.claims import SPENT_ON, decide, draft, make_item, submitted
from tests.page import Browser


def close(until: date | None, *, by: str = "fin") -> None:
    g.pop("company", None)
    Company.locked().close_books(until, by=getattr(Cast(), by))
    db.session.commit()


@pytest.fixture
def fin(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("fin")


CHANGES: dict[str, Callable[[Cast, ExpenseClaim], object]] = {
    "add": lambda cast, claim: claim.add_item(make_item(cast), by=cast.wang),
    "change": lambda cast, claim: _changed(cast, claim, "9.00"),
    "move away": lambda cast, claim: _changed(cast, claim, "300.00", date(2026, 6, 15)),
    "split": lambda cast, claim: claim.split_item(
        claim.items[0], [Part(cast.sigma, None, 1), Part(None, None, 1)], by=cast.wang),
    "hand in": lambda cast, claim: claim.submit(by=cast.wang),
}  # fmt: skip


def _changed(cast: Cast, claim: ExpenseClaim, amount: str, day: date = SPENT_ON) -> None:
    wang = cast.wang  # asked for before anything is set: a query would write it
    claim.items[0].set_amount(Decimal(amount), "CNY", day)
    claim.item_changed(claim.items[0], by=wang)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_of_closed_days_does_not_change(cast: Cast, change: str) -> None:
    claim = draft(cast)
    db.session.commit()
    close(SPENT_ON)
    with pytest.raises(ClaimRefused) as refused:
        CHANGES[change](cast, claim)
    assert refused.value.reason == "closed"
    db.session.rollback()
    close(None)
    CHANGES[change](cast, claim)


def test_the_day_after_is_open_and_a_cost_of_closed_days_can_be_taken_off(cast: Cast) -> None:
    claim = draft(cast)
    close(date(2026, 6, 9))
    _changed(cast, claim, "9.00")
    close(SPENT_ON)
    claim.remove_item(claim.items[0], by=cast.wang)
    assert not claim.items


def test_what_counts_on_closed_days_is_not_taken_back_and_can_be_decided(cast: Cast) -> None:
    """Withdrawing would take a cost out of the books; a decision is none of theirs."""
    part = submitted(cast)
    close(SPENT_ON)
    claim = part.request.document
    with pytest.raises(ClaimRefused) as refused:
        claim.withdraw(by=cast.wang)
    assert (refused.value.reason, claim.state) == ("closed", ClaimState.SUBMITTED)
    assert decide(part, Decision.RETURNED, comment="日期有误。").state is ClaimState.RETURNED


def test_who_takes_back_what_is_of_closed_days_is_told_why_not(
    cast: Cast, browser: Browser
) -> None:
    claim = submitted(cast).request.document
    close(SPENT_ON)
    wang = browser.sign_in("wang")
    page = wang.get(f"/expenses/{claim.id}")
    wang.submit(page, f"/expenses/{claim.id}/submission/delete")
    assert "The books are closed up to Jun 10, 2026: 拜访采购部: Jun 10." in wang.follow().text
    assert db.session.get_one(ExpenseClaim, claim.id).state is ClaimState.SUBMITTED


def test_a_draft_says_which_costs_are_of_closed_days_and_so_does_handing_it_in(
    cast: Cast, browser: Browser
) -> None:
    late = make_item(cast, purpose="打车")
    late.set_amount(Decimal(20), "CNY", date(2026, 6, 11))
    claim = draft(cast, make_item(cast), late)
    close(SPENT_ON)
    wang = browser.sign_in("wang")
    path = f"/expenses/{claim.id}"
    page = wang.get(path)
    assert "It cannot be handed in like this" in page.text
    assert "拜访采购部: Jun 10 (the books are closed up to Jun 10, 2026)" in page.text
    assert "打车: Jun 11" not in page.text
    wang.submit(page, f"{path}/submission")
    told = "The books are closed up to Jun 10, 2026: 拜访采购部: Jun 10. Finance can open them"
    assert told in wang.follow().text
    close(None)
    assert "books are closed" not in wang.get(path).text


@given(day=st.dates(), until=st.none() | st.dates())
def test_a_day_is_closed_up_to_and_with_the_last_one(day: date, until: date | None) -> None:
    company = Company(books_closed_until=until)
    assert company.is_closed(day) is (until is not None and day <= until)


def test_what_was_handed_in_before_is_decided_and_paid_later(cast: Cast) -> None:
    assignment = submitted(cast)
    close(SPENT_ON)
    claim = decide(assignment, Decision.APPROVED)
    with pytest.raises(ClaimRefused):
        claim.pay("1", by=cast.fin, paid_on=SPENT_ON)
    claim.pay("1", by=cast.fin, paid_on=date(2026, 6, 11))
    assert claim.state is ClaimState.PAID


def test_the_form_of_an_item_says_so_and_keeps_what_was_typed(cast: Cast, browser: Browser) -> None:
    claim = draft(cast)
    close(SPENT_ON)
    page = browser.sign_in("wang").post(
        f"/expenses/{claim.id}/items",
        {"category": str(cast.option(OptionList.EXPENSE_CATEGORY, "Travel").id), "amount": "77",
         "currency": "CNY", "spent_on": "2026-06-10", "purpose": "打车"}, status=422,
    )  # fmt: skip
    assert "The books are closed for this day." in page.text
    assert 'value="打车"' in page.html


def test_closing_shows_what_is_not_settled_before_it_goes_on(cast: Cast, fin: Browser) -> None:
    claim = submitted(cast).request.document
    page = fin.get("/expenses/books")
    page = fin.submit(page, "/expenses/books", 422, books_closed_until="2026-06-12")
    assert "1 claim with costs up to Jun 12, 2026 is not settled" in page.text
    assert "Close all the same" in page.text
    assert f"{claim.number}" in page.text
    assert "CN¥300.00" in page.text
    fin.submit(page, "/expenses/books", 422)
    fin.submit(page, "/expenses/books", confirmed=page.mark)
    assert "Books closed up to Jun 12, 2026" in fin.follow().text
    db.session.expire_all()
    g.pop("company", None)
    assert Company.current().books_closed_until == date(2026, 6, 12)
    event = db.session.scalars(select(Event).where(Event.action == Action.BOOKS_CLOSED)).one()
    assert (event.by, event.particulars) == (cast.fin, {"until": "2026-06-12", "before": ""})
    assert "Books closed up to" in fin.get("/expenses/books").text


def test_what_was_seen_of_another_day_does_not_count(cast: Cast, fin: Browser) -> None:
    submitted(cast)
    page = fin.get("/expenses/books")
    page = fin.submit(page, "/expenses/books", 422, books_closed_until="2026-06-11")
    fin.submit(page, "/expenses/books", 422, books_closed_until="2026-06-12", confirmed=page.mark)


def test_opening_the_last_days_again_is_told_apart_from_closing(cast: Cast, fin: Browser) -> None:
    close(date(2026, 6, 12))
    fin.submit(fin.get("/expenses/books"), "/expenses/books", books_closed_until="2026-05-31")
    told = "Books opened again after May 31, 2026; before closed up to Jun 12, 2026"
    assert fin.follow().text.count(told) == 2, "in the message and in the history"


def test_days_on_which_everything_is_paid_are_closed_at_once(cast: Cast, fin: Browser) -> None:
    decide(submitted(cast), Decision.APPROVED).pay("1", by=cast.fin)
    db.session.commit()
    page = fin.get("/expenses/books")
    assert "Everything up to this day is paid." in page.text
    fin.submit(page, "/expenses/books", books_closed_until="2026-06-12")
    fin.submit(fin.get("/expenses/books"), "/expenses/books", books_closed_until="")
    g.pop("company", None)
    db.session.expire_all()
    assert Company.current().books_closed_until is None


def test_what_was_rejected_does_not_hinder_closing_and_what_was_returned_does(
    cast: Cast, fin: Browser
) -> None:
    decide(submitted(cast), Decision.REJECTED, comment="不符合规定。")
    db.session.commit()
    assert "Everything up to this day is paid." in fin.get("/expenses/books").text
    returned = decide(submitted(cast), Decision.RETURNED, comment="日期有误。")
    db.session.commit()
    page = fin.submit(fin.get("/expenses/books"), "/expenses/books", 422,
                      books_closed_until="2026-06-12")  # fmt: skip
    assert returned.number in page.text


def test_a_day_to_come_is_not_closed(cast: Cast, fin: Browser) -> None:
    page = fin.get("/expenses/books")
    fin.submit(page, "/expenses/books", 422, books_closed_until="2026-06-18")


def test_of_two_who_close_them_the_second_is_told(cast: Cast, fin: Browser) -> None:
    page = fin.get("/expenses/books")
    close(date(2026, 1, 31), by="admin")
    page = fin.submit(page, "/expenses/books", 409, books_closed_until="2026-02-28")
    assert "Jan 31, 2026" in page.text or "2026-01-31" in page.text


# What the bookkeeper calls categories


def test_account_codes_are_set_on_one_page_and_written_down(cast: Cast, fin: Browser) -> None:
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    page = fin.get("/expenses/account-codes")
    fin.submit(page, "/expenses/account-codes", **{f"code_{travel.id}": "6601.03"})
    db.session.expire_all()
    assert travel.account_code == "6601.03"
    event = db.session.scalars(select(Event).where(Event.action == Action.OPTIONS_CHANGED)).one()
    assert event.particulars["changes"]["account_codes"][1].endswith("Travel 6601.03")
    fin.submit(page, "/expenses/account-codes", 409, **{f"code_{travel.id}": "7"})


@pytest.mark.parametrize("code", ["<b>", "=1+1", "-1", "'=1+1", "6601 03", "差旅", "6" * 41])
def test_what_is_no_code_of_an_account_is_refused_at_the_field(
    cast: Cast, fin: Browser, code: str
) -> None:
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    page = fin.get("/expenses/account-codes")
    page = fin.submit(page, "/expenses/account-codes", 422, **{f"code_{travel.id}": code})
    assert 'class="error"' in page.html
    assert not travel.account_code


def test_an_item_that_is_typed_is_told_that_its_day_is_closed(cast: Cast, browser: Browser) -> None:
    claim = draft(cast)
    close(date(2026, 6, 12))
    db.session.commit()
    browser.sign_in("wang")
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")

    def told(day: str, **more: object) -> str:
        typed = {"category": travel.id, "amount": "50", "currency": "CNY", "spent_on": day} | more
        path = f"/expenses/{claim.id}/item-limits"
        return browser.client.get(path, query_string=typed).text

    for more in ({}, {"amount": ""}, {"purpose": "打车"}):
        assert "the books are closed up to Jun 12, 2026" in told("2026-06-12", **more), more
    assert "打车: Jun 12" in told("2026-06-12", purpose="打车")
    assert "closed up to" not in told("2026-06-13")
    # What takes a cost out of closed days is refused like what adds one.
    assert "closed up to" in told("2026-06-13", item=claim.items[0].id)
