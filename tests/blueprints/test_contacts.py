"""Contacts: several numbers and addresses, vCards, and a move to another firm."""

from __future__ import annotations

import io
import random
import re

import pytest
from flask import Flask
from sqlalchemy import select

from crm.extensions import db
from crm.models import (
    Action,
    Activity,
    Contact,
    Customer,
    Deal,
    Event,
    Likeness,
    OptionList,
    Reach,
    ReachKind,
)
from crm.vcards import read
from tests.cast import Cast
from tests.page import Browser, Page

CARDS = """BEGIN:VCARD
VERSION:3.0
FN:张三
BDAY:1980-05-17
ORG:西格玛
TEL;TYPE=WORK:0411-8765 4399
TEL;TYPE=CELL:139 0000 0001
EMAIL:zhang@sigma.example
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:<b>李四</b>
END:VCARD
"""


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def liu(cast: Cast) -> Contact:
    return db.session.scalars(select(Contact)).one()


def test_rows_are_added_taken_away_and_saved(wang: Browser, liu: Contact) -> None:
    where = f"/contacts/{liu.id}"
    page = wang.submit(wang.get(f"{where}/edit"), where, 200, arrange="add")
    page = wang.submit(page, where, 200, arrange="add",
                       **{"rows-0-kind": "phone", "rows-0-label": "大连工厂",
                          "rows-0-value": "0411-8888 9999"})  # fmt: skip
    assert liu.further == []
    wang.submit(page, where, **{"rows-1-kind": "email", "rows-1-value": "yang@private.example"})
    assert liu.further == [
        Reach(ReachKind.PHONE, "大连工厂", "0411-8888 9999"),
        Reach(ReachKind.EMAIL, "", "yang@private.example"),
    ]
    page = wang.get(where)
    assert 'href="tel:0411-88889999"' in page.html
    assert 'href="mailto:yang@private.example"' in page.html
    assert "大连工厂: 0411-8888 9999, yang@private.example" in page.text  # the history
    page = wang.submit(wang.get(f"{where}/edit"), where, 200, arrange="remove:0")
    wang.submit(page, where)
    assert [reach.value for reach in liu.further] == ["yang@private.example"]


@pytest.mark.parametrize(("kind", "value"), [("phone", "none"), ("email", "no address"),
                                             ("fax", "123456")])  # fmt: skip
def test_a_wrong_number_or_address_comes_back(
    wang: Browser, liu: Contact, kind: str, value: str
) -> None:
    where = f"/contacts/{liu.id}"
    typed = {"rows-0-kind": kind, "rows-0-value": value}
    page = wang.submit(wang.get(f"{where}/edit"), where, 422, **typed)
    assert liu.further == []
    assert re.search("Row 1, (Kind|Number or address)", page.text)


def test_every_number_is_searched_and_tells_twins(cast: Cast, wang: Browser, liu: Contact) -> None:
    liu.further = [Reach(ReachKind.PHONE, "", "0411-8888 9999"),
                   Reach(ReachKind.EMAIL, "", "liu@other-firm.example")]  # fmt: skip
    db.session.commit()
    assert "刘洋" in wang.get("/contacts?q=8888+9999").text
    kept = set(db.session.scalars(select(Likeness.value).where(Likeness.record_id == liu.id)))
    assert {"+8641188889999", "other-firm.example"} <= kept


def test_a_further_number_tells_that_somebody_is_here_while_another_is_typed(
    cast: Cast, wang: Browser, liu: Contact
) -> None:
    liu.further = [Reach(ReachKind.PHONE, "", "0411-8888 9999"),
                   Reach(ReachKind.EMAIL, "", "Liu@other-firm.example")]  # fmt: skip
    db.session.commit()
    at = f"/likely-twins?customer_id={cast.sigma.id}"
    for typed in ("mobile=041188889999", "email=liu@other-firm.example",
                  "rows-0-value=041188889999", "rows-1-value=LIUYANG@sigma.example"):  # fmt: skip
        assert "刘洋" in wang.get(f"{at}&{typed}", htmx=True).text, typed
    assert "刘洋" not in wang.get(f"{at}&rows-0-label=041188889999", htmx=True).text
    form = wang.get(f"/customers/{cast.sigma.id}/contacts/new")
    row = {"rows-0-kind": "phone", "rows-0-label": "", "rows-0-value": "0411 88889999"}
    page = wang.submit(form, f"/customers/{cast.sigma.id}/contacts", status=422, name="张三", **row)
    assert "Perhaps here already" in page.text


