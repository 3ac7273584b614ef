"""The public pool in the browser: settings, claiming, giving, and what may be seen before."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import (
    Action,
    Company,
    Contact,
    Customer,
    Deal,
    Event,
    OptionList,
    Ownership,
    PoolClaimants,
    PoolRule,
    Role,
    User,
)
from crm.queries.silence import keep_the_pool
from tests.cast import Cast
from tests.page import Browser
from tests.waiting import PATIENCE

# Of somebody at a firm in the pool: not to be read before it is claimed.
SECRETS = ("邱晓燕", "13955550123", "qiu@canary.example", "采购科长")


@pytest.fixture
def pool(cast: Cast) -> None:
    """A pool from which everybody may own up to three."""
    company = Company.current()
    company.pool_limit, company.pool_rest_days = 3, 30
    db.session.commit()


@pytest.fixture
def lying(cast: Cast, pool: None) -> Customer:
    """A customer in the pool that Zhou's West gave up, and somebody there."""
    wu, admin = cast.wu, cast.admin
    customer = Customer.register(Customer(name="静安仪表", owner=wu, phone="021-5555 0100"), by=wu)
    name, mobile, email, title = SECRETS
    Contact.register(
        Contact(customer=customer, name=name, mobile=mobile, email=email, title=title), by=admin
    )
    customer.release(by=wu)
    db.session.commit()
    return customer


def test_the_settings_open_it(cast: Cast, browser: Browser) -> None:
    admin = browser.sign_in("admin")
    page = admin.get("/settings/pool")
    admin.submit(page, "/settings/pool", status=422, is_open="1")
    assert "How many may each own?" in admin.last.get_data(as_text=True)
    admin.submit(page, "/settings/pool", is_open="1", pool_limit="50", pool_rest_days="14",
                 pool_claimants="managers", days_0="60")  # fmt: skip
    company = db.session.get_one(Company, 1)
    assert (company.pool_limit, company.pool_rest_days) == (50, 14)
    assert company.pool_claimants is PoolClaimants.MANAGERS
    assert PoolRule.all_of() == {None: 60}
    assert "up to 50 customers each" in admin.get("/settings").text
    page = admin.get("/settings/pool")
    assert page.form("/settings/pool")["fields"]["days_0"] == "60"
    fields = page.form("/settings/pool")["fields"] | {"days_0": ""}
    fields.pop("is_open")
    admin.post("/settings/pool", fields)
    assert db.session.get_one(Company, 1).pool_limit is None
    assert PoolRule.all_of() == {}
    last = db.session.scalars(
        select(Event).where(Event.action == Action.COMPANY_CHANGED).order_by(Event.id.desc())
    ).first()
    assert last is not None
    assert last.particulars["changes"]["pool_rules"] == ["— 60\n— 60", ""]


def test_two_administrators_at_once_lose_nothing(app: Flask, cast: Cast) -> None:
    User.join("另一位", roles={Role.ADMINISTRATOR}, username="other")
    db.session.commit()
    first, second = Browser(app).sign_in("admin"), Browser(app).sign_in("other")
    typed = {"is_open": "1", "pool_limit": "50", "pool_rest_days": "14", "pool_claimants": "sales"}
    first.submit(first.get("/settings/pool"), "/settings/pool", **typed, days_0="60")
    page, stale = first.get("/settings/pool"), second.get("/settings/pool")
    first.submit(page, "/settings/pool", days_0="90")  # nothing but a rule
    grade = cast.option(OptionList.GRADE, "B Regular")
    days = f"days_{grade.id}"
    asked = second.submit(stale, "/settings/pool", status=409, **{days: "30"})
    assert PoolRule.all_of() == {None: 90}
    assert "Without a grade" in asked.text
    fields = asked.form("/settings/pool")["fields"]
    assert (fields["days_0"], fields[days]) == ("60", "30")
    assert "90" in asked.text
    second.submit(asked, "/settings/pool", days_0="90")
    db.session.rollback()
    assert PoolRule.all_of() == {None: 90, grade.id: 30}
    version = db.session.get_one(Company, 1).version
    db.session.rollback()
    second.submit(second.get("/settings/pool"), "/settings/pool")
    assert db.session.get_one(Company, 1).version == version  # nothing said, nothing changed


