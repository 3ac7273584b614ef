"""What is paid never changes: no route, no verb and no statement gets past that."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Integer, String, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from crm import clock, files
from crm.base import ExactDecimal, UTCDateTime
from crm.extensions import db
from crm.files import PreparedFile
from crm.models import (
    Advance,
    Attachment,
    ExpenseClaim,
    ExpenseItem,
    PaymentBatch,
    Payout,
    Settlement,
)
from crm.models.approval import Decision
from crm.models.expense_claim import ClaimRefused
from crm.models.expense_claim.splitting import Part
from tests.advances import handed_out
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.page import Browser

PEOPLE = ("wang", "li", "fin", "admin")


@pytest.fixture
def paid(cast: Cast) -> ExpenseClaim:
    """Wang's claim, approved by Li and paid by finance, with a receipt."""
    assignment = submitted(cast, make_item(cast, "300.00"))
    claim = assignment.request.document
    claim.withdraw(by=cast.wang)
    receipt = PreparedFile("a.pdf", "application/pdf", b"%PDF-1.7 x")
    stored = files.store(receipt, kind="expense_item", by=cast.wang)
    claim.add_receipts(claim.items[0], [stored], by=cast.wang)
    claim.submit(by=cast.wang)
    db.session.commit()
    decide(claim.request.assignments[0], Decision.APPROVED)
    claim.pay("网银", by=cast.fin)
    db.session.commit()
    return claim


def writing_routes(app: Flask) -> list[Any]:
    """Every route that writes, and whose address names a claim, an item or a decision of one."""
    named = {"claim_id", "item_id", "receipt_id", "assignment_id", "request_id", "batch_id"}
    return [
        rule for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and named & rule.arguments
    ]  # fmt: skip


def test_no_route_changes_what_is_paid(app: Flask, cast: Cast, paid: ExpenseClaim) -> None:
    item, request = paid.items[0], paid.request
    assert request
    values = {
        "claim_id": paid.id, "item_id": item.id, "receipt_id": item.receipts[0].id,
        "assignment_id": request.assignments[0].id, "request_id": request.id,
        "batch_id": paid.payment_batch_id, "user_id": cast.wang.id, "comment_id": 1,
    }  # fmt: skip
    typed = {
        "title": "改了", "category": item.category_id, "amount": "1", "currency": "CNY",
        "spent_on": "2026-06-16", "purpose": "改了", "version": paid.version, "record": paid.id,
        "decision": "rejected", "comment": "改了", "content_hash": paid.content_hash(),
        "claims": paid.id, "paid_on": "2026-06-16", "asked": "1", "deed": "trash",
        "parts-0-share": "1", "parts-1-share": "1", "rows-0-share": "1", "rows-1-share": "1",
    }  # fmt: skip
    routes = writing_routes(app)
    assert len(routes) > 8
    paths = [rule.build(values)[1] for rule in routes if rule.arguments <= values.keys()]
    paths += ["/batches/claims?deed=trash", "/trash/claim/purge", f"/payments?claims={paid.id}"]
    before, found = of_claims(), 0
    for who in PEOPLE:
        browser = Browser(app).sign_in(who)
        token = browser.token()
        for path in paths:
            answer = browser.client.post(path, data={"csrf_token": token, **typed}, buffered=True)
            found += answer.status_code not in {403, 404}
            assert of_claims() == before, f"{who}: {path}"
    assert found > 8  # to its claimant the claim is there


def of_claims() -> list[tuple[Any, ...]]:
    """Everything that the tables say of the claim."""
    questions = (
        "SELECT * FROM expense_claim WHERE id = 1",
        "SELECT * FROM expense_item WHERE claim_id = 1 ORDER BY id",
        "SELECT * FROM payment_batch ORDER BY id",
        "SELECT * FROM payout ORDER BY id",
        "SELECT digest, name, record_id FROM attachment WHERE record_kind = 'expense_item'",
    )
    rows = [tuple(row) for question in questions for row in db.session.execute(text(question))]
    db.session.rollback()  # what is held here would keep the pages waiting
    return rows


