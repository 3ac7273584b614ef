"""Receipts that were perhaps claimed before, and who is told where."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from crm.extensions import db
from crm.files import PreparedFile, store
from crm.models import ExpenseClaim, ExpenseItem, User
from crm.models.approval import Decision
from crm.models.expense_claim.splitting import Part
from crm.queries.duplicate_receipts import duplicates_of
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.page import Browser
from tests.queries_counted import counted


def bill(cast: Cast, payee: str | None = "海鲜楼", amount: str = "300.00") -> ExpenseItem:
    item = make_item(cast, amount)
    item.payee = payee
    return item


def with_file(claim: ExpenseClaim, content: bytes = b"a") -> ExpenseClaim:
    file = store(PreparedFile("a.jpg", "image/jpeg", content), kind="expense_item",
                 by=claim.claimant)  # fmt: skip
    claim.add_receipts(claim.items[0], [file], by=claim.claimant)
    db.session.commit()
    return claim


def warned(claim: ExpenseClaim, reader: User) -> list[str]:
    db.session.commit()
    found = duplicates_of([claim], reader)
    return [each.words for item in claim.items for each in found.get(item.id, ())]


def test_the_same_file_is_found_wherever_it_was_claimed(cast: Cast) -> None:
    first, second = (with_file(draft(cast)) for _ in range(2))
    (words,) = warned(second, cast.wang)
    assert words == f"The same receipt is on {first.number} of 王芳, Jun 10, 2026."
    assert len(warned(first, cast.wang)) == 1


def test_the_same_bill_is_found_by_day_amount_currency_and_payee(cast: Cast) -> None:
    draft(cast, bill(cast, "海鲜楼"))
    same = draft(cast, bill(cast, " 海鲜楼 "))
    assert "The same day, amount and payee" in warned(same, cast.wang)[0]
    for other in (bill(cast, "别家"), bill(cast, None), bill(cast, amount="300.01")):
        assert warned(draft(cast, other), cast.wang) == []


def test_within_a_claim_two_items_may_be_one_receipt(cast: Cast) -> None:
    claim = draft(cast, bill(cast), bill(cast))
    both = "拜访采购部 CN¥300.00 and 拜访采购部 CN¥300.00 of this claim"
    assert warned(claim, cast.wang) == [f"{both} have the same day, amount and payee."]


def test_a_bill_with_shares_and_an_item_of_one_receipt_are_told_of_once(cast: Cast) -> None:
    claim = with_file(draft(cast, bill(cast)))
    parts = [Part(cast.sigma, None, Decimal(1)), Part(cast.western, None, Decimal(1))]
    claim.split_item(claim.items[0], parts, by=cast.wang)
    claim.add_item(make_item(cast, "88.00", purpose="展会住宿"), by=cast.wang)
    db.session.flush()
    later = max(claim.items, key=lambda item: item.id)
    receipt = store(PreparedFile("b.jpg", "image/jpeg", b"a"), kind="expense_item", by=cast.wang)
    claim.add_receipts(later, [receipt], by=cast.wang)
    assert warned(claim, cast.wang) == [
        "展会住宿 CN¥88.00 and 拜访采购部 CN¥300.00 of this claim have the same receipt."
    ]


def test_shares_of_one_bill_are_no_duplicates_but_the_whole_bill_is(cast: Cast) -> None:
    claim = with_file(draft(cast, bill(cast)))
    parts = [Part(cast.sigma, None, Decimal(1)), Part(cast.western, None, Decimal(1))]
    claim.split_item(claim.items[0], parts, by=cast.wang)
    assert warned(claim, cast.wang) == []
    assert len(warned(draft(cast, bill(cast)), cast.wang)) == 1
    assert len(warned(claim, cast.wang)) == 2, "each share tells of it"


@pytest.mark.parametrize("what", ["rejected", "trashed"])
def test_what_is_rejected_or_in_the_trash_does_not_count(cast: Cast, what: str) -> None:
    if what == "rejected":
        decide(submitted(cast, bill(cast)), Decision.REJECTED, comment="没有发票")
    else:
        draft(cast, bill(cast)).trash(by=cast.wang)
    assert warned(draft(cast, bill(cast)), cast.wang) == []


def test_somebody_elses_claim_is_named_only_to_who_may_see_it(cast: Cast) -> None:
    theirs = draft(cast, bill(cast), by=cast.zhao, title="秘密出差")
    mine = draft(cast, bill(cast))
    assert warned(mine, cast.wang) == [
        "The same day, amount and payee are on a claim of somebody else."
    ]
    assert theirs.number in warned(mine, cast.li)[0]


def test_a_duplicate_is_warned_of_at_entry_on_the_claim_and_to_the_approver(
    cast: Cast, browser: Browser
) -> None:
    first, second = draft(cast, bill(cast)), draft(cast, make_item(cast, "1.00"))
    db.session.commit()
    wang = browser.sign_in("wang")
    page = f"/expenses/{second.id}"
    item = {"category": first.items[0].category_id, "amount": "300", "currency": "CNY",
            "spent_on": "2026-06-10", "purpose": "晚餐", "payee": "海鲜楼"}  # fmt: skip
    wang.post(f"{page}/items", item)
    told = f"The same day, amount and payee are on {first.number}"
    assert wang.follow().text.count(told) == 2, "as a message, and at the item"
    assert wang.get(page).text.count(told) == 1
    second.submit(by=cast.wang)
    db.session.commit()
    assert told in browser.sign_in("li").get("/approvals").text


def test_it_takes_as_many_queries_however_many_items_there_are(app: Flask, cast: Cast) -> None:
    def asked(count: int) -> int:
        claim = with_file(draft(cast, *(bill(cast) for _ in range(count))))
        db.session.commit()
        claim = db.session.scalars(
            db.select(ExpenseClaim).where(ExpenseClaim.id == claim.id)
            .options(*ExpenseClaim.for_page()).execution_options(populate_existing=True)
        ).unique().one()  # fmt: skip
        reader = cast.wang
        with counted(app) as queries:
            duplicates_of([claim], reader)
        return len(queries)

    assert asked(2) == asked(9)
