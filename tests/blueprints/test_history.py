"""The history of a record: every field with what it said before and after, for who sees it."""

from __future__ import annotations

import re
from decimal import Decimal

from crm.extensions import db
from crm.models import (
    Company,
    Contact,
    Customer,
    CustomField,
    CustomNoun,
    FieldKind,
    OptionList,
    Reach,
    ReachKind,
)
from crm.nouns import NOUNS
from tests.cast import Cast
from tests.claims import draft
from tests.page import Browser, Page


def rows(page: Page) -> list[list[str]]:
    """The cells of the table's lines, as they read."""
    lines = re.findall(r"<tr>.*?</tr>", page.html.partition("<tbody>")[2], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S) for line in lines]
    return [[Page(cell).text for cell in line] for line in cells]


def test_each_field_has_a_line_with_both_values_who_and_when(cast: Cast, browser: Browser) -> None:
    sigma, zhao, grade = cast.sigma, cast.zhao, cast.option(OptionList.GRADE, "A Key customer")
    sigma.phone, sigma.grade = "0411-1", grade
    sigma.note_changes(by=zhao)
    db.session.commit()
    page = browser.sign_in("wang").get(f"/history/customer/{sigma.id}")
    found = rows(page)
    assert ["Phone", "0411-8765 4321", "0411-1", "磊 赵磊", "Jun 17, 2026 12:00 PM"] in found
    assert ["Grade", "—", "A Key customer"] in [row[:3] for row in found]
    assert found[-1][0] == "Customer added"


def test_it_is_narrowed_to_one_field(cast: Cast, browser: Browser) -> None:
    sigma, wang = cast.sigma, cast.wang
    for phone, address in (("1", "a"), ("2", "a"), ("2", "b")):
        sigma.phone, sigma.address = phone, address
        sigma.note_changes(by=wang)
        db.session.flush()
    db.session.commit()
    page = browser.sign_in("wang").get(f"/history/customer/{sigma.id}?field=address")
    assert [row[:3] for row in rows(page)] == [["Address", "a", "b"], ["Address", "—", "a"]]
    page = browser.get(f"/history/customer/{sigma.id}?field=website")
    assert "never changed" in page.text
    assert len(rows(browser.get(f"/history/customer/{sigma.id}?field=nonsense"))) == 5


def test_stages_and_owners_are_fields_too(cast: Cast, browser: Browser) -> None:
    wang = cast.wang
    cast.pumps.move_to(cast.stages[2], by=wang)
    cast.pumps.note_changes(by=wang)
    cast.pumps.give_to(cast.zhao, by=wang)
    db.session.commit()
    page = browser.sign_in("wang").get(f"/history/deal/{cast.pumps.id}?field=stage")
    assert [row[0] for row in rows(page)] == ["Stage"]
    page = browser.get(f"/history/deal/{cast.pumps.id}?field=owner")
    assert rows(page)[0][:3] == ["Owner", "王芳", "赵磊"]


def test_helpers_further_numbers_and_the_firm_of_a_contact_are_fields_too(
    cast: Cast, browser: Browser
) -> None:
    wang, sigma = cast.wang, cast.sigma
    liu = db.session.scalars(Contact.at(sigma)).one()
    liu.further = [Reach(ReachKind.PHONE, "工厂", "0411-8888 9999")]
    liu.note_changes(by=wang)
    plant = Customer.register(Customer(name="西格玛二厂", owner=wang), by=wang)
    db.session.flush()
    liu.move_to(plant, by=wang)
    sigma.let_help(cast.sun, by=wang)
    db.session.commit()
    browser.sign_in("wang")
    for path, line in (
        (f"contact/{liu.id}?field=reaches",
         ["More numbers and addresses", "—", "工厂: 0411-8888 9999"]),
        (f"contact/{liu.id}?field=customer", ["Customer", sigma.name, "西格玛二厂"]),
        (f"customer/{sigma.id}?field=collaborators", ["Collaborators", "—", cast.sun.name]),
    ):  # fmt: skip
        assert [row[:3] for row in rows(browser.get(f"/history/{path}"))] == [line]
    whole = browser.get(f"/history/customer/{sigma.id}")
    assert f"刘洋 went from {sigma.name} to 西格玛二厂" in whole.text


