"""Files of customers and deals: added, looked at by who may, deleted and brought back."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from crm.extensions import db
from crm.files import PreparedFile, path_of, store
from crm.models import (
    Action,
    Activity,
    Attachment,
    Customer,
    Deal,
    Event,
    ExpenseClaim,
    Merge,
    OptionList,
    User,
)
from crm.queries.files import files_of
from tests.cast import Cast
from tests.claims import make_item, submitted
from tests.page import Browser, Page

PDF = b"%PDF-1.7 a contract"


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(out, "PNG")
    return out.getvalue()


def document(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return out.getvalue()


def send(browser: Browser, path: str, *files: tuple[bytes, str], status: int = 303,
         htmx: bool = False, **typed: str) -> Page:  # fmt: skip
    form = {"files": [(io.BytesIO(content), name) for content, name in files], **typed}
    return browser.post(path, form, status=status, htmx=htmx, content_type="multipart/form-data")


def kept() -> list[Attachment]:
    return list(db.session.scalars(select(Attachment).order_by(Attachment.id)))


def put(record: Customer | Deal, name: str, by: User) -> Attachment:
    """A file at ``record``, without a request."""
    file = store(PreparedFile(name, "application/pdf", name.encode()), kind="", by=by)
    Attachment.add(record, [file], by=by)
    db.session.commit()
    return file


def test_files_are_added_and_told_of_in_the_timeline(cast: Cast, wang: Browser) -> None:
    where = f"/files/customer/{cast.sigma.id}"
    page = send(wang, where, (PDF, "合同.pdf"), (picture(), "现场.PNG"),
                (document("xl/workbook.xml"), "报价.xlsx"), status=200, htmx=True)  # fmt: skip
    assert {"合同.pdf", "现场.jpg", "报价.xlsx"} <= set(page.text.split())
    assert [file.record for file in kept()] == [cast.sigma] * 3
    event = db.session.scalars(select(Event).where(Event.action == Action.FILE_ADDED)).one()
    assert event.customer_id == cast.sigma.id
    assert event.particulars["names"] == "合同.pdf, 现场.jpg, 报价.xlsx"
    assert "合同.pdf" in wang.get(f"/customers/{cast.sigma.id}?show=files").text


def test_files_of_a_deal_stand_at_its_customer_too(cast: Cast, wang: Browser) -> None:
    send(wang, f"/files/deal/{cast.pumps.id}", (PDF, "图纸.pdf"))
    assert wang.location == f"/deals/{cast.pumps.id}"
    assert "图纸.pdf" in wang.follow().text
    assert "图纸.pdf" in wang.get(f"/customers/{cast.sigma.id}").text


def test_a_customer_lists_the_files_of_all_that_belongs_to_it_with_where_they_hang(
    cast: Cast, wang: Browser
) -> None:
    visit = Activity(customer=cast.sigma, deal=cast.pumps, summary="看了车间",
                     kind=cast.option(OptionList.ACTIVITY_KIND, "Visit"))  # fmt: skip
    photo = store(PreparedFile("现场.jpg", "image/jpeg", b"x"), kind="", by=cast.wang)
    Activity.log(visit, by=cast.wang, files=[photo])
    put(cast.pumps, "报价单.pdf", cast.wang)
    put(cast.sigma, "合同.pdf", cast.wang)
    found = files_of(cast.sigma, cast.wang)
    assert [file.name for file in found.files.rows] == ["合同.pdf", "报价单.pdf", "现场.jpg"]
    assert list(found.places.values()) == [cast.pumps, visit]
    assert files_of(cast.pumps, cast.wang).places == {photo.id: visit}
    for where in ("customers/{0.sigma.id}", "deals/{0.pumps.id}", "files/customer/{0.sigma.id}"):
        assert "Visit · 看了车间" in wang.get(f"/{where.format(cast)}").text
    wang.submit(wang.get(f"/customers/{cast.sigma.id}"), f"/files/{photo.id}/delete")
    text = wang.get(f"/customers/{cast.sigma.id}").text
    assert "Files 2" in text
    assert "In the trash: 1" in text


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"<script>1</script>", "x.html"), (b"<svg/>", "x.svg"), (b"", "empty.pdf"),
     (document("word/document.xml", "word/vbaProject.bin"), "macro.docx"),
     (document("anything.txt"), "archive.zip"), (b"PK\x03\x04 broken", "broken.xlsx"),
     (b"%PDF-" + b"x" * 10_000_000, "large.pdf")],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_file_for_us_is_refused(
    cast: Cast, wang: Browser, content: bytes, name: str
) -> None:
    page = send(wang, f"/files/customer/{cast.sigma.id}", (content, name), status=422)
    assert name in page.text
    assert kept() == []


def test_no_file_and_too_many_are_refused(cast: Cast, wang: Browser) -> None:
    where = f"/files/customer/{cast.sigma.id}"
    assert "Choose at least one file." in send(wang, where, status=422).text
    send(wang, where, *[(PDF, f"{number}.pdf") for number in range(7)], status=422)
    assert kept() == []


def test_a_file_is_served_as_a_file_and_no_page(cast: Cast, wang: Browser) -> None:
    send(wang, f"/files/customer/{cast.sigma.id}", (PDF, "a.pdf"), (picture(), "b.png"))
    shown = []
    for file in kept():
        wang.get(f"/files/{file.id}?inline=1", buffered=True)
        headers = wang.last.headers
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in headers["Cache-Control"]
        shown.append(headers["Content-Disposition"].split(";")[0])
    assert shown == ["attachment", "inline"]


def test_a_file_goes_to_the_trash_and_comes_back(cast: Cast, wang: Browser) -> None:
    file = put(cast.sigma, "合同.pdf", cast.wang)
    customer = f"/customers/{cast.sigma.id}"
    wang.submit(wang.get(customer), f"/files/{file.id}/delete")
    wang.get(f"/files/{file.id}", status=404)
    page = wang.get(customer)
    assert "In the trash: 1" in page.text
    wang.submit(page, f"/files/{file.id}/restore")
    wang.get(f"/files/{file.id}", buffered=True)
    assert path_of(file.digest).exists()


def test_who_only_has_a_deal_there_sees_that_deals_files_and_their_own(
    app: Flask, cast: Cast
) -> None:
    """Canaries: what others keep of the customer is nothing for a colleague with one deal."""
    sun = cast.sun
    deal = Deal(name="孙的机会", customer=cast.sigma, owner=sun)
    Deal.open(deal, cast.stages[0], by=sun)
    files = {
        "at the customer": put(cast.sigma, "CANARY-customer.pdf", cast.wang),
        "at another's deal": put(cast.pumps, "CANARY-deal.pdf", cast.wang),
        "at the own deal": put(deal, "own-deal.pdf", cast.wang),
        "added by oneself": put(cast.sigma, "own.pdf", sun),
    }
    visit = Activity(customer=cast.sigma, summary="密谈",
                     kind=cast.option(OptionList.ACTIVITY_KIND, "Visit"))  # fmt: skip
    photo = store(PreparedFile("CANARY-photo.jpg", "image/jpeg", b"x"), kind="", by=cast.wang)
    Activity.log(visit, by=cast.wang, files=[photo])
    db.session.commit()
    files["at another's activity"] = photo
    browser = Browser(app).sign_in("sun")
    text = "".join(
        browser.get(path).html
        for path in (f"/customers/{cast.sigma.id}", f"/deals/{deal.id}", "/trash", "/",
                     f"/files/customer/{cast.sigma.id}")
    )  # fmt: skip
    assert "CANARY" not in text
    assert {"own-deal.pdf", "own.pdf"} <= files_named(text)
    answers = {what: browser.client.get(f"/files/{file.id}", buffered=True).status_code
               for what, file in files.items()}  # fmt: skip
    assert answers == {"at the customer": 404, "at another's deal": 404, "at the own deal": 200,
                       "added by oneself": 200, "at another's activity": 404}  # fmt: skip


def files_named(html: str) -> set[str]:
    return {name for name in ("own-deal.pdf", "own.pdf") if f">{name}<" in html}


def test_receipts_are_no_files_of_a_record(app: Flask, cast: Cast) -> None:
    """They are served with their claim alone, also to who guesses the number."""
    item = make_item(cast)
    item.receipts.append(store(PreparedFile("r.pdf", "application/pdf", b"x"),
                               kind="expense_item", by=cast.wang))  # fmt: skip
    submitted(cast, item)
    db.session.commit()
    for who in ("wang", "li", "admin", "wu"):
        Browser(app).sign_in(who).get(f"/files/{item.receipts[0].id}", status=404)


def test_the_timeline_tells_of_claims_what_they_cost_this_customer(app: Flask, cast: Cast) -> None:
    """Of a claim over several customers each page tells its own part."""
    here, there = make_item(cast), make_item(cast, customer=cast.customer("西安天成仪表厂"))
    there.purpose = "别处"
    submitted(cast, here, there)
    db.session.commit()
    assert db.session.scalars(select(ExpenseClaim)).one().base_amount == 2 * here.base_amount
    zhao = Browser(app).sign_in("zhao").get(f"/customers/{cast.sigma.id}?show=claims")
    assert f"Expenses handed in: CN¥{here.base_amount:,.2f}" in zhao.text


def test_files_go_along_when_customers_are_merged_and_come_back(cast: Cast) -> None:
    other = Customer.register(Customer(name="西格玛", owner=cast.wang), by=cast.wang)
    file = put(other, "合同.pdf", cast.wang)
    receipt = store(PreparedFile("r.pdf", "application/pdf", b"x"), kind="expense_item",
                    by=cast.wang)  # fmt: skip
    receipt.record_id = other.id
    db.session.add(receipt)
    merge = Merge.customers(cast.sigma, other, by=cast.wang)
    assert (file.record, receipt.record_id) == (cast.sigma, other.id)
    merge.undo(by=cast.wang)
    assert file.record == other