VERBS: dict[str, Callable[[Cast, ExpenseClaim], object]] = {
    "rename": lambda cast, claim: claim.rename("改了", by=cast.wang),
    "add": lambda cast, claim: claim.add_item(make_item(cast), by=cast.wang),
    "change": lambda cast, claim: claim.item_changed(claim.items[0], by=cast.wang),
    "remove": lambda cast, claim: claim.remove_item(claim.items[0], by=cast.wang),
    "receipt": lambda cast, claim: claim.remove_receipt(
        claim.items[0], claim.items[0].receipts[0], by=cast.wang),
    "split": lambda cast, claim: claim.split_item(
        claim.items[0], [Part(None, None, Decimal(1))] * 2, by=cast.wang),
    "submit": lambda cast, claim: claim.submit(by=cast.wang),
    "withdraw": lambda cast, claim: claim.withdraw(by=cast.wang),
    "trash": lambda cast, claim: claim.trash(by=cast.wang),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_changes_what_is_paid(cast: Cast, paid: ExpenseClaim, verb: str) -> None:
    with pytest.raises(ClaimRefused):
        VERBS[verb](cast, paid)


# Of each table, the columns that may change although it is paid.
FREE = {
    ExpenseClaim: {"version", "updated_at", "sort_name", "search_text", "search_pieces"},
    ExpenseItem: {"updated_at", "customer_id", "deal_id"},
    Attachment: set(),
    Settlement: set(),
    Advance: {"version", "updated_at", "customer_id", "deal_id", "state"},
    PaymentBatch: set(),
    Payout: set(),
}


# What a column without any value is set to.
OTHERS: dict[type, Any] = {
    Integer: 1, String: "改了", ExactDecimal: Decimal(1), UTCDateTime: clock.now(),
}  # fmt: skip


def other_than_none(kind: Any) -> Any:
    return next(value for each, value in OTHERS.items() if isinstance(kind, each))


@pytest.fixture
def settled(cast: Cast, paid: ExpenseClaim) -> ExpenseClaim:
    """Another claim of Wang's that was paid, and accounts for a part of an advance."""
    handed_out(cast, "500.00")
    claim = decide(submitted(cast, make_item(cast, "100.00")), Decision.APPROVED)
    claim.pay("网银 2", by=cast.fin)
    db.session.commit()
    return claim


@pytest.mark.parametrize("model", FREE)
def test_the_database_refuses_to_change_whatever_a_paid_row_says(
    cast: Cast, settled: ExpenseClaim, model: Any
) -> None:
    """All columns there are, whichever come later; and to take the row away."""
    held = [each for each in model.__table__.columns if each.name not in {"id", *FREE[model]}]
    assert len(held) > 3
    for column in held:
        is_empty = db.session.scalar(select(func.count(column))) == 0
        other = other_than_none(column.type) if is_empty else None
        assert is_refused(update(model).values({column.name: other})), column
    assert is_refused(delete(model))


def is_refused(statement: Any) -> bool:
    """By the guard; another refusal would be one by chance."""
    try:
        db.session.execute(statement)
    except IntegrityError as error:
        return "what is paid does not change" in str(error)
    finally:
        db.session.rollback()
    return False


@pytest.mark.parametrize("model", [ExpenseItem, Attachment, Settlement, Payout])
def test_the_database_lets_nothing_come_to_what_is_paid(
    cast: Cast, settled: ExpenseClaim, model: Any
) -> None:
    names = [each.name for each in model.__table__.columns]
    values = [each + 1000 if each.name == "id" else each for each in model.__table__.columns]
    assert is_refused(insert(model).from_select(names, select(*values)))


def test_a_cost_or_a_receipt_cannot_be_moved_into_a_paid_claim(
    cast: Cast, paid: ExpenseClaim
) -> None:
    other = draft(cast)
    received = PreparedFile("b.pdf", "application/pdf", b"%PDF-1.7 y")
    stored = files.store(received, kind="expense_item", by=cast.wang)
    other.add_receipts(other.items[0], [stored], by=cast.wang)
    db.session.commit()
    items = update(ExpenseItem).where(ExpenseItem.id == other.items[0].id)
    assert is_refused(items.values(claim_id=paid.id))
    receipts = update(Attachment).where(Attachment.id == stored.id)
    assert is_refused(receipts.values(record_id=paid.items[0].id))


def test_what_is_not_paid_is_free(cast: Cast) -> None:
    claim = submitted(cast).request.document
    db.session.execute(update(ExpenseClaim).values(title="改了"))
    db.session.execute(update(ExpenseItem).values(purpose="改了"))
    db.session.commit()
    db.session.expire_all()
    assert claim.title == "改了"


def test_paid_means_paid_with_a_payment(cast: Cast) -> None:
    submitted(cast)
    with pytest.raises(IntegrityError):
        db.session.execute(update(ExpenseClaim).values(state="paid"))
    db.session.rollback()


def test_who_is_merged_takes_paid_costs_along(cast: Cast, paid: ExpenseClaim) -> None:
    """The one thing that may change: who the customer is."""
    db.session.execute(update(ExpenseItem).values(customer_id=cast.western.id))
    db.session.commit()
