"""Input that no browser sends gets an answer, never a fault."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from crm import files
from crm.extensions import db
from crm.models import ExpenseClaim, SignInAttempt, TrustedDevice
from crm.signing_in import DEVICE_COOKIE
from tests.cast import PASSWORD, Cast
from tests.claims import draft
from tests.page import Browser

HUGE = "9" * 30


@pytest.mark.parametrize("target", ["//[", "http://[", "/\\evil", "//evil.test", "javascript:x"])
def test_a_hostile_way_back_leads_to_the_start(cast: Cast, browser: Browser, target: str) -> None:
    browser.get(f"/sign-in?next={target}")
    browser.sign_in("wang")
    browser.post("/preferences", {"next": target, "language": "en"})
    assert browser.location == "/"
    browser.client.get("/", headers={"HX-Request": "true", "HX-Current-URL": target})
    assert browser.client.get("/customers", headers={"Referer": target}).status_code == 200


@pytest.mark.parametrize("name", [
    "endpoint", "values", "_method", "_scheme", "_external", "_anchor",
])  # fmt: skip
def test_what_stands_in_a_query_is_no_order_to_the_server(
    cast: Cast, browser: Browser, name: str
) -> None:
    page = browser.client.post(f"/sign-in?{name}=x").text
    assert browser.client.post(f"/sign-in?{name}=x").status_code == 400
    assert f'name="next" value="/sign-in?{name}=x"' in page
    assert browser.client.post(f"/customers?{name}=x").status_code == 400
    browser.sign_in("wang")
    browser.post(f"/customers?{name}=x", {"name": ""}, status=422)


@pytest.mark.parametrize("path", [
    f"/deals/new?customer=-{HUGE}", f"/tasks/new?deal={HUGE}", f"/customers/{HUGE}",
    f"/expenses/{HUGE}/items/1/receipts/1", "/customers/0",
])  # fmt: skip
def test_an_id_out_of_range_is_not_found(cast: Cast, browser: Browser, path: str) -> None:
    browser.sign_in("wang")
    browser.get(path, status=404)


@pytest.mark.parametrize("amount", ["1e9999999", "NaN", "-Infinity", "9" * 40, "1e-9"])
def test_an_amount_out_of_range_is_explained(cast: Cast, browser: Browser, amount: str) -> None:
    browser.sign_in("wang")
    page = browser.get("/deals/new")
    browser.submit(page, "/deals", status=422, name="泵", amount=amount)


def test_a_sum_out_of_range_is_explained(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    page = browser.get("/deals/new")
    browser.submit(page, "/deals", name="泵", amount="999999999999.99")


def test_assets_with_impossible_names_are_not_found(browser: Browser) -> None:
    for name in ("a" * 400, "../config.py", "css", "%00"):
        assert browser.client.get(f"/static/x/{name}").status_code == 404


@pytest.mark.parametrize(("written", "stored"), [
    ("evil.html", "evil.pdf"), ("..\\..\\x.exe", "x.pdf"), ("\u202efdp.exe", "fdp.pdf"),
    (".", "file.pdf"), ("/", "file.pdf"), ("发票.pdf", "发票.pdf"),
])  # fmt: skip
def test_a_stored_file_is_called_what_it_is(context: None, written: str, stored: str) -> None:
    upload = FileStorage(io.BytesIO(b"%PDF-1.4"), filename=written)
    assert files.prepare(upload).name == stored


def test_a_damaged_or_enormous_picture_is_refused(context: None) -> None:
    out = io.BytesIO()
    Image.new("P", (7740, 7740)).save(out, "PNG")
    for content in (out.getvalue(), out.getvalue()[:60], b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM"):
        with pytest.raises(files.RefusedFile):
            files.prepare(FileStorage(io.BytesIO(content), filename="x.png"))


def test_six_enormous_pictures_hold_nobody_up_for_long(context: None) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (6000, 5000)).save(out, "PNG")
    photo = io.BytesIO()
    Image.new("L", (6000, 5000)).save(photo, "JPEG")
    uploads = [FileStorage(io.BytesIO(content.getvalue()), filename=f"{number}.png")
               for number, content in enumerate([*[out] * 5, photo])]  # fmt: skip
    prepared, refused = files.prepare_all(uploads)
    assert [each.name for each in prepared] == ["0.jpg", "1.jpg", "2.jpg", "5.jpg"]
    assert refused == [f"{number}.png has too many pixels beside the others: add it by itself."
                       for number in (3, 4)]  # fmt: skip
    assert {Image.open(io.BytesIO(each.content)).size for each in prepared} == {(2400, 2000)}


def test_too_many_receipts_at_once_are_refused(cast: Cast, browser: Browser) -> None:
    claim = draft(cast)
    db.session.commit()
    browser.sign_in("wang")
    page = browser.get(f"/expenses/{claim.id}/items/new")
    receipts = [(io.BytesIO(b"%PDF-1.4"), f"{n}.pdf") for n in range(7)]
    browser.submit(page, f"/expenses/{claim.id}/items", status=422, amount="5", purpose="x",
                   receipts=receipts)  # fmt: skip
    db.session.rollback()
    assert len(db.session.get_one(ExpenseClaim, claim.id).items) == 1


def test_strangers_cannot_make_the_server_read_large_bodies(browser: Browser) -> None:
    body = {"receipts": (io.BytesIO(b"x" * 2_000_000), "x.pdf")}
    assert browser.client.post("/expenses/1/items", data=body).status_code == 413


def test_a_trusted_device_is_not_locked_out_by_the_failures_of_others(
    cast: Cast, browser: Browser
) -> None:
    for _ in range(60):
        SignInAttempt.failed("wang", "127.0.0.1")
    trust = TrustedDevice.trust(cast.wang, device="desk")
    db.session.commit()
    page = browser.get("/sign-in")
    browser.submit(page, "/sign-in", status=429, login="wang", password=PASSWORD)
    browser.client.set_cookie(DEVICE_COOKIE, trust)
    browser.submit(page, "/sign-in", status=303, login="wang", password=PASSWORD)


def test_the_current_password_cannot_be_guessed_for_ever(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    guess = {"current": "not the password", "password": "x" * 12, "again": "x" * 12}
    for _ in range(10):
        browser.post("/password", guess, status=422)
    browser.post("/password", guess, status=429)
