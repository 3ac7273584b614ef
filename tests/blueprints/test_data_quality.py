"""Data quality: every figure is the number of rows of the list to which it leads."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from crm import clock
from crm.extensions import db
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.quality import COUNTED, ContactDoubt, ContactGap, Doubt, Gap
from crm.models import Activity, Contact, Customer, Deal, OptionList, Reach, ReachKind
from crm.queries.data_quality import quality_of
from crm.queries.related import view_of
from crm.queries.telephones import telephones
from crm.queries.timeline import Wanted
from tests.cast import Cast
from tests.page import Browser
from tests.queries_counted import counted


@pytest.fixture
def poor(cast: Cast) -> Customer:
    """A customer of Wang's of which nothing is right."""
    wang = cast.wang
    poor = Customer.register(
        Customer(name="测试", owner=wang, phone="12", website="nowhere"), by=wang
    )
    Contact.register(
        Contact(customer=poor, name="x", mobile="call me", email="x@", birthday=date(2030, 1, 1)),
        by=wang,
    )
    db.session.commit()
    return poor


def names(cast: Cast, who: str, query: str) -> set[str]:
    kind = ContactFilter if query.startswith("contacts?") else CustomerFilter
    chosen = kind.parse_text(query.partition("?")[2]).narrow(getattr(cast, who))
    return {record.name for record in db.session.scalars(chosen)}


@pytest.mark.parametrize("doubt", [each for each in Doubt if each is not Doubt.SHORT])
def test_what_is_hardly_meant_at_a_customer_is_listed(
    cast: Cast, poor: Customer, doubt: Doubt
) -> None:
    assert names(cast, "li", f"customers?doubt={doubt}") == {"测试"}


@pytest.mark.parametrize("doubt", [each for each in ContactDoubt if each != "trial"])
def test_what_is_hardly_meant_at_a_contact_is_listed(
    cast: Cast, poor: Customer, doubt: ContactDoubt
) -> None:
    assert names(cast, "li", f"contacts?doubt={doubt}") == {"x"}


@pytest.mark.parametrize("phone", ["0411-8765 4321", "+86 (411) 8765 4321 转 12", "1380000 1234"])
@pytest.mark.parametrize("website", ["https://www.sigma.example/zh?q=1", "sigma.cn", None])
def test_what_may_well_be_meant_is_not(cast: Cast, phone: str, website: str | None) -> None:
    cast.sigma.phone, cast.sigma.website, cast.sigma.name = phone, website, "测试仪器厂"
    db.session.commit()
    assert names(cast, "li", f"customers?doubt={','.join(Doubt)}") == set()
    assert names(cast, "li", f"contacts?doubt={','.join(ContactDoubt)}") == set()


def test_what_is_missing_is_listed(cast: Cast, poor: Customer) -> None:
    for gap in Gap:
        found = names(cast, "li", f"customers?missing={gap}")
        assert found == {
            Gap.PHONE: set(), Gap.CONTACT: set(), Gap.OWNER: set(),
            Gap.WEBSITE: {cast.sigma.name},
        }.get(gap, {cast.sigma.name, "测试"}), gap  # fmt: skip
    assert names(cast, "li", f"contacts?missing={ContactGap.DECISION_ROLE}") == {"刘洋", "x"}
    assert names(cast, "zhou", "customers?missing=contact,phone") == {cast.western.name}


def test_a_customer_is_as_complete_on_its_page_as_among_all(cast: Cast) -> None:
    western = cast.western
    grade = cast.option(OptionList.GRADE, "B Regular")
    source = cast.option(OptionList.SOURCE, "Referral")
    for values in ({}, {"grade": grade, "phone": "029-8765 4321"}, {"source": source}):
        for name, value in values.items():
            setattr(western, name, value)
        db.session.commit()
        viewed = view_of(western, cast.admin, Wanted())
        lists = {gap: names(cast, "admin", f"customers?missing={gap}") for gap in COUNTED}
        assert list(viewed.missing) == [gap for gap in COUNTED if western.name in lists[gap]]
        assert viewed.completeness == 100 * (8 - len(viewed.missing)) // 8
        (share,) = (
            each for each in quality_of(cast.admin, 90).owners if each.user == western.owner
        )
        assert share.percent == viewed.completeness


def test_a_further_number_is_a_number(cast: Cast, poor: Customer) -> None:
    person = db.session.scalars(Contact.at(poor)).one()
    poor.phone = person.mobile = person.email = None
    db.session.commit()
    assert names(cast, "li", "customers?missing=phone") == {"测试"}
    assert names(cast, "li", "contacts?missing=phone") == {"x"}
    assert telephones([poor.id], cast.li) == {}
    # What a value says is not taken for its kind.
    person.further = [Reach(ReachKind.EMAIL, '"kind": "phone"', '"kind": "phone"@x.example')]
    db.session.commit()
    assert names(cast, "li", "contacts?missing=phone") == {"x"}
    assert "x" not in names(cast, "li", "contacts?missing=email")
    person.further = [Reach(ReachKind.PHONE, "工厂", "0411-8888 9999")]
    db.session.commit()
    assert names(cast, "li", "customers?missing=phone") == set()
    assert names(cast, "li", "contacts?missing=phone") == set()
    assert "x" in names(cast, "li", "contacts?missing=email")
    assert telephones([poor.id], cast.li)[poor.id].number == "0411-8888 9999"