def test_without_a_pool_nothing_of_it_is_shown(cast: Cast, browser: Browser) -> None:
    wang = browser.sign_in("wang")
    assert "ublic pool" not in wang.get("/customers").text
    page = wang.get(f"/customers/{cast.sigma.id}")
    assert "to the pool" not in page.text
    wang.post(f"/customers/{cast.sigma.id}/release", status=403)


def test_what_lies_there_is_a_view_of_the_list(browser: Browser, lying: Customer) -> None:
    wang = browser.sign_in("wang")
    page = wang.get("/customers?owner=none")
    assert "Public pool" in page.text
    assert lying.name in page.text
    assert "西格玛" not in page.text
    assert 'value="claim"' in page.html
    assert 'value="claim"' not in wang.get("/customers").html


def test_it_is_claimed_and_then_its_people_are_seen(browser: Browser, lying: Customer) -> None:
    wang, page_of = browser.sign_in("wang"), f"/customers/{lying.id}"
    page = wang.get(page_of)
    assert "021-5555 0100" in page.text
    assert "1 contact is shown to whoever claims it." in page.text
    wang.submit(page, f"{page_of}/claim")
    page = wang.follow()
    assert "静安仪表 is yours now." in page.text
    assert "邱晓燕" in page.text


@pytest.mark.parametrize("path", [
    "/customers/{id}", "/customers/{id}?show=changes", "/contacts", "/contacts?q=邱",
    "/contacts?customer={id}", "/contacts?missing=decision_role", "/search?q=邱晓燕",
    "/search?q=13955550123", "/contact-options?q=邱&customer_id={id}", "/customers?q=13955550123",
    "/likely-twins?customer_id={id}&name=邱晓燕", "/contacts/{contact}", "/",
])  # fmt: skip
def test_nobody_reads_of_its_people_before(
    cast: Cast, browser: Browser, lying: Customer, path: str
) -> None:
    """Who gave it up is one of the others again; managers as well."""
    contact = db.session.scalars(select(Contact.id).where(Contact.customer_id == lying.id)).one()
    address = path.format(id=lying.id, contact=contact)
    for who in ("wang", "wu", "zhou"):
        status = 404 if "{contact}" in path else 200
        html = browser.sign_in(who).get(address, status=status, htmx="options" in path).html
        assert not [secret for secret in SECRETS if secret not in path and secret in html], who


def test_the_reasons_against_a_claim_are_told(
    cast: Cast, browser: Browser, lying: Customer
) -> None:
    path = f"/customers/{lying.id}/claim"
    wu = browser.sign_in("wu")
    wu.post(path)
    assert "others come first" in wu.follow().text
    Company.current().pool_limit = 1
    db.session.commit()
    wang = browser.sign_in("wang")
    wang.post(path)
    assert "as many customers as the pool allows" in wang.follow().text
    wang.post(f"/customers/{cast.western.id}/claim")
    assert "Somebody else was quicker" in wang.follow().text
    wang.post("/customers/999999/claim")
    assert "Somebody else was quicker" in wang.follow().text
    company = Company.current()
    company.pool_limit, company.pool_claimants = 3, PoolClaimants.MANAGERS
    db.session.commit()
    wang.post(path, status=403)
    browser.sign_in("li").post(path)
    browser.sign_in("fin").post(path, status=403)
    assert lying.owner == cast.li


def test_several_are_claimed_at_once_up_to_the_limit(
    cast: Cast, browser: Browser, lying: Customer
) -> None:
    others = [Customer.register(Customer(name=f"无主{number}"), by=None) for number in range(3)]
    db.session.commit()
    wang = browser.sign_in("wang")
    ids = [str(customer.id) for customer in [lying, *others]]
    wang.post("/batches/customers?owner=none", {"deed": "claim", "record": ids})
    page = wang.follow()
    assert "2 changed." in page.text
    assert "as many customers as the pool allows" in page.text
    owned = select(Customer.id).where(Customer.owner_id == cast.wang.id)
    assert len(db.session.scalars(owned).all()) == 3


