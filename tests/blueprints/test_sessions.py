"""Signing in and out, devices, passwords, the first set-up, preferences and settings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import clock
from crm.demo.people import OFFERED
from crm.demo.people import PASSWORD as DEMO_PASSWORD
from crm.extensions import db
from crm.models import Company, Event, OneTimeLink, SignInAttempt, User, UserSession
from crm.models.session import LinkPurpose
from crm.signing_in import DEVICE_COOKIE, SESSION_COOKIE
from tests.cast import PASSWORD, Cast
from tests.page import Browser, Page

NEW = "a long new one"
PLACES = ("https://evil.test/", "//evil.test", "/\\evil.test", "\\\\evil.test",
          "javascript:alert(1)", "/\t/evil.test", "http:evil.test", "///evil.test",
          "evil.test")  # fmt: skip


def sign_in(browser: Browser, login: str = "wang", password: str = PASSWORD, *, status: int = 303,
            **typed: str) -> Page:  # fmt: skip
    return browser.post("/sign-in", {"login": login, "password": password, **typed}, status=status)


@pytest.mark.parametrize("login", ["wang", "WANG", " wang ", "wang@example.com"])
def test_signing_in_by_name_or_address(cast: Cast, browser: Browser, login: str) -> None:
    sign_in(browser, login)
    assert "王芳" in browser.follow().text
    cookie = browser.last.request.cookies[SESSION_COOKIE]
    digests = db.session.scalars(select(UserSession.digest)).all()
    assert len(cookie) == 64
    assert cookie not in digests, "only its hash is stored"


def test_only_the_demo_offers_its_people_and_their_password(cast: Cast, browser: Browser) -> None:
    manager = cast.li
    manager.username = OFFERED[0]
    manager.set_password(DEMO_PASSWORD)
    db.session.commit()
    assert DEMO_PASSWORD not in browser.get("/sign-in").html
    Company.current().is_demo = True
    db.session.commit()
    _form, offered = (form for form in browser.get("/sign-in").forms
                      if form["action"] == "/sign-in")  # fmt: skip
    browser.post("/sign-in", offered["fields"], status=303)
    assert "李敏" in browser.follow().text


def test_the_answer_does_not_tell_whether_the_user_exists(cast: Cast, browser: Browser) -> None:
    pages = [sign_in(browser, login, "wrong password", status=422).text
             for login in ("wang", "nobody", "gone")]  # fmt: skip
    pages.append(sign_in(browser, "gone", status=422).text)
    assert len(set(pages)) == 1


def test_after_ten_failures_even_the_right_password_waits(cast: Cast, browser: Browser) -> None:
    for _ in range(10):
        sign_in(browser, password="wrong password", status=422)
    sign_in(browser, status=429)
    sign_in(browser, "li")
    clock.set_to(clock.now() + timedelta(minutes=15, seconds=1))
    sign_in(browser)


def test_one_address_cannot_try_every_account(cast: Cast, browser: Browser) -> None:
    for number in range(50):
        SignInAttempt.failed(f"user{number}", "127.0.0.1")
    sign_in(browser, status=429)


@pytest.mark.parametrize("place", PLACES)
def test_signing_in_leads_nowhere_else(cast: Cast, browser: Browser, place: str) -> None:
    page = browser.get("/sign-in", query_string={"next": place})
    browser.submit(page, "/sign-in", login="wang", password=PASSWORD, next=place)
    assert browser.location == "/"
    browser.post("/preferences", {"theme": "dark", "next": place})
    assert browser.location == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(cast: Cast, browser: Browser) -> None:
    browser.get("/customers?q=dlxgm", status=303)
    browser.submit(browser.follow(), "/sign-in", login="wang", password=PASSWORD)
    assert browser.location == "/customers?q=dlxgm"


def test_a_session_lost_during_htmx_leads_to_signing_in(cast: Cast, browser: Browser) -> None:
    browser.get("/customers", htmx="div#list")
    assert browser.last.headers["HX-Redirect"].startswith("/sign-in")


def test_each_sign_in_makes_a_new_session_and_form_token(cast: Cast, browser: Browser) -> None:
    planted = "0" * 64
    browser.client.set_cookie(SESSION_COOKIE, planted)
    before = browser.token()
    sign_in(browser)
    assert browser.client.get_cookie(SESSION_COOKIE).value != planted  # type: ignore[union-attr]
    response = browser.client.post("/preferences", data={"csrf_token": before})
    assert response.status_code == 400, "the form token of the session before is void"


def test_signing_out_ends_the_session_itself(cast: Cast, app: Flask, browser: Browser) -> None:
    sign_in(browser)
    secret = browser.client.get_cookie(SESSION_COOKIE).value  # type: ignore[union-attr]
    browser.submit(browser.get("/"), "/sign-out")
    thief = Browser(app)
    thief.client.set_cookie(SESSION_COOKIE, secret)
    thief.get("/", status=303)


@pytest.mark.parametrize(
    ("used_every", "lasts"), [(timedelta(hours=11), 30), (timedelta(hours=12, minutes=1), 0)]
)
def test_a_session_ends_when_idle_and_after_thirty_days(
    cast: Cast, browser: Browser, used_every: timedelta, lasts: int
) -> None:
    browser.sign_in("wang")
    begun = clock.now()
    clock.set_to(begun + used_every)
    browser.get("/tasks", status=200 if lasts else 303)
    while lasts and clock.now() + used_every < begun + timedelta(days=lasts):
        clock.set_to(clock.now() + used_every)
        browser.client.get("/settings")
    clock.set_to(begun + timedelta(days=30, minutes=1))
    browser.get("/tasks", status=303)


def test_a_new_password_signs_out_everywhere_else(cast: Cast, app: Flask, browser: Browser) -> None:
    other = Browser(app).sign_in("wang")
    browser.sign_in("wang")
    typed = {"current": PASSWORD, "password": NEW, "again": NEW}
    browser.submit(browser.get("/password"), "/password", **typed)
    browser.get("/")
    other.get("/", status=303)
    sign_in(Browser(app), status=422)
    sign_in(Browser(app), password=NEW)


@pytest.mark.parametrize(
    "typed",
    [{"current": "wrong"}, {"again": "another one"}, {"password": "short", "again": "short"},
     {"password": "password123", "again": "password123"},
     {"password": "my wang is long", "again": "my wang is long"},
     {"password": "abcde" * 26, "again": "abcde" * 26}],
    ids=str,
)  # fmt: skip
def test_a_bad_password_is_refused(cast: Cast, browser: Browser, typed: dict[str, str]) -> None:
    browser.sign_in("wang")
    form = {"current": PASSWORD, "password": NEW, "again": NEW} | typed
    page = browser.submit(browser.get("/password"), "/password", 422, **form)
    assert NEW not in page.html
    assert cast.wang.check_password(PASSWORD)


def test_deactivation_ends_every_session(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    browser.get("/")
    cast.wang.deactivate(by=None)
    browser.get("/", status=303)
    sign_in(browser, status=422)


def test_a_device_is_trusted_until_it_is_not(cast: Cast, browser: Browser) -> None:
    sign_in(browser, trust="y")
    assert len(browser.client.get_cookie(DEVICE_COOKIE).value) == 64  # type: ignore[union-attr]
    devices = browser.get("/devices")
    browser.submit(devices, "/devices/distrust")
    assert not [form for form in browser.follow().forms if form["action"] == "/devices/distrust"]


def test_another_device_is_signed_out_from_here(cast: Cast, app: Flask, browser: Browser) -> None:
    phone = Browser(app).sign_in("wang")
    browser.sign_in("wang")
    page = browser.get("/devices")
    browser.submit(page, "/end")
    phone.get("/", status=303)
    browser.get("/")


# Forms


def test_a_form_without_its_token_is_refused(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "x"}):
            response = browser.client.post("/tasks", data={"title": "x", **token}, headers=headers)
            assert response.status_code == 400
            assert ("<html" in response.text) is not bool(headers)


def test_the_token_may_come_in_the_header_of_htmx(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    headers = {"X-CSRFToken": browser.token()}
    assert browser.client.post("/preferences", headers=headers).status_code == 303


def test_errors_are_pages_and_for_htmx_messages(cast: Cast, browser: Browser) -> None:
    browser.sign_in("reader")
    for path, status in (("/nowhere", 404), ("/customers/new", 403), ("/preferences", 405)):
        browser.get(path, status=status)
        response = browser.client.get(path, headers={"HX-Request": "true"})
        assert response.status_code == status
        assert response.headers["HX-Reswap"] == "none"
        assert 'hx-target="#toasts"' in response.text
        assert "<html" not in response.text


def test_signed_in_pages_are_not_kept_and_carry_the_policy(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang").get("/")
    headers = browser.last.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_another_host_is_not_answered(browser: Browser) -> None:
    assert browser.client.get("/sign-in", headers={"Host": "evil.test"}).status_code == 400


# Preferences and settings


def test_preferences_are_kept_before_and_after_signing_in(cast: Cast, browser: Browser) -> None:
    browser.post("/preferences", {"language": "zh", "theme": "dark", "next": "/sign-in"})
    page = browser.follow()
    (html,) = [values for tag, values in page.tags if tag == "html"]
    assert (html["lang"], html["data-theme"]) == ("zh-CN", "dark")
    browser.sign_in("wang").post("/preferences", {"language": "zh"})
    assert cast.wang.language == "zh"
    browser.post("/preferences", {"language": "tlh", "theme": "<script>", "name": "x"})
    assert (cast.wang.language, cast.wang.theme, cast.wang.name) == ("zh", None, "王芳")


def test_settings_are_changed_recorded_and_checked(cast: Cast, browser: Browser) -> None:
    browser.sign_in("admin")
    page = browser.get("/settings/company")
    browser.submit(page, "/settings/company", 422, timezone="Mars/Olympus")
    browser.submit(
        page, "/settings/company", approval_link_limit="0", base_currency="EUR", is_demo="1"
    )
    company = Company.current()
    db.session.refresh(company)
    assert company.approval_link_limit == 0
    assert (company.base_currency, company.is_demo) == ("CNY", False)
    browser.submit(page, "/settings/company", 409, name="Andere")


@pytest.mark.parametrize("rate", ["0", "-1", "x", "NaN", "Infinity", "1e9", "0.0000001", ""])
def test_a_rate_is_a_number(cast: Cast, browser: Browser, rate: str) -> None:
    browser.sign_in("admin")
    form = browser.get("/settings/exchange-rates")
    browser.submit(form, "/settings/exchange-rates", 422, currency="USD", rate=rate)


# One-time links


def test_a_link_sets_a_password_once(cast: Cast, app: Flask, browser: Browser) -> None:
    path = f"/set-password/{OneTimeLink.make(LinkPurpose.SET_PASSWORD, cast.sun)}"
    browser.submit(browser.get(path), path, password=NEW, again=NEW)
    assert "孙健" in browser.follow().text
    Browser(app).get(path, status=410)
    sign_in(Browser(app), "sun", NEW)


def test_a_link_dies_after_two_days_and_with_the_user(cast: Cast, browser: Browser) -> None:
    path = f"/set-password/{OneTimeLink.make(LinkPurpose.SET_PASSWORD, cast.sun)}"
    browser.get(f"/setup/{path.split('/')[-1]}", status=410)
    cast.sun.deactivate(by=None)
    browser.get(path, status=410)
    path = f"/set-password/{OneTimeLink.make(LinkPurpose.SET_PASSWORD, cast.wu)}"
    browser.get(path)
    clock.set_to(clock.now() + timedelta(hours=48))
    browser.get(path, status=410)


def test_the_first_set_up_makes_an_administrator_once(cast: Cast, browser: Browser) -> None:
    path = f"/setup/{OneTimeLink.make(LinkPurpose.SET_UP)}"
    page = browser.get(path)
    typed = {"company": "恒川", "name": "陈立", "username": "first", "password": NEW, "again": NEW}
    browser.submit(page, path, 422, **typed | {"username": "wang"})
    browser.submit(page, path, **typed)
    browser.get("/settings")
    first = db.session.scalars(select(User).where(User.username == "first")).one()
    assert first.is_administrator
    browser.post(path, typed, status=410)
    assert db.session.scalar(select(func.count()).where(Event.by_id == first.id)) == 1


@pytest.mark.parametrize("username", ["王芳!", "wang@example.com", "Wang", "w w", "-w", ".w"])
def test_the_first_user_is_called_as_every_user_may_be(
    cast: Cast, browser: Browser, username: str
) -> None:
    path = f"/setup/{OneTimeLink.make(LinkPurpose.SET_UP)}"
    typed = {"company": "恒川", "name": "陈立", "username": username, "password": NEW, "again": NEW}
    page = browser.submit(browser.get(path), path, 422, **typed)
    invalid = {values.get("name") for _, values in page.tags if values.get("aria-invalid")}
    assert invalid == {"username"}