@pytest.mark.parametrize(
    ("kind", "value", "doubt"),
    [
        (ReachKind.PHONE, "12", "phone"),
        (ReachKind.EMAIL, "li@@firm.cn", "email"),
        (ReachKind.EMAIL, "li at firm.cn", "email"),
    ],
)
def test_a_further_number_or_address_can_be_hardly_meant(
    cast: Cast, kind: ReachKind, value: str, doubt: str
) -> None:
    fine = [Reach(ReachKind.PHONE, "", "0411-8888 7777"), Reach(ReachKind.EMAIL, "", "li@firm.cn")]
    person = db.session.scalars(Contact.at(cast.sigma)).first()
    assert person is not None
    person.further = fine
    db.session.commit()
    address = f"contacts?doubt={doubt}"
    assert person.name not in names(cast, "li", address)
    person.further = [*fine, Reach(kind, "", value)]
    db.session.commit()
    assert person.name in names(cast, "li", address)
    other = "email" if doubt == "phone" else "phone"
    assert person.name not in names(cast, "li", f"contacts?doubt={other}")


def test_silence_is_counted_from_the_last_contact_one_knows_of(cast: Cast) -> None:
    clock.set_to(clock.now() + timedelta(days=100))
    Activity.log(
        Activity(customer=cast.sigma, summary="电话",
                 kind=cast.option(OptionList.ACTIVITY_KIND, "Call")), by=cast.wang)  # fmt: skip
    db.session.commit()
    assert names(cast, "admin", "customers?silent=90") == {cast.western.name}
    assert names(cast, "admin", "customers?silent=101") == set()
    assert names(cast, "admin", f"customers?silent={2**31 - 1}") == set()
    clock.set_to(clock.now() + timedelta(days=90, hours=1))
    assert names(cast, "li", "customers?silent=90") == {cast.sigma.name}


@pytest.mark.parametrize("who", ["li", "zhou", "admin"])
def test_each_figure_is_the_length_of_its_list(
    cast: Cast, browser: Browser, poor: Customer, who: str
) -> None:
    clock.set_to(clock.now() + timedelta(days=100))
    user = getattr(cast, who)
    quality = quality_of(user, 90)
    for line in (*quality.fields, *quality.contacts, *quality.doubts):
        rows = db.session.scalars(line.filter.narrow(user)).all()
        assert len(rows) == line.count, line.title
    for share in (quality.whole, *quality.owners, *quality.teams):
        assert len(db.session.scalars(share.filter.narrow(user)).all()) == share.count
        silent = share.silent_for(90).narrow(user)
        assert len(db.session.scalars(silent).all()) == share.silent
        for gap, lacking in share.gaps.items():
            assert len(db.session.scalars(share.lacking(gap).narrow(user)).all()) == lacking
    page = browser.sign_in(who).get("/data-quality")
    for href in set(re.findall(r'href="(/(?:customers|contacts|deals)\?[^"]+)"', page.html)):
        assert "Nothing fits" not in browser.get(href.replace("&amp;", "&")).text, href


def test_managers_read_of_their_own_people_alone(cast: Cast, browser: Browser) -> None:
    page = browser.sign_in("zhou").get("/data-quality?days=7")
    assert "吴迪" in page.text
    assert "王芳" not in page.text
    assert "1 customer, 0% complete" in page.text
    for days in ("x", "-3", "0", "99999999999", ""):
        browser.get(f"/data-quality?days={days}")


def test_an_amount_far_above_the_others_is_told_of(cast: Cast) -> None:
    wang = cast.wang
    for number in range(12):
        deal = Deal(name=f"泵 {number}", customer=cast.sigma, owner=wang)
        deal.set_amount(Decimal(1000 + number), "CNY")
        Deal.open(deal, cast.stages[0], by=wang)
    db.session.commit()
    lines = quality_of(cast.li, 90).doubts
    (line,) = [line for line in lines if line.filter.name() == "deals"]
    found = db.session.scalars(line.filter.narrow(cast.li)).all()
    assert [deal.name for deal in found] == [cast.pumps.name]
    assert line.count == 1


def test_the_page_asks_as_much_of_many_as_of_few(
    app: Flask, cast: Cast, browser: Browser, poor: Customer
) -> None:
    admin = browser.sign_in("admin")
    with counted(app) as few:
        admin.get("/data-quality")
    for owner in (cast.wang, cast.zhao, cast.sun, cast.wu, cast.zhou):
        Customer.register(Customer(name=f"{owner.name}的客户", owner=owner), by=owner)
    db.session.commit()
    with counted(app) as many:
        admin.get("/data-quality")
    assert len(many) <= len(few)