def test_a_field_of_the_firms_own_stands_among_them(cast: Cast, browser: Browser) -> None:
    own = CustomField(noun=CustomNoun.CUSTOMER, kind=FieldKind.MONEY, label_zh="授信",
                      label_en="Credit")  # fmt: skip
    db.session.add(own)
    db.session.flush()
    sigma, wang = cast.sigma, cast.wang
    sigma.set_custom(own, Decimal("1200.50"))
    sigma.note_changes(by=wang)
    db.session.commit()
    browser.sign_in("wang")
    page = browser.get(f"/history/customer/{cast.sigma.id}?field={own.key}")
    assert len(rows(page)) == 1
    assert "Credit" in page.text


def test_it_is_turned_page_by_page(cast: Cast, browser: Browser) -> None:
    sigma, wang = cast.sigma, cast.wang
    for n in range(60):
        sigma.address = f"路 {n} 号"
        sigma.note_changes(by=wang)
        db.session.flush()
    db.session.commit()
    page = browser.sign_in("wang").get(f"/history/customer/{cast.sigma.id}?field=address")
    assert len(rows(page)) == 50
    (older_link,) = [tag["href"] for _, tag in page.tags if "after=" in tag.get("href", "")]
    older = browser.get(older_link)
    assert [row[1:3] for row in rows(older)][-1] == ["—", "路 0 号"]


def test_who_sees_the_record_sees_its_history_and_nobody_else(cast: Cast, browser: Browser) -> None:
    wang = cast.wang
    contact = db.session.scalars(Contact.at(cast.sigma)).one()
    records = {"customer": cast.sigma, "contact": contact, "deal": cast.pumps,
               "claim": draft(cast)}  # fmt: skip
    db.session.commit()
    ids = {noun: record.id for noun, record in records.items()}
    for who, status in (("wang", 200), ("li", 200), ("wu", 404), ("zhou", 404)):
        browser.sign_in(who)
        for noun, id in ids.items():
            browser.get(f"/history/{noun}/{id}", status=status)
    assert set(ids) < set(NOUNS)
    cast.sigma.trash(by=wang)
    db.session.commit()
    browser.sign_in("wang").get(f"/history/customer/{ids['customer']}", status=404)


def test_the_page_of_a_record_leads_to_it(cast: Cast, browser: Browser) -> None:
    page = browser.sign_in("wang").get(f"/deals/{cast.pumps.id}")
    assert f"/history/deal/{cast.pumps.id}" in page.html


def test_what_was_taken_back_from_the_pool_is_a_change_of_owner(
    cast: Cast, browser: Browser
) -> None:
    sigma, wang = cast.sigma, cast.wang
    Company.current().pool_limit = 9
    sigma.release(by=wang)
    db.session.commit()
    sigma.take_back(by=wang)
    db.session.commit()
    page = browser.sign_in("wang").get(f"/history/customer/{sigma.id}?field=owner")
    assert [row[1:3] for row in rows(page)] == [["—", "王芳"], ["王芳", "—"]]


def test_a_firm_that_the_reader_does_not_see_is_not_named(cast: Cast, browser: Browser) -> None:
    admin, group = (
        cast.admin,
        Customer.register(Customer(name="机密集团", owner=cast.zhou), by=None),
    )
    db.session.flush()
    sigma = cast.sigma
    sigma.parent = group
    sigma.note_changes(by=admin)
    db.session.commit()
    for who, named in (("wang", False), ("admin", True)):
        me = browser.sign_in(who)
        for path in (f"/customers/{sigma.id}", f"/history/customer/{sigma.id}?field=parent"):
            assert ("机密集团" in me.get(path).text) is named, (who, path)
    assert "another customer" in browser.sign_in("wang").get(path).text
