"""Ways to enter costs: shared out among customers, copied, and quickly by phone."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest

from crm import clock
from crm.extensions import db
from crm.models import Action, ClaimState, Event, ExchangeRate, ExpenseClaim, OptionList
from crm.models.expense_claim.splitting import Part
from tests.blueprints.test_expenses import picture
from tests.cast import Cast
from tests.claims import SPENT_ON, draft, make_item, submitted
from tests.page import Browser

SIGMA, WESTERN = "大连西格玛流体控制有限公司", "西安天成仪表厂"


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def claim(cast: Cast) -> ExpenseClaim:
    """Wang's draft with one item of 300.00."""
    made = draft(cast)
    db.session.commit()
    return made


def claims() -> list[ExpenseClaim]:
    return list(db.session.scalars(db.select(ExpenseClaim).order_by(ExpenseClaim.id)))


# Sharing out


def test_a_bill_is_shared_out_by_a_form_and_joined_again(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    page = f"/expenses/{claim.id}"
    split = f"{page}/items/{claim.items[0].id}/split"
    form = wang.get(split)
    assert form.form(split)["fields"]["rows-0-customer"] == SIGMA
    # A second row is there; a third one comes by a button, and nothing is saved by it.
    more = wang.submit(form, split, 200, **{"arrange": "add", "rows-0-amount": "100"})
    assert more.form(split)["fields"]["rows-0-amount"] == "100.00"
    assert len(claim.items) == 1
    typed = {"arrange": None, "rows-1-deal": "西格玛磁力泵 20 台", "rows-2-customer": SIGMA}
    wang.submit(more, split, **typed)
    assert [item.amount for item in claim.items] == [100, 100, 100]
    assert [item.customer for item in claim.items] == [cast.sigma] * 3
    assert claim.items[1].deal == cast.pumps
    shown = wang.get(page)
    assert shown.text.count("share of ") == 3
    edit = f"{page}/items/{claim.items[1].id}"
    fields = wang.get(f"{edit}/edit").form(edit)["fields"]
    assert "amount" not in fields, "what the bill came to is changed once it is joined"
    wang.submit(wang.get(f"{edit}/edit"), edit, purpose="安装调试")
    assert claim.items[1].purpose == "安装调试"
    wang.submit(shown, f"{split}/delete")
    assert [item.amount for item in claim.items] == [Decimal("300.00")]


@pytest.mark.parametrize(
    ("amounts", "told"),
    [(("100", "150"), "¥50.00 of the bill are left over"), (("300", "0.01"), "more than the bill"),
     (("300", ""), "more than the bill"), (("0", ""), "more than 0"), (("-5", ""), "or more"),
     (("x", ""), "amount")],
    ids=str,
)  # fmt: skip
def test_shares_that_do_not_come_to_the_bill_come_back(
    wang: Browser, claim: ExpenseClaim, amounts: tuple[str, str], told: str
) -> None:
    split = f"/expenses/{claim.id}/items/{claim.items[0].id}/split"
    typed = {f"rows-{number}-amount": amount for number, amount in enumerate(amounts)}
    page = wang.submit(wang.get(split), split, 422, **typed)
    assert told in page.text
    assert len(claim.items) == 1


def test_a_share_is_read_in_the_currency_of_its_bill(cast: Cast, wang: Browser) -> None:
    db.session.add(ExchangeRate(currency="USD", day=SPENT_ON, rate=Decimal(7)))
    db.session.flush()
    claim = draft(cast, make_item(cast, "120.50", "USD"))
    db.session.commit()
    page = wang.get(f"/expenses/{claim.id}/items/{claim.items[0].id}/split")
    asked = [at for _tag, values in page.tags if "/amount" in (at := values.get("hx-get", ""))]
    assert len(asked) == 2
    for number, address in enumerate(asked):
        assert wang.get(f"{address}&rows-{number}-amount=20", htmx="meant").html == "$20.00"


def test_one_share_is_none_and_a_customer_out_of_sight_is_not_found(
    wang: Browser, claim: ExpenseClaim
) -> None:
    split = f"/expenses/{claim.id}/items/{claim.items[0].id}/split"
    page = wang.submit(wang.get(split), split, 200, arrange="remove:1")
    assert "two at least" in wang.submit(page, split, 422, arrange=None).text
    page = wang.submit(wang.get(split), split, 422, **{"rows-1-customer": WESTERN})
    assert "Nothing by that name" in page.text


def test_a_claim_that_changed_meanwhile_is_not_shared_out(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    split = f"/expenses/{claim.id}/items/{claim.items[0].id}/split"
    form = wang.get(split)
    claim.add_item(make_item(cast, "1.00"), by=cast.wang)
    db.session.commit()
    wang.submit(form, split, 409)
    assert len(claim.items) == 2


def test_the_shares_of_a_bill_stand_together(cast: Cast, claim: ExpenseClaim) -> None:
    claim.add_item(make_item(cast, "1.00"), by=cast.wang)
    db.session.flush()
    first = claim.items[0]
    parts = [Part(cast.sigma, None, Decimal(1)), Part(cast.western, None, Decimal(2))]
    claim.split_item(first, parts, by=cast.wang)
    db.session.commit()
    db.session.expire(claim)
    assert [item.amount for item in claim.items] == [100, 200, 1]
    assert [item.split_of for item in claim.items] == [first.id, first.id, None]


# Copying


def test_a_claim_is_copied_from_its_page_also_one_that_is_handed_in(
    cast: Cast, wang: Browser
) -> None:
    first = submitted(cast, make_item(cast, "12.50"), title="月度快递").request.document
    wang.submit(wang.get(f"/expenses/{first.id}"), "/copy")
    copy = claims()[-1]
    assert wang.location == f"/expenses/{copy.id}"
    assert (copy.title, copy.state, copy.base_amount) == (
        "月度快递", ClaimState.DRAFT, Decimal("12.50"),
    )  # fmt: skip
    assert f"Copied from {first.number}" in wang.follow().text
    event = db.session.scalars(db.select(Event).where(Event.action == Action.CLAIM_COPIED)).one()
    assert event.particulars == {"name": "月度快递", "source": first.number}


# Quick entry


def quick(browser: Browser, cast: Cast, status: int = 303, **typed: object) -> None:
    form = browser.get("/expenses/quick").form("/expenses/quick")["fields"]
    category = cast.option(OptionList.EXPENSE_CATEGORY, "Travel").id
    browser.post("/expenses/quick", {**form, "category": category, "amount": "45.5", **typed},
                 status=status, content_type="multipart/form-data")  # fmt: skip


def test_quick_entry_begins_a_claim_of_the_month_and_goes_on_with_it(
    cast: Cast, wang: Browser
) -> None:
    photo = [(io.BytesIO(picture()), "image.jpg")]
    quick(wang, cast, customer="dlxgm", receipts=photo)
    (claim,) = claims()
    assert claim.title == "2026年6月费用", "whatever language its writer reads"
    (item,) = claim.items
    assert (item.amount, item.customer, len(item.receipts)) == (
        Decimal("45.50"), cast.sigma, 1,
    )  # fmt: skip
    assert item.purpose == f"差旅，{SIGMA}"
    assert f"{item.spent_on}" == "2026-06-17"
    assert claim.number in wang.get("/expenses/quick").text
    quick(wang, cast, amount="7", purpose="停车", payee="停车场", spent_on="2026-06-16")
    assert [(item.amount, item.purpose) for item in claim.items] == [
        (Decimal("7.00"), "停车"), (Decimal("45.50"), f"差旅，{SIGMA}"),
    ]  # fmt: skip
    assert len(claims()) == 1
    assert claim.base_amount == Decimal("52.50")


def test_quick_entry_takes_the_newest_draft_that_is_ones_own(cast: Cast, wang: Browser) -> None:
    drafts = [draft(cast, title=title) for title in ("旧", "新", "扔掉")]
    drafts[2].trash(by=cast.wang)
    draft(cast, title="别人的", by=cast.zhao)
    submitted(cast, title="已交")
    quick(wang, cast)
    assert [len(each.items) for each in drafts] == [1, 2, 1]


def test_quick_entry_names_its_claim_and_goes_to_another_draft_or_a_new_claim_by_choice(
    cast: Cast, wang: Browser
) -> None:
    old, new = draft(cast, title="旧"), draft(cast, title="新")
    theirs = draft(cast, title="别人的", by=cast.zhao)
    db.session.commit()
    page = wang.get("/expenses/quick")
    assert page.form("/expenses/quick")["fields"]["claim"] == f"{new.id}"
    assert f"{old}" in page.text
    assert "别人的" not in page.text
    quick(wang, cast, claim=old.id)
    assert [len(each.items) for each in (old, new)] == [2, 1]
    quick(wang, cast, claim="")
    assert len(claims()[-1].items) == 1
    assert len(claims()) == 4
    quick(wang, cast, 422, claim=theirs.id)
    old.trash(by=cast.wang)
    db.session.commit()
    quick(wang, cast, 422, claim=old.id)


def test_neither_a_copy_nor_a_draft_of_days_ago_is_chosen_by_itself(
    cast: Cast, wang: Browser
) -> None:
    claim = draft(cast)
    claim.copy(by=cast.wang)
    db.session.commit()

    def chosen() -> str:
        return str(wang.get("/expenses/quick").form("/expenses/quick")["fields"]["claim"])

    assert chosen() == f"{claim.id}"
    clock.set_to(clock.now() + timedelta(days=3, minutes=1))
    wang.sign_in("wang")
    assert chosen() == ""


def test_what_is_wrong_in_quick_entry_is_shown_and_begins_no_claim(
    cast: Cast, wang: Browser
) -> None:
    for typed in ({"amount": ""}, {"amount": "0"}, {"customer": WESTERN}, {"currency": "USD"},
                  {"spent_on": "2030-01-01"}):  # fmt: skip
        quick(wang, cast, 422, **typed)
    quick(wang, cast, 422, receipts=[(io.BytesIO(b"MZ"), "a.exe")])
    assert claims() == []


def test_recent_customers_are_offered_first(cast: Cast, wang: Browser) -> None:
    page = wang.get("/expenses/quick")
    chips = [values["value"] for tag, values in page.tags if values.get("data-fill") == "customer"]
    assert chips[0] == SIGMA
    assert WESTERN not in page.text