def test_giving_and_taking_back_is_as_if_nothing_was(
    cast: Cast, browser: Browser, pool: None
) -> None:
    sigma, wang = cast.sigma, browser.sign_in("wang")
    before = db.session.scalars(Ownership.of(sigma)).one().began_at
    clock.set_to(clock.now() + timedelta(minutes=5))
    page = wang.get(f"/customers/{sigma.id}")
    assert "Give 大连西格玛流体控制有限公司 to the pool?" in page.text
    wang.submit(page, f"/customers/{sigma.id}/release")
    page = wang.follow()
    assert sigma.owner is None
    wang.submit(page, f"/customers/{sigma.id}/release/undo")
    db.session.expire_all()
    (ownership,) = db.session.scalars(Ownership.of(sigma)).all()
    assert (ownership.owner.username, ownership.began_at, ownership.ended_at) == (
        "wang", before, None,
    )  # fmt: skip


def test_taking_back_does_not_pass_the_limit(cast: Cast, browser: Browser, lying: Customer) -> None:
    wang, company = browser.sign_in("wang"), Company.current()
    company.pool_limit = 1
    sigma_id, lying_id = cast.sigma.id, lying.id
    db.session.commit()
    wang.submit(wang.get(f"/customers/{sigma_id}"), f"/customers/{sigma_id}/release")
    wang.post(f"/customers/{lying_id}/claim")
    db.session.expire_all()
    assert lying.owner == cast.wang
    wang.post(f"/customers/{sigma_id}/release/undo")
    assert "as many customers as the pool allows" in wang.follow().text
    db.session.expire_all()
    assert cast.sigma.owner is None


def test_what_lies_in_the_trash_counts(cast: Cast, browser: Browser, lying: Customer) -> None:
    wang, company = browser.sign_in("wang"), Company.current()
    company.pool_limit = 1
    cast.sigma.trash(by=cast.wang)
    lying_id = lying.id
    db.session.commit()
    wang.post(f"/customers/{lying_id}/claim")
    assert "as many customers as the pool allows" in wang.follow().text


@pytest.mark.parametrize("who", ["zhao", "li"])
def test_only_who_leads_gives_what_lies_in_the_pool_to_somebody(
    cast: Cast, browser: Browser, pool: None, who: str
) -> None:
    sigma_id, zhao_id = cast.sigma.id, cast.zhao.id
    cast.sigma.let_help(cast.li, by=cast.admin)
    cast.sigma.release(by=cast.wang)
    db.session.commit()
    me, batch = browser.sign_in(who), {"deed": "owner", "asked": "1", "owner": "赵磊"}
    me.post("/batches/customers?owner=none", batch | {"record": [str(sigma_id)]})
    db.session.expire_all()
    assert (cast.sigma.owner_id == zhao_id) is (who == "li")
    if who == "zhao":
        page = me.get(f"/customers/{sigma_id}/edit")
        page = me.submit(page, f"/customers/{sigma_id}", 422, owner="赵磊")
        assert "claim it there" in page.text


def test_what_somebody_else_gave_or_took_is_not_taken_back(
    cast: Cast, browser: Browser, lying: Customer
) -> None:
    undo = f"/customers/{lying.id}/release/undo"
    wang = browser.sign_in("wang")
    wang.post(undo)
    assert "too late" in wang.follow().text
    lying.claim(by=cast.wang)
    db.session.commit()
    wu = browser.sign_in("wu")
    wu.post(undo)
    assert "Somebody else was quicker" in wu.follow().text
    assert lying.owner == cast.wang


