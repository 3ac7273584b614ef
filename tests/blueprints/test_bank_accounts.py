"""Bank accounts: seen by their owner, finance and administrators, and by nobody else anywhere."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from crm.extensions import db
from crm.models import Action, Event, User
from crm.models.approval import Decision
from tests.cast import Cast
from tests.claims import decide, submitted
from tests.page import Browser

CANARY, BRANCH = "6222 9999 CANARY", "Kanarienbank 9999"
CHANGES = select(Event).where(Event.action == Action.USER_BANK_CHANGED)


def path_of(user: User) -> str:
    return f"/people/{user.id}/bank-account"


@pytest.mark.parametrize("who", ["wang", "admin"])
def test_it_is_set_by_its_owner_or_an_administrator_and_written_down(
    cast: Cast, browser: Browser, who: str
) -> None:
    browser.sign_in(who)
    path = path_of(cast.wang)
    browser.submit(browser.get(path), path, bank_name=BRANCH, bank_account=CANARY)
    db.session.expire_all()
    assert (cast.wang.bank_name, cast.wang.bank_account) == (BRANCH, CANARY)
    event = db.session.scalars(CHANGES).one()
    assert event.by == getattr(cast, who)
    assert event.particulars == {
        "changes": {"bank_name": ["", BRANCH], "bank_account": ["", CANARY]}
    }
    browser.submit(browser.get(path), path)  # the same again
    assert len(db.session.scalars(CHANGES).all()) == 1


@pytest.mark.parametrize("wrong", ["=1+1", "12/34", "账号", "<b>"])
def test_an_account_number_is_one(cast: Cast, browser: Browser, wrong: str) -> None:
    browser.sign_in("wang")
    page = browser.submit(
        browser.get(path_of(cast.wang)), path_of(cast.wang), 422, bank_account=wrong
    )
    assert "letters, digits, spaces and hyphens" in page.text


@pytest.mark.parametrize("who", ["zhao", "li", "fin", "reader"])
def test_nobody_else_sets_it(cast: Cast, browser: Browser, who: str) -> None:
    browser.sign_in(who)
    browser.get(path_of(cast.wang), status=403)
    browser.post(path_of(cast.wang), {"bank_account": "1"}, status=403)


def canary_everywhere(cast: Cast) -> None:
    """Wang's account was changed and paid to; a claim more waits to be paid."""
    cast.wang.bank_with(BRANCH, CANARY, by=cast.wang)
    decide(submitted(cast), Decision.APPROVED).pay("网银", by=cast.fin)
    decide(submitted(cast), Decision.APPROVED)
    cast.wang.bank_with(BRANCH, f"{CANARY} 2", by=cast.wang)
    db.session.commit()


def pages_of(app: Flask) -> list[str]:
    """Every page whose address says nothing, and what is asked for Wang and his claims."""
    plain = [
        rule.rule for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]  # fmt: skip
    return [
        *plain, "/expenses/1", "/expenses/2", "/expenses/2?list=", "/customers/1", "/people",
        "/history/claim/1", "/search?q=CANARY", "/search?q=王芳", "/expenses?columns=payment,paid",
        "/payments/1", "/payments/new?claims=2", "/settings/users/3", "/pick/user?q=王芳",
        "/search?q=Kanarienbank",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["zhao", "li", "reader", "wu"])
def test_the_account_is_nowhere_for_anybody_else(app: Flask, cast: Cast, who: str) -> None:
    canary_everywhere(cast)
    browser = Browser(app).sign_in(who)
    opened = 0
    for path in pages_of(app):
        for headers in ({}, {"HX-Request": "true"}):
            response = browser.client.get(path, headers=headers, buffered=True)
            opened += response.status_code == 200
            assert b"9999" not in response.get_data(), path
    for name in ("customers", "contacts", "deals", "tasks", "claims", "expense_items"):
        response = browser.client.post(
            f"/exports/{name}",
            data={"csrf_token": browser.token(), "format": "csv"},
            buffered=True,
        )
        assert b"9999" not in response.get_data(), name
    assert opened > 40


@pytest.mark.parametrize(("who", "path"), [
    ("wang", "/people/{wang}/bank-account"), ("admin", "/settings/users/{wang}"),
    ("fin", "/payments/1"), ("admin", "/payments/1"), ("fin", "/payments/new?claims=2"),
])  # fmt: skip
def test_those_whom_it_concerns_see_it(app: Flask, cast: Cast, who: str, path: str) -> None:
    canary_everywhere(cast)
    assert CANARY in Browser(app).sign_in(who).get(path.format(wang=cast.wang.id)).html
