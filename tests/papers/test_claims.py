"""A claim as PDF: everything that belongs to it, its receipts among it, whatever they are."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from crm import files
from crm.extensions import db
from crm.files import PreparedFile
from crm.models import ExchangeRate, ExpenseClaim, ExpenseItem
from crm.models.approval import Decision
from crm.models.expense_claim.splitting import Part
from crm.papers import setting, typesetter
from crm.papers.setting import Limits, NotSet, typeset
from tests.advances import handed_out
from tests.cast import Cast
from tests.claims import SPENT_ON, decide, draft, granted, make_item, submitted
from tests.page import Browser

HOSTILE = (
    '#panic("x")', "*b* _i_ `c` $x^2$", '] #import "@preview/x" [', "\\ \\u{41} \\#",
    "<label> @ref", "// not a comment /* nor this */", "{{ 7*7 }}", "#sys.inputs.data", "= Title",
    "'\"“”", "~--- ...",
)  # fmt: skip


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 900), (210, 180, 140)).save(out, "JPEG")
    return out.getvalue()


def pdf(pages: int = 1, *, password: str = "", script: str = "") -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    for _page in range(pages):
        writer.add_blank_page(300, 400)
    if script:
        action = {"/Type": "/Action", "/S": "/JavaScript"}
        runs = DictionaryObject({NameObject(key): NameObject(name) for key, name in action.items()})
        runs[NameObject("/JS")] = TextStringObject(script)
        writer.root_object[NameObject("/OpenAction")] = runs
    if password:
        writer.encrypt(password)
    writer.write(out)
    return out.getvalue()


def attach(cast: Cast, item: ExpenseItem, *received: tuple[str, bytes]) -> None:
    for name, content in received:
        kind = "application/pdf" if name.endswith(".pdf") else "image/jpeg"
        stored = files.store(PreparedFile(name, kind, content), kind="expense_item", by=cast.wang)
        item.receipts.append(stored)
    db.session.commit()


def paper_of(app: Flask, claim: ExpenseClaim, who: str = "fin") -> list[str]:
    """The text of each page of the PDF."""
    response = Browser(app).sign_in(who).client.get(f"/expenses/{claim.id}/pdf")
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Cache-Control"] == "private, no-store"
    return [page.extract_text() for page in PdfReader(io.BytesIO(response.get_data())).pages]


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Travel", "Total", "Approved", "Claimant", "Payment")),
    ("zh", ("差旅", "合计", "已批准", "报销人", "付款批次")),
])  # fmt: skip
def test_it_says_what_was_spent_who_agreed_and_what_was_paid(
    app: Flask, cast: Cast, language: str, words: tuple[str, ...]
) -> None:
    ExchangeRate.enter("USD", date(2026, 6, 1), Decimal("7.1"), by=cast.admin)
    items = make_item(cast), make_item(cast, "10.00", "USD", purpose="机场打车")
    claim = decide(submitted(cast, *items), Decision.APPROVED, comment="同意，辛苦")
    claim.pay("网银 0617", by=cast.fin)
    cast.fin.language = language
    db.session.commit()
    (text,) = paper_of(app, claim)
    for wanted in (*words, claim.number, "大连出差", "王芳", "李敏", "同意，辛苦", "拜访采购部",
                   "机场打车", "大连西格玛", "300.00", "71.00", "371.00", "网银 0617"):  # fmt: skip
        assert wanted in text, wanted


@pytest.mark.parametrize("path", ["pdf", "paper"])
def test_its_way_and_what_advances_cover_stand_on_it(
    app: Flask, cast: Cast, browser: Browser, path: str
) -> None:
    handed_out(cast, "100.00")
    request = submitted(cast)
    decide(request, Decision.RETURNED, comment="补发票")
    claim = request.request.document
    claim.submit(by=cast.wang)
    db.session.commit()
    decide(claim.request.asked[0], Decision.APPROVED)

    def text() -> str:
        if path == "pdf":
            return "".join(paper_of(app, claim))
        return browser.sign_in("fin").get(f"/expenses/{claim.id}/paper").text

    for wanted in ("Accounts for A-000001", "100.00", "Still to be paid out", "200.00"):
        assert wanted in text()
    claim.pay("网银 0617", by=cast.fin)
    db.session.commit()
    said = text()
    way = ["Handed in", "Asked", "Returned", "补发票", "Handed in", "Asked", "Approved", "Paid"]
    trail = said[said.index("Approval") :]
    for step in way:
        assert step in trail, step
        trail = trail[trail.index(step) + len(step) :]
    for wanted in ("Accounts for A-000001", "Paid out", "200.00", "网银 0617"):
        assert wanted in said
    assert "Still to be paid out" not in said


@pytest.mark.parametrize("path", ["pdf", "paper"])
def test_it_says_how_amounts_came_about_and_which_receipts_are_whose(
    app: Flask, cast: Cast, browser: Browser, path: str
) -> None:
    drive = ExpenseItem(purpose="自驾")
    drive.compute(granted(cast, "0.8"), Decimal(120), SPENT_ON)
    dinner, taxi = make_item(cast, purpose="客户晚餐"), make_item(cast, purpose="打车")
    claim = draft(cast, drive, dinner, taxi)
    attach(cast, dinner, ("发票.jpg", photo()))
    parts = [Part(cast.sigma, None, Decimal(100)), Part(cast.western, None, Decimal(200))]
    claim.split_item(dinner, parts, by=cast.wang)
    claim.submit(by=cast.wang)
    db.session.commit()
    decide(claim.request.asked[0], Decision.APPROVED)
    if path == "pdf":
        said = " ".join(paper_of(app, claim))
    else:
        said = browser.sign_in("fin").get(f"/expenses/{claim.id}/paper").text
    for wanted in ("120 km × 0.8 CNY", "share of CN¥300.00", "Receipt 1: 发票.jpg · costs 2, 3"):
        assert wanted in said, said
    assert said.count("No receipt") == 1  # the taxi; what a rate grants needs none
    trail = said[said.index("Handed in") :]
    assert trail.count("Superior") == 2  # the step, where it was asked and where it was decided


def test_receipts_stand_at_the_end_pictures_and_all_pages_of_a_pdf(app: Flask, cast: Cast) -> None:
    claim = draft(cast)
    attach(cast, claim.items[0], ("车票.jpg", photo()), ("发票.pdf", pdf(2)))
    pages = paper_of(app, claim)
    assert len(pages) == 4
    assert "1, 2" in pages[0]
    assert "Receipt 1: 车票.jpg" in pages[1]
    assert "Receipt 2: 发票.pdf" in pages[2]
    assert "2 / 2" in pages[3]


def test_a_receipt_of_a_bill_that_was_shared_out_stands_there_once(app: Flask, cast: Cast) -> None:
    claim = draft(cast)
    attach(cast, claim.items[0], ("发票.pdf", pdf()))
    parts = [Part(cast.sigma, None, Decimal(1)), Part(cast.western, None, Decimal(2))]
    claim.split_item(claim.items[0], parts, by=cast.wang)
    db.session.commit()
    assert len(paper_of(app, claim)) == 2


@pytest.mark.parametrize(("content", "reason"), [
    (pdf(password="x"), "locked with a password"),
    (b"%PDF-1.7 nonsense", "damaged"),
    (pdf(3)[:200], "damaged"),
    (pdf(typesetter.MOST_OF_ONE + 1), "too many pages"),
])  # fmt: skip
def test_a_pdf_that_cannot_be_shown_is_named_and_the_others_are_shown(
    app: Flask, cast: Cast, content: bytes, reason: str
) -> None:
    claim = draft(cast)
    attach(cast, claim.items[0], ("坏的.pdf", content), ("好的.pdf", pdf()))
    first, second = paper_of(app, claim)
    assert "Receipt 1: 坏的.pdf" in first
    assert reason in first
    assert "Receipt 2: 好的.pdf" in second


def test_a_file_that_is_gone_and_a_picture_that_is_none_are_named(app: Flask, cast: Cast) -> None:
    claim = draft(cast)
    attach(cast, claim.items[0], ("丢了.pdf", pdf(7)), ("不是.jpg", b"no picture"))
    files.path_of(claim.items[0].receipts[0].digest).unlink()
    (text,) = paper_of(app, claim)
    assert "This file is not there any more." in text
    assert "damaged" in text


def test_nothing_in_a_receipt_runs_later(app: Flask, cast: Cast) -> None:
    claim = draft(cast)
    attach(cast, claim.items[0], ("发票.pdf", pdf(script="app.alert(1)")))
    response = Browser(app).sign_in("fin").client.get(f"/expenses/{claim.id}/pdf")
    for word in (b"/JavaScript", b"/JS", b"/OpenAction", b"app.alert", b"/Launch"):
        assert word not in response.get_data()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_write_is_text_and_no_markup(app: Flask, cast: Cast, hostile: str) -> None:
    claim = decide(
        submitted(cast, make_item(cast, purpose=hostile), title=hostile),
        Decision.APPROVED, comment=hostile,
    )  # fmt: skip
    attach(cast, claim.items[0], (f"{hostile}.pdf".replace("/", ""), pdf()))
    plain = "".join(hostile.split())
    text = "".join(paper_of(app, claim)[0].split())
    assert text.count(plain) == 3, text  # title, purpose, comment


def test_a_path_cannot_be_smuggled_in(app: Flask, cast: Cast) -> None:
    """Receipts are named by the hash that we stored them under; what is none is not there."""
    with app.test_request_context():
        data = {**_empty(), "receipts": [{"digest": "../../../etc/passwd", "type": "image/jpeg",
                                          "title": "x"}]}  # fmt: skip
        paper = typeset("claim.typ", data)
    assert "gone" in PdfReader(io.BytesIO(paper)).pages[0].extract_text()


@pytest.mark.parametrize("limits", [Limits(memory=60_000_000), Limits(wall=0)])
def test_a_paper_that_takes_too_much_is_given_up(app: Flask, limits: Limits) -> None:
    with app.test_request_context(), pytest.raises(NotSet):
        typeset("claim.typ", _empty(), limits)


def test_who_gets_no_paper_is_told_and_finds_the_page(
    app: Flask, cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_args: object, **_settings: object) -> None:
        return None

    monkeypatch.setattr(setting, "_ask", too_much)
    claim = draft(cast)
    db.session.commit()
    browser.sign_in("wang").client.get(f"/expenses/{claim.id}/pdf")
    browser.last = browser.client.get(f"/expenses/{claim.id}/pdf")
    assert "The PDF could not be made" in browser.follow().text


@pytest.mark.parametrize("path", ["pdf", "paper"])
def test_who_does_not_see_the_claim_gets_no_paper(cast: Cast, browser: Browser, path: str) -> None:
    claim = draft(cast)
    db.session.commit()
    browser.sign_in("wu").get(f"/expenses/{claim.id}/{path}", status=404)
    page = browser.sign_in("li").get(f"/expenses/{claim.id}")
    assert f"/expenses/{claim.id}/{path}" in page.html


def test_the_page_to_print_has_the_same(cast: Cast, browser: Browser) -> None:
    claim = decide(submitted(cast), Decision.APPROVED, comment="同意")
    attach(cast, claim.items[0], ("车票.jpg", photo()), ("发票.pdf", pdf()))
    page = browser.sign_in("fin").get(f"/expenses/{claim.id}/paper")
    for wanted in ("Receipt 1: 车票.jpg", "发票.pdf", "李敏", "同意", "CN¥300.00", claim.number):
        assert wanted in page.text
    receipt = claim.items[0].receipts[0]
    assert f"/items/{receipt.record_id}/receipts/{receipt.id}?inline=1" in page.html


def _empty() -> dict[str, object]:
    return {
        "language": "en", "firm": "", "number": "", "title": "", "facts": [], "items": [],
        "heads": ["", "", "", "", ""], "total": ["", ""], "categories": [], "sums": [],
        "approval": "", "trail": [], "undecided": "", "receipts": [], "wrong": {"missing": "gone"},
        "printed": "",
    }  # fmt: skip