def test_what_changed_hands_since_is_not_taken_back(
    cast: Cast, browser: Browser, lying: Customer
) -> None:
    """Whoever presses an old "Undo" gives nobody a customer."""
    for person in (cast.wang, cast.zhao):
        clock.set_to(clock.now() + timedelta(minutes=5))
        lying.claim(by=person)
        clock.set_to(clock.now() + timedelta(minutes=5))
        lying.release(by=person)
    db.session.commit()
    for name in ("wu", "wang"):
        caller = browser.sign_in(name)
        caller.post(f"/customers/{lying.id}/release/undo")
        assert "too late" in caller.follow().text
        assert lying.owner is None
    clock.set_to(clock.now() + timedelta(minutes=5))
    lying.give_to(cast.sun, by=cast.admin)
    db.session.commit()
    lying.owner = None
    lying.note_changes(by=cast.admin)
    db.session.commit()
    zhao = browser.sign_in("zhao")
    zhao.post(f"/customers/{lying.id}/release/undo")
    assert "too late" in zhao.follow().text
    assert lying.owner is None


def test_what_a_manager_gave_away_again_is_not_taken_back(
    cast: Cast, browser: Browser, pool: None
) -> None:
    sigma, wang, manager = cast.sigma, cast.wang, cast.li
    sigma.release(by=wang)
    db.session.commit()
    sigma.take_back(by=wang)
    db.session.commit()
    sigma.release(by=manager)
    db.session.commit()
    caller = browser.sign_in("wang")
    caller.post(f"/customers/{sigma.id}/release/undo")
    assert "too late" in caller.follow().text
    assert sigma.owner is None


def test_a_deal_is_no_way_around_claiming(cast: Cast, browser: Browser, lying: Customer) -> None:
    wang = browser.sign_in("wang")
    form = wang.get(f"/deals/new?customer={lying.id}")
    page = wang.submit(form, "/deals", status=422, name="仪表", customer="静安仪表")
    assert "claim it first" in page.text
    vague = cast.vague
    page = wang.get(f"/deal/{vague.id}/fields/customer/edit".replace("/deal/", "/deals/"))
    wang.submit(page, "fields/customer", status=422, customer="静安仪表")
    assert not db.session.scalars(select(Deal).where(Deal.customer_id == lying.id)).all()


def test_today_says_what_goes_to_the_pool(cast: Cast, browser: Browser, pool: None) -> None:
    wang = cast.wang
    quiet = Customer.register(Customer(name="静安仪表", owner=wang), by=wang)
    db.session.add(PoolRule(grade_id=None, days=60))
    db.session.commit()
    clock.set_to(clock.now() + timedelta(days=55))
    keep_the_pool()
    db.session.commit()
    mine = browser.sign_in("wang")
    assert "goes to the pool on" in mine.get("/").text
    assert "goes to the pool on" in mine.get(f"/customers/{quiet.id}").text
    page = mine.get("/")
    mine.submit(page, f"/customers/{quiet.id}/activities", summary="打过电话")
    clock.set_to(clock.now() + timedelta(minutes=1))
    assert "goes to the pool on" not in mine.get("/").text


def test_of_two_who_claim_at_once_one_gets_it(app: Flask, cast: Cast, lying: Customer) -> None:
    id, names = lying.id, ("wang", "zhao", "sun", "li")
    browsers = [Browser(app).sign_in(name) for name in names]
    tokens = [browser.token() for browser in browsers]
    together = threading.Barrier(len(names))
    locations: list[str] = []

    def claim(browser: Browser, token: str) -> None:
        together.wait(PATIENCE)
        answer = browser.client.post(f"/customers/{id}/claim", data={"csrf_token": token})
        locations.append(answer.headers["Location"])

    threads = [
        threading.Thread(target=claim, args=pair) for pair in zip(browsers, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(locations) == [f"/customers/{id}", *["/customers?owner=none"] * 3]
    db.session.expire_all()
    claimed = select(Event).where(Event.action == Action.CUSTOMER_CLAIMED)
    (event,) = db.session.scalars(claimed).all()
    owner = db.session.get_one(User, event.by_id)
    assert db.session.get_one(Customer, id).owner == owner


@pytest.mark.parametrize("verb", ["claim", "release/undo"])
def test_a_customer_beyond_what_is_counted_is_not_found(
    browser: Browser, pool: None, verb: str
) -> None:
    browser.sign_in("wang").post(f"/customers/99999999999999999999/{verb}", status=404)
