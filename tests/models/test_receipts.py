"""Receipts: the files of a cost go where the cost goes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from crm.extensions import db
from crm.files import PreparedFile, store
from crm.models import Attachment, ExpenseClaim, ExpenseItem, OptionList
from tests.cast import Cast


def test_a_cost_taken_off_the_claim_takes_its_receipts_along(cast: Cast) -> None:
    claim = ExpenseClaim.begin("大连出差", by=cast.wang)
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    item = ExpenseItem(category=travel, purpose="高铁票")
    item.set_amount(Decimal("320.00"), "CNY", date(2026, 6, 16))
    claim.add_item(item, by=cast.wang)
    picture = PreparedFile("ticket.jpg", "image/jpeg", b"a picture")
    item.receipts.append(store(picture, kind="expense_item", by=cast.wang))
    db.session.flush()

    claim.remove_item(item, by=cast.wang)
    db.session.commit()

    assert claim.items == []
    assert db.session.scalar(select(func.count()).select_from(Attachment)) == 0