def test_a_contact_is_taken_along_as_a_card(wang: Browser, liu: Contact) -> None:
    liu.further = [Reach(ReachKind.PHONE, "大连工厂", "0411-8888 9999")]
    db.session.commit()
    response = wang.client.get(f"/contacts/{liu.id}/card")
    assert response.mimetype == "text/vcard"
    assert response.headers["Cache-Control"] == "private, no-store"
    (card,) = read(response.data)
    assert (card.name, card.firm, card.title) == ("刘洋", liu.customer.name, "采购部长")
    assert card.phones == [("CELL", "13800001234"), ("大连工厂", "0411-8888 9999")]
    assert card.emails == [("", "liuyang@sigma.example")]


def test_a_list_is_exported_as_cards_by_who_may_export(
    app: Flask, cast: Cast, wang: Browser, liu: Contact
) -> None:
    li = Browser(app).sign_in("li")
    li.post("/exports/contacts?q=liuyang", {"format": "vcf"}, status=200, buffered=True)
    assert [card.name for card in read(li.last.data)] == ["刘洋"]
    assert ".vcf" in li.last.headers["Content-Disposition"]
    made = db.session.scalars(select(Event).where(Event.action == Action.EXPORT_MADE)).one()
    assert (made.particulars["format"], made.particulars["count"]) == ("vcf", 1)
    wang.post("/exports/contacts", {"format": "vcf"}, status=403)
    li.post("/exports/customers", {"format": "vcf"}, status=200, buffered=True)
    assert ".xlsx" in li.last.headers["Content-Disposition"]


def test_cards_are_shown_first_and_made_of_those_that_are_ticked(cast: Cast, wang: Browser) -> None:
    where = f"/customers/{cast.sigma.id}/contact-cards"
    file = (io.BytesIO(CARDS.encode()), "contacts.vcf")
    page = wang.post(where, {"file": file}, status=200, content_type="multipart/form-data")
    assert "张三 西格玛 · 0411-8765 4399, 139 0000 0001 · zhang@sigma.example" in page.text
    assert "Birthday May 17, 1980" in page.text
    assert "<b>李四</b>" in page.text
    assert len(db.session.scalars(select(Contact)).all()) == 1
    wang.submit(page, where, take="0")
    zhang = db.session.scalars(select(Contact).where(Contact.name == "张三")).one()
    assert (zhang.mobile, zhang.phone) == ("139 0000 0001", "0411-8765 4399")
    assert (zhang.email, zhang.customer) == ("zhang@sigma.example", cast.sigma)
    assert zhang.further == []
    assert len(db.session.scalars(select(Contact)).all()) == 2


def looked_at(wang: Browser, where: str, content: str, status: int = 200) -> Page:
    file = (io.BytesIO(content.encode()), "contacts.vcf")
    return wang.post(where, {"file": file}, status=status, content_type="multipart/form-data")


def test_what_a_contact_does_not_keep_of_a_card_is_named_and_the_rest_can_be_edited(
    cast: Cast, wang: Browser
) -> None:
    where = f"/customers/{cast.sigma.id}/contact-cards"
    numbers = [f"TEL:0411-8765 {number}" for number in range(4300, 4330)]
    lines = ["BEGIN:VCARD", "FN:张三", *numbers, "TEL:ask", "EMAIL:foo", "END:VCARD", ""]
    page = looked_at(wang, where, "\n".join(lines))
    assert "Left out: 0411-8765 4321" in page.text
    assert "4329, ask, foo" in page.text
    wang.submit(page, where, take="0")
    zhang = db.session.scalars(select(Contact).where(Contact.name == "张三")).one()
    assert (zhang.mobile, zhang.email, len(zhang.further)) == ("0411-8765 4300", None, 20)
    page = wang.get(f"/contacts/{zhang.id}/edit")
    assert "Add a number or address" not in page.text
    wang.submit(page, f"/contacts/{zhang.id}", title="厂长")
    assert zhang.title == "厂长"


