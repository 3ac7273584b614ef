"""Advances by their pages: asked for, decided, handed out, accounted for, given back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import mail
from crm.extensions import db
from crm.models import Advance, AdvanceState, Company, ExchangeRate
from crm.models.approval import Decision
from tests.advances import answer, asked_for, handed_out
from tests.cast import Cast
from tests.claims import decide, make_item, submitted
from tests.page import Browser, Page

FORM = {"title": "西安出差", "amount": "1,200", "currency": "CNY", "needed_on": "2026-06-20"}


def the_one() -> Advance:
    db.session.expire_all()
    return db.session.scalars(db.select(Advance)).one()


def test_from_asking_to_giving_back(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    browser.post("/advances", {**FORM, "customer": str(cast.sigma.id)})
    page = browser.follow()
    assert "1,200.00" in page.text
    assert cast.sigma.name in page.text
    advance = the_one()
    browser.sign_in("li")
    assert "西安出差" in browser.get("/approvals").text
    assignment = advance.request.asked[0]  # type: ignore[union-attr]
    shown = browser.get(f"/approvals/{assignment.id}")
    assert "1,200.00" in shown.text
    browser.submit(shown, f"/approvals/{assignment.id}/decision", decision="approved")
    browser.sign_in("fin")
    asks = browser.get(f"/advances/{advance.id}/payment/new")
    browser.submit(asks, f"/advances/{advance.id}/payment", reference="网银 5")
    assert the_one().state is AdvanceState.PAID
    back = browser.get(f"/advances/{advance.id}/repayment/new")
    asks = browser.submit(back, f"/advances/{advance.id}/repayment", 422, amount="200")
    assert "After it CN¥1,000.00 is still to be accounted for" in asks.text
    assert the_one().outstanding == Decimal(1200)
    browser.submit(asks, f"/advances/{advance.id}/repayment")
    page = browser.follow()
    assert the_one().outstanding == Decimal(1000)
    assert "1,000.00" in page.text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"title": ""}, "What for"),
        ({"amount": "0"}, "more than 0"),
        ({"amount": "-5"}, "Amount"),
        ({"amount": "many"}, "Amount"),
        ({"needed_on": "2026-06-16"}, "This day has passed."),
        ({"needed_on": "2028-01-01"}, "more than a year"),
        ({"needed_on": ""}, "Needed on"),
        ({"currency": "XXX"}, "Currency"),
    ],
)
def test_what_cannot_be_asked_for_is_told(
    cast: Cast, browser: Browser, wrong: dict[str, str], says: str
) -> None:
    browser.sign_in("wang")
    page = browser.post("/advances", FORM | wrong, status=422)
    assert says in page.text
    assert db.session.scalars(db.select(Advance)).all() == []


def test_what_comes_to_nothing_in_the_base_currency_is_not_asked_for(
    cast: Cast, browser: Browser
) -> None:
    """It would be paid, and never be accounted for."""
    ExchangeRate.enter("VND", date(2026, 1, 1), Decimal("0.0003"), by=cast.fin)
    db.session.commit()
    browser.sign_in("wang")
    page = browser.post("/advances", {**FORM, "amount": "1", "currency": "VND"}, status=422)
    assert "An amount is more than 0." in page.text
    assert db.session.scalars(db.select(Advance)).all() == []
    browser.post("/advances", {**FORM, "amount": "1,000", "currency": "VND"})
    assert the_one().base_amount == Decimal("0.30")


def test_who_pays_sees_what_was_asked_for_in_its_own_currency(cast: Cast, browser: Browser) -> None:
    ExchangeRate.enter("USD", date(2026, 1, 1), Decimal("7.12"), by=cast.fin)
    db.session.commit()
    browser.sign_in("wang")
    browser.post("/advances", {**FORM, "amount": "350", "currency": "USD"})
    answer(the_one())
    browser.sign_in("fin")
    said = "$350.00 = CN¥2,492.00"
    assert said in browser.get(f"/advances/{the_one().id}/payment/new").text
    listed = browser.get("/advances").text
    assert "$350.00" in listed
    assert "2,492.00" in listed
    the_one().pay_out("", by=cast.fin)
    db.session.commit()
    assert said in browser.get(f"/advances/{the_one().id}/repayment/new").text


def test_more_than_is_outstanding_does_not_come_back(cast: Cast, browser: Browser) -> None:
    advance = handed_out(cast)
    browser.sign_in("fin")
    address = f"/advances/{advance.id}/repayment"
    page = browser.get(f"{address}/new")
    refused = browser.submit(page, address, 422, amount="1000.01")
    assert "at most" in refused.text
    browser.submit(refused, address, amount="1000")
    browser.submit(page, address, 409, amount="1000")
    assert the_one().state is AdvanceState.SETTLED


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-06-16", "The money was handed out on Jun 17, 2026 only."),
        ("2026-06-18", "This day has not come yet."),
        ("", "Given back on"),
    ],
)
def test_a_repayment_is_of_a_day_on_which_it_can_have_come(
    cast: Cast, browser: Browser, day: str, says: str
) -> None:
    advance = handed_out(cast)
    browser.sign_in("fin")
    address = f"/advances/{advance.id}/repayment"
    refused = browser.submit(browser.get(f"{address}/new"), address, 422, repaid_on=day)
    assert says in refused.text
    assert the_one().settlements == []


def test_nothing_comes_back_or_is_taken_back_on_a_day_whose_books_are_closed(
    cast: Cast, browser: Browser
) -> None:
    advance = handed_out(cast)
    advance.repay(Decimal(100), None, by=cast.fin)
    Company.current().books_closed_until = date(2026, 6, 17)
    db.session.commit()
    browser.sign_in("fin")
    for address in (
        f"/advances/{advance.id}/repayment",
        f"/advances/{advance.id}/repayments/{advance.settlements[0].id}/counter-entry",
    ):
        page = browser.get(f"{address}/new")
        refused = browser.submit(page, address, 422, reason="打错了")
        assert "The books are closed for this day." in refused.text
    assert the_one().outstanding == Decimal(900)


def test_a_repayment_that_was_entered_wrongly_is_taken_back(cast: Cast, browser: Browser) -> None:
    advance = handed_out(cast)
    advance.repay(Decimal(1000), "现金 3", by=cast.fin)
    db.session.commit()
    browser.sign_in("fin")
    address = f"/advances/{advance.id}/repayments/{advance.settlements[0].id}/counter-entry"
    assert browser.get(f"/advances/{advance.id}").html.count(f'href="{address}/new"') == 1
    asks = browser.get(f"{address}/new")
    assert "Then CN¥1,000.00 is to be accounted for." in asks.text
    assert "Why it is taken back" in browser.submit(asks, address, 422, reason=" ").text
    browser.submit(asks, address, reason="多打了一个零")
    page = browser.follow()
    assert the_one().state is AdvanceState.PAID
    for said in ("Counter-entry to Jun 17, 2026", "−CN¥1,000.00", "Taken back", "多打了一个零",
                 "What was given back on Jun 17, 2026 is taken back: CN¥1,000.00"):  # fmt: skip
        assert said in page.text
    assert f'href="{address}/new"' not in page.html
    browser.submit(asks, address, reason="再来")
    assert "The advance has changed in the meantime" in browser.follow().text
    assert len(the_one().settlements) == 2
    browser.get(f"{address}/new", status=303)


def test_of_two_who_note_a_repayment_the_second_is_told_and_sees_what_is_open_now(
    cast: Cast, browser: Browser
) -> None:
    advance = handed_out(cast)
    browser.sign_in("fin")
    address = f"/advances/{advance.id}/repayment"
    page = browser.get(f"{address}/new")
    advance.repay(Decimal(100), None, by=cast.fin)
    db.session.commit()
    page = browser.submit(page, address, 409, amount="900")
    assert "This was changed while you were writing" in page.text
    assert "Not yet accounted for: CN¥900.00" in page.text
    assert "Yours" not in page.text  # what was asked for is nothing that somebody else noted
    browser.submit(page, address)
    assert the_one().state is AdvanceState.SETTLED


def test_what_a_claim_accounted_for_is_no_repayment(cast: Cast, browser: Browser) -> None:
    advance, other = handed_out(cast), handed_out(cast, by=cast.zhao)
    approved_claim = decide(submitted(cast, make_item(cast, "10.00")), Decision.APPROVED)
    approved_claim.pay("网银 8", by=cast.fin)
    other.repay(Decimal(5), None, by=cast.fin)
    db.session.commit()
    browser.sign_in("fin")
    for part in (advance.settlements[0], other.settlements[0]):
        browser.get(f"/advances/{advance.id}/repayments/{part.id}/counter-entry/new", status=404)


def test_what_came_back_is_corrected_and_handed_in_again(cast: Cast, browser: Browser) -> None:
    advance = asked_for(cast)
    answer(advance, Decision.RETURNED)
    browser.sign_in("wang")
    page = browser.get(f"/advances/{advance.id}/edit")
    browser.submit(page, f"/advances/{advance.id}", amount="800")
    assert (the_one().state, the_one().amount) == (AdvanceState.SUBMITTED, Decimal(800))
    browser.sign_in("li")
    shown = browser.get(f"/approvals/{the_one().request.asked[0].id}")  # type: ignore[union-attr]
    assert "1,000.00 → " in shown.text


def test_what_is_decided_is_not_withdrawn(cast: Cast, browser: Browser) -> None:
    advance = asked_for(cast)
    answer(advance)
    browser.sign_in("wang")
    browser.post(f"/advances/{advance.id}/submission/delete")
    assert "changed in the meantime" in browser.follow().text
    assert the_one().state is AdvanceState.APPROVED


def test_who_pays_claims_sees_what_covers_advances(cast: Cast, browser: Browser) -> None:
    handed_out(cast)
    claim = decide(submitted(cast, make_item(cast, "1300.00")), Decision.APPROVED)
    browser.sign_in("fin")
    page: Page = browser.get(f"/payments/new?claims={claim.id}")
    assert "A-000001" in page.text
    browser.submit(page, "/payments")
    assert "300.00" in browser.follow().text
    assert the_one().state is AdvanceState.SETTLED
    db.session.refresh(claim)
    with mail.written_for(cast.wang):
        letter = mail.claim_paid(claim)
    for part in (letter.text, letter.html, browser.get(f"/expenses/{claim.id}").text):
        assert "A-000001" in part
        assert "300.00" in part


def test_a_claim_that_advances_cover_whole_is_mailed_as_settled(cast: Cast) -> None:
    handed_out(cast)
    claim = decide(submitted(cast, make_item(cast, "300.00")), Decision.APPROVED)
    claim.pay(None, by=cast.fin)
    with mail.written_for(cast.wang):
        letter = mail.claim_paid(claim)
    assert letter.subject.startswith("Settled by advances: E-")
    for part in (letter.text, letter.html):
        assert "Nothing is paid out" in part
        assert "was paid on" not in part


def test_what_happened_before_is_asked_for_alone(cast: Cast, browser: Browser) -> None:
    advance = handed_out(cast)
    browser.sign_in("fin")
    region = f"advance_{advance.id}_timeline"
    page = browser.get(f"/advances/{advance.id}?more=1", htmx=f"section#{region}")
    assert page.with_id(region)
    assert "Who decides" not in page.text, "only the timeline is drawn anew"


def test_a_request_shows_the_state_of_an_advance_as_its_list_does(
    cast: Cast, browser: Browser
) -> None:
    advance = handed_out(cast)
    assert advance.request is not None
    part = advance.request.assignments[0]
    browser.sign_in("li")
    badge = ("span", "badge tone-violet")
    for path in (f"/approvals/{part.id}", f"/advances/{advance.id}", "/advances"):
        shown = browser.get(path).tags
        assert badge in [(tag, values.get("class")) for tag, values in shown], path


def test_the_timeline_tells_what_was_said_with_a_decision_and_changed_after_it(
    cast: Cast, browser: Browser
) -> None:
    advance = asked_for(cast)
    answer(advance, Decision.RETURNED)
    browser.sign_in("wang")
    form = browser.get(f"/advances/{advance.id}/edit")
    browser.submit(form, f"/advances/{advance.id}", needed_on="2026-06-25")
    timeline = browser.get(f"/advances/{advance.id}", htmx=f"section#advance_{advance.id}_timeline")
    assert "Returned: CN¥1,000.00 好" in " ".join(timeline.text.split())
    assert "Needed on Jun 20, 2026 Jun 25, 2026" in " ".join(timeline.text.split())
