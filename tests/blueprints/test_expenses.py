"""Expense claims: items with receipts, handing in, deciding, paying."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from crm.extensions import db
from crm.files import path_of
from crm.models import (
    Action,
    Attachment,
    ClaimState,
    Event,
    ExchangeRate,
    ExpenseClaim,
    OptionList,
    User,
)
from crm.models.approval import Decision
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.page import Browser, Page
from tests.snapshots import changes, snapshot

SECRET_PLACE = "a secret place"


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def claim(cast: Cast) -> ExpenseClaim:
    """Wang's draft with one item of 300.00."""
    made = draft(cast)
    db.session.commit()
    return made


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    """A small photo that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = SECRET_PLACE
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, exif=exif)
    return out.getvalue()


def add_item(browser: Browser, cast: Cast, claim: ExpenseClaim, *files: tuple[bytes, str],
             status: int = 303, **typed: Any) -> Page:  # fmt: skip
    form = {
        "category": cast.option(OptionList.EXPENSE_CATEGORY, "Travel").id, "amount": "120.50",
        "currency": "CNY", "spent_on": "2026-06-15", "purpose": "出租车",
        "receipts": [(io.BytesIO(content), name) for content, name in files], **typed,
    }  # fmt: skip
    return browser.post(f"/expenses/{claim.id}/items", form, status=status,
                        content_type="multipart/form-data")  # fmt: skip


def receipts() -> list[Attachment]:
    return list(db.session.scalars(select(Attachment).order_by(Attachment.id)))


def stored(receipt: Attachment) -> Path:
    return path_of(receipt.digest)


def test_a_claim_begins_with_a_title(wang: Browser) -> None:
    wang.submit(wang.get("/expenses/new"), "/expenses", 422, title="  ")
    wang.submit(wang.get("/expenses/new"), "/expenses", title="六月出差")
    assert "六月出差" in wang.follow().text


def test_items_in_other_currencies_keep_the_rate_of_their_day(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    for day, rate in ((1, "7.10"), (15, "7.25"), (16, "9.99")):
        ExchangeRate.enter("USD", date(2026, 6, day), Decimal(rate), by=None)
    db.session.commit()
    add_item(wang, cast, claim, amount="100", currency="USD", customer="dlxgm")
    item = next(item for item in claim.items if item.currency == "USD")
    assert (item.rate, item.base_amount) == (Decimal("7.25"), Decimal("725.00"))
    assert claim.base_amount == Decimal("1025.00")
    assert item.customer == cast.sigma


@pytest.mark.parametrize(
    "typed",
    [{"amount": "0"}, {"amount": "-5"}, {"amount": ""}, {"amount": "1.005"}, {"purpose": ""},
     {"spent_on": "2026-06-18"}, {"spent_on": "2020-01-01"}, {"spent_on": "x"}, {"category": ""},
     {"currency": "USD"}, {"currency": "XXX"}, {"customer": "西安天成仪表厂"}, {"deal": "D-99"}],
    ids=str,
)  # fmt: skip
def test_an_incomplete_item_comes_back(
    app: Flask, cast: Cast, wang: Browser, claim: ExpenseClaim, typed: dict[str, str]
) -> None:
    before = snapshot(app)
    page = add_item(wang, cast, claim, (picture(), "a.jpg"), status=422, **typed)
    assert any(values.get("aria-invalid") for _, values in page.tags)
    if "purpose" not in typed:
        assert page.form("/items")["fields"]["purpose"] == "出租车"
    assert changes(before, snapshot(app)) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_kept_without_what_the_camera_knew(
    cast: Cast, wang: Browser, claim: ExpenseClaim, kind: str
) -> None:
    content = picture(kind)
    assert SECRET_PLACE.encode() in content
    add_item(wang, cast, claim, (content, f"photo.{kind.lower()}"))
    (receipt,) = receipts()
    assert (receipt.content_type, receipt.name) == ("image/jpeg", "photo.jpg")
    kept = stored(receipt).read_bytes()
    assert SECRET_PLACE.encode() not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_several_receipts_and_a_pdf(cast: Cast, wang: Browser, claim: ExpenseClaim) -> None:
    add_item(wang, cast, claim, (picture(), "a.jpg"), (b"%PDF-1.7 x", "../../b.pdf"))
    assert [(row.name, row.content_type) for row in receipts()] == [
        ("a.jpg", "image/jpeg"), ("b.pdf", "application/pdf"),
    ]  # fmt: skip


def test_a_photo_as_large_as_phones_make_them_is_taken(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    noise = Image.effect_noise((2600, 1900), 90)
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    assert len(out.getvalue()) > 2_000_000
    add_item(wang, cast, claim, (out.getvalue(), "large.jpg"))
    kept = stored(receipts()[0]).read_bytes()
    assert max(Image.open(io.BytesIO(kept)).size) == 2400


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg"),
     (b"<html><script>alert(1)</script></html>", "a.png"), (b"<?xml version='1.0'?><a/>", "a.pdf"),
     (b"MZ\x90\x00", "a.exe"), (b"", "empty.png"), (b"GIF89a" + b"\x00" * 40, "a.gif"),
     (b"\xff\xd8\xff" + b"broken", "a.jpg"), (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "a.png")],
)  # fmt: skip
def test_what_is_no_receipt_is_refused(
    app: Flask, cast: Cast, wang: Browser, claim: ExpenseClaim, content: bytes, name: str
) -> None:
    before = snapshot(app)
    assert name in add_item(wang, cast, claim, (content, name), status=422).text
    assert changes(before, snapshot(app)) == []


def test_too_large_a_file_is_refused(cast: Cast, wang: Browser, claim: ExpenseClaim) -> None:
    add_item(wang, cast, claim, (b"%PDF-" + b"x" * 10_000_000, "a.pdf"), status=422)
    add_item(wang, cast, claim, (b"%PDF-" + b"x" * 60_000_000, "a.pdf"), status=413)
    assert receipts() == []


def test_other_forms_take_no_large_bodies(wang: Browser) -> None:
    wang.post("/expenses", {"title": "x" * 1_100_000}, status=413)


def test_a_receipt_is_served_as_a_file_and_no_page(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    add_item(wang, cast, claim, (picture(), "a.jpg"), (b"%PDF-1.7 x", "b.pdf"))
    item = next(item for item in claim.items if item.receipts)
    for receipt in item.receipts:
        path = f"/expenses/{claim.id}/items/{item.id}/receipts/{receipt.id}"
        response = wang.client.get(path, buffered=True)
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
    inline = wang.client.get(f"{path}?inline=1", buffered=True)
    assert inline.headers["Content-Disposition"].startswith("attachment"), "a PDF is never inline"


def test_an_item_is_changed_and_taken_off(cast: Cast, wang: Browser, claim: ExpenseClaim) -> None:
    path = f"/expenses/{claim.id}/items/{claim.items[0].id}"
    wang.submit(wang.get(f"{path}/edit"), path, amount="80")
    assert claim.base_amount == Decimal("80.00")
    wang.submit(wang.get(f"/expenses/{claim.id}"), f"{path}/delete")
    assert (claim.items, claim.base_amount) == ([], Decimal(0))


def test_a_stale_item_is_refused(cast: Cast, wang: Browser, claim: ExpenseClaim) -> None:
    path = f"/expenses/{claim.id}/items/{claim.items[0].id}"
    form = wang.get(f"{path}/edit")
    claim.add_item(make_item(cast, "1.00"), by=cast.wang)
    db.session.commit()
    wang.submit(form, path, 409, amount="80")
    assert claim.base_amount == Decimal("301.00")


def test_an_empty_claim_is_not_handed_in(cast: Cast, wang: Browser, claim: ExpenseClaim) -> None:
    claim.remove_item(claim.items[0], by=cast.wang)
    path = f"/expenses/{claim.id}"
    assert "Hand in" not in wang.get(path).text
    wang.post(f"{path}/submission")
    assert wang.location == path
    assert claim.state is ClaimState.DRAFT


def test_a_claim_in_approval_does_not_change_not_even_its_files(
    app: Flask, cast: Cast, wang: Browser
) -> None:
    claim = submitted(cast).request.document
    item = claim.items[0]
    before = snapshot(app)
    add_item(wang, cast, claim, (picture(), "late.jpg"))
    wang.post(f"/expenses/{claim.id}/items/{item.id}/delete")
    wang.post(f"/expenses/{claim.id}", {"title": "anders", "version": claim.version})
    wang.post(f"/expenses/{claim.id}/delete")
    assert changes(before, snapshot(app)) == []


def test_from_handing_in_to_payment(
    app: Flask, cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    path = f"/expenses/{claim.id}"
    wang.submit(wang.get(path), f"{path}/submission")
    wang.submit(wang.get(path), f"{path}/submission/delete")
    assert claim.state is ClaimState.DRAFT
    assert re.search(r"Draft .* Withdrawn · ", wang.get(path).text)
    wang.submit(wang.get(path), f"{path}/submission")

    li = Browser(app).sign_in("li")
    li.submit(li.get("/approvals"), "/decision", decision="rejected", comment="没有发票")
    assert claim.state is ClaimState.REJECTED
    assert "没有发票" in wang.get(path).text
    add_item(wang, cast, claim, (b"%PDF-1.7 x", "b.pdf"))
    wang.submit(wang.get(path), f"{path}/submission")
    li.submit(li.get("/approvals"), "/decision", decision="approved")
    assert claim.state is ClaimState.APPROVED

    fin = Browser(app).sign_in("fin")
    asked = fin.get(f"/payments/new?claims={claim.id}")
    fin.submit(asked, "/payments", reference="2026-06-001")
    assert claim.payment
    assert (claim.state, claim.payment.by, claim.payment.reference) == (
        ClaimState.PAID, cast.fin, "2026-06-001",
    )  # fmt: skip
    fin.submit(asked, "/payments", 409, reference="again")
    assert claim.payment.reference == "2026-06-001"
    paid = select(Event).where(Event.action == Action.CLAIM_PAID)
    assert len(db.session.scalars(paid).all()) == 1


def test_finance_reads_that_a_receipt_is_missing(app: Flask, cast: Cast) -> None:
    claim = decide(submitted(cast, make_item(cast, purpose="打车")), Decision.APPROVED)
    db.session.commit()
    fin = Browser(app).sign_in("fin")
    assert "No receipt" in fin.get(f"/expenses/{claim.id}").text
    assert "1 item has no receipt: 打车" in fin.get(f"/payments/new?claims={claim.id}").text


def test_nothing_is_paid_that_was_not_approved(app: Flask, cast: Cast) -> None:
    claim = submitted(cast).request.document
    fin = Browser(app).sign_in("fin")
    fin.post(f"/payments?claims={claim.id}", {"reference": "x"}, status=409)
    assert claim.state is ClaimState.SUBMITTED


@pytest.mark.parametrize("who", ["li", "fin", "zhou"])
def test_nobody_approves_or_pays_their_own(app: Flask, cast: Cast, who: str) -> None:
    person: User = getattr(cast, who)
    assignment = submitted(cast, by=person)
    assert assignment.approver != person
    own = Browser(app).sign_in(who)
    own.get(f"/approvals/{assignment.id}", status=404)
    own.post(f"/approvals/{assignment.id}/decision", {"decision": "approved"}, status=404)
    decide(assignment, Decision.APPROVED)
    claim = assignment.request.document
    own.post(f"/payments?claims={claim.id}", status=409 if who == "fin" else 403)
    assert claim.state is ClaimState.APPROVED


# Deciding on the page


def test_deciding_in_the_inbox_takes_the_row_off(app: Flask, cast: Cast) -> None:
    assignment = submitted(cast)
    li = Browser(app).sign_in("li")
    inbox = li.get("/approvals")
    page = li.submit(inbox, "/decision", 422, htmx="form#x", decision="rejected")
    assert page.with_id(f"approval_assignment_{assignment.id}_row")
    page = li.submit(inbox, "/decision", 200, htmx="form#x", decision="approved")
    targets = [values["hx-target"] for tag, values in page.tags if tag == "hx-partial"]
    assert targets == ["#listing", "#toasts"], "it was the last one"
    assert assignment.by_link is False
    li.submit(inbox, "/decision", 409, htmx="form#x", decision="rejected", comment="doch nicht")
    li.submit(inbox, "/decision", 200, decision="approved")


def test_a_claim_leads_its_approver_and_nobody_else_to_the_decision(app: Flask, cast: Cast) -> None:
    assignment = submitted(cast)
    page = f"/expenses/{assignment.request.document.id}"
    decision = f'href="/approvals/{assignment.id}"'
    assert decision in Browser(app).sign_in("li").get(page).html
    assert decision not in Browser(app).sign_in("wang").get(page).html
    decide(assignment, Decision.APPROVED)
    assert decision not in Browser(app).sign_in("li").get(page).html


def test_what_changed_while_it_was_read_is_not_decided(app: Flask, cast: Cast) -> None:
    claim = submitted(cast).request.document
    li = Browser(app).sign_in("li")
    inbox = li.get("/approvals")
    claim.withdraw(by=cast.wang)
    li.submit(inbox, "/decision", 409, decision="approved")
    assert claim.state is ClaimState.DRAFT


def history(claim: ExpenseClaim) -> list[dict[str, list[str]]]:
    """The changes of ``claim`` that its history tells of, the latest first."""
    changed = select(Event).where(
        Event.subject_id == claim.id, Event.action == Action.CLAIM_CHANGED
    )
    events = db.session.scalars(changed.order_by(Event.id.desc()))
    return [event.particulars["changes"] for event in events]


def test_both_values_of_a_stale_item_are_shown(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    path = f"/expenses/{claim.id}/items/{claim.items[0].id}"
    form = wang.get(f"{path}/edit")
    item, claimant = claim.items[0], cast.wang
    item.set_amount(Decimal(55), "CNY", item.spent_on)
    claim.item_changed(item, by=claimant)
    db.session.commit()
    page = wang.submit(form, path, 409, amount="80")
    assert "55.00" in page.text
    wang.submit(page, path)
    assert claim.base_amount == Decimal("80.00")


def test_saving_an_item_unchanged_changes_nothing(wang: Browser, claim: ExpenseClaim) -> None:
    path = f"/expenses/{claim.id}/items/{claim.items[0].id}"
    version, told = claim.version, history(claim)
    wang.submit(wang.get(f"{path}/edit"), path)
    assert (claim.version, history(claim)) == (version, told)


def test_receipts_added_are_named_in_the_history(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    path = f"/expenses/{claim.id}/items/{claim.items[0].id}"
    form = wang.get(f"{path}/edit").form(path)
    files = [(io.BytesIO(picture()), "a.jpg"), (io.BytesIO(b"%PDF-1.7 x"), "b.pdf")]
    version = claim.version
    wang.post(path, {**form["fields"], "receipts": files}, content_type="multipart/form-data")
    assert history(claim)[0] == {"receipts": ["", "a.jpg, b.pdf"]}
    assert claim.version == version + 1, "what is decided about has changed"


def test_a_rate_entered_late_changes_the_claim_with_its_item(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    ExchangeRate.enter("USD", date(2026, 6, 1), Decimal("7.00"), by=None)
    claim.add_item(make_item(cast, "100", "USD"), by=cast.wang)
    ExchangeRate.enter("USD", date(2026, 6, 2), Decimal("7.10"), by=None)
    db.session.commit()
    item = next(item for item in claim.items if item.currency == "USD")
    path = f"/expenses/{claim.id}/items/{item.id}"
    wang.submit(wang.get(f"{path}/edit"), path)
    assert claim.base_amount == Decimal("1010.00")
    assert history(claim)[0] == {"base_amount": ["1000.00", "1010.00"]}


def test_a_claim_has_one_content_in_whatever_order_it_was_written(cast: Cast) -> None:
    later, earlier = make_item(cast, "1"), make_item(cast, "2")
    earlier.spent_on = date(2026, 6, 2)
    claim = draft(cast, later, earlier)
    db.session.flush()
    written = claim.content_hash()
    db.session.commit()
    db.session.expire_all()
    assert claim.content_hash() == written


def test_the_deal_of_an_item_brings_its_customer_and_the_history_keeps_the_rest(
    cast: Cast, wang: Browser, claim: ExpenseClaim
) -> None:
    claim.items[0].customer = None
    db.session.commit()
    path = f"/expenses/{claim.id}/items/{claim.items[0].id}"
    wang.submit(wang.get(f"{path}/edit"), path, amount="80", purpose="展会",
                deal=f"D-{cast.pumps.id:06d}")  # fmt: skip
    assert claim.items[0].customer == cast.sigma
    assert set(history(claim)[0]) == {"amount", "purpose", "deal", "customer"}


@pytest.mark.parametrize(("who", "told"), [
    ("li", "What your people hand in appears here"),
    ("admin", "What your people hand in appears here"),
    ("wang", "yours by 李敏"),
    ("reader", "Those that you may read stand under Expenses"),
])  # fmt: skip
def test_without_anything_to_approve_everybody_is_told_who_decides(
    browser: Browser, who: str, told: str
) -> None:
    assert told in browser.sign_in(who).get("/approvals").text


def test_a_title_is_one_line_whatever_was_sent(cast: Cast, browser: Browser) -> None:
    """Otherwise it writes lines of its own into the mail to the approver."""
    browser.sign_in("wang").post("/expenses", {"title": "出差\r\nhttps://evil.test/\u2028x"})
    title = db.session.scalars(db.select(ExpenseClaim.title)).one()
    assert title == "出差 https://evil.test/ x"