def test_as_many_cards_as_are_shown_can_be_added(cast: Cast, wang: Browser) -> None:
    where = f"/customers/{cast.sigma.id}/contact-cards"
    note = "在展会上认识，" * 60
    cards = [f"BEGIN:VCARD\nFN:张{number}\nNOTE:{note}\nEND:VCARD\n" for number in range(500)]
    page = looked_at(wang, where, "".join(cards))
    wang.submit(page, where, take=[str(number) for number in range(500)])
    assert "500 contacts were added." in wang.follow().text


def test_a_file_that_is_too_much_is_refused_before_it_is_looked_at(
    cast: Cast, wang: Browser
) -> None:
    where = f"/customers/{cast.sigma.id}/contact-cards"
    picture = f"BEGIN:VCARD\nFN:张三\nPHOTO:{'A' * 5_000_000}\nEND:VCARD\n"
    assert "larger than 5 MB" in looked_at(wang, where, picture, 422).text
    chance = random.Random(7)
    note = "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(3000))
    cards = [f"BEGIN:VCARD\nFN:张三\nNOTE:{note}{at}\nEND:VCARD\n" for at in range(10)]
    looked_at(wang, where, "".join(cards))
    notes = ["".join(chance.choices(note, k=3000)) for _ in range(300)]
    cards = [f"BEGIN:VCARD\nFN:张三\nNOTE:{note}\nEND:VCARD\n" for note in notes]
    assert "too much text" in looked_at(wang, where, "".join(cards), 422).text


def test_what_was_shown_is_not_trusted(cast: Cast, wang: Browser) -> None:
    where = f"/customers/{cast.sigma.id}/contact-cards"
    for text in ("é", "x", "eJwDAAAAAAE=", CARDS):
        wang.post(where, {"text": text, "take": "0"}, status=422)
    assert len(db.session.scalars(select(Contact)).all()) == 1


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"name,phone\n"])
def test_a_file_without_cards_is_explained(cast: Cast, wang: Browser, content: bytes) -> None:
    where = f"/customers/{cast.sigma.id}/contact-cards"
    form = {"file": (io.BytesIO(content), "x.vcf")}
    page = wang.post(where, form, status=422, content_type="multipart/form-data")
    assert "No contacts were found in it" in page.text


def test_who_goes_to_another_firm_takes_their_history_along(
    cast: Cast, wang: Browser, liu: Contact
) -> None:
    other = Customer.register(Customer(name="营口阀门厂", owner=cast.wang), by=cast.wang)
    visit = Activity(customer=cast.sigma, contact=liu, summary="在西格玛谈的",
                     kind=cast.option(OptionList.ACTIVITY_KIND, "Visit"))  # fmt: skip
    Activity.log(visit, by=cast.wang)
    pumps = cast.pumps
    pumps.contact = liu
    db.session.commit()
    where = f"/contacts/{liu.id}"
    wang.submit(wang.get(f"{where}/move/new"), f"{where}/move", customer="营口阀门厂")
    assert (liu.customer, liu.is_primary, visit.customer) == (other, False, cast.sigma)
    moved = "刘洋 went from 大连西格玛流体控制有限公司 to 营口阀门厂"
    page = wang.get(where).text
    assert moved in page
    assert "在西格玛谈的" in page
    assert moved in wang.get(f"/customers/{cast.sigma.id}").text
    assert moved in wang.get(f"/customers/{other.id}").text
    assert "在西格玛谈的" not in wang.get(f"/customers/{other.id}").text
    # The deal goes on being about the person it was about.
    edit = wang.get(f"/deals/{pumps.id}/edit")
    wang.submit(edit, f"/deals/{pumps.id}", product="磁力泵")
    assert pumps.contact is liu


def test_nobody_goes_where_one_may_not_look_or_write(
    cast: Cast, wang: Browser, liu: Contact
) -> None:
    where, western = f"/contacts/{liu.id}/move", cast.western
    form = wang.get(f"{where}/new")
    wang.submit(form, where, 422, customer=western.name)
    deal = Deal(name="西安的机会", customer=western, owner=cast.wang)
    Deal.open(deal, cast.stages[0], by=cast.wang)
    db.session.commit()
    page = wang.submit(form, where, 422, customer=western.name)
    assert "You may not change this customer." in page.text
    assert liu.customer == cast.sigma
