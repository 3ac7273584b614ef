"""What a Chinese reader sees: words, histories, amounts, days, and what a form complains of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import flask_babel
import pytest
import wtforms
from babel.messages.pofile import read_po
from flask import g

from crm import clock
from crm.extensions import db
from crm.formatting import ago, day, days, moment, money, number, price, whole_money
from crm.forms.messages import MESSAGES
from crm.models import CustomerKind, Event
from crm.sentences import changes, sentence
from tests.cast import Cast
from tests.page import Browser


@pytest.fixture
def chinese(cast: Cast) -> Iterator[None]:
    """Texts are Chinese, and times are Shanghai's."""
    g.language = "zh"
    flask_babel.refresh()
    yield
    flask_babel.refresh()


def test_amounts(chinese: None) -> None:
    assert money(Decimal("12500")) == "¥12,500.00"
    assert money(Decimal("12500"), "USD") == "US$12,500.00"
    assert whole_money(Decimal("1234567.89")) == "¥1,234,568"
    assert [whole_money(Decimal(each)) for each in ("420.50", "421.50", "-0.5")] == [
        "¥421", "¥422", "-¥1",
    ]  # fmt: skip
    assert price(Decimal("12500.00")) == "¥12,500"
    assert price(Decimal("12500.50")) == "¥12,500.50"
    assert price(None) == ""


def test_numbers_keep_their_digits(chinese: None) -> None:
    assert number(1234567) == "1,234,567"
    assert number(Decimal("0.047812")) == "0.047812"


def test_days_and_moments(chinese: None) -> None:
    assert day(date(2026, 6, 17)) == "2026年6月17日"
    assert moment(clock.now()) == "2026年6月17日 12:00"
    assert days(3) == "3天"
    assert ago(clock.now() - timedelta(days=3)) == "3天前"


def test_a_history_names_fields_and_values(cast: Cast, chinese: None) -> None:
    wang, customer = cast.wang, cast.sigma
    contact = db.session.scalars(customer.contacts.select()).one()
    customer.kind, contact.title = CustomerKind.DEALER, "设备科长"
    customer.note_changes(by=wang)
    contact.note_changes(by=wang)
    db.session.flush()
    of_customer = db.session.scalars(Event.about("customer", customer.id).limit(1)).one()
    of_contact = db.session.scalars(Event.about("contact", contact.id).limit(1)).one()
    assert sentence(of_customer) == "修改客户资料"
    assert [(change.field, change.new) for change in changes(of_customer)] == [("类型", "经销商")]
    assert [(change.field, change.new) for change in changes(of_contact)] == [("职务", "设备科长")]


@pytest.mark.parametrize("asked", ["zh-CN,zh;q=0.9,en;q=0.8", "zh", "zh-TW", "de"])
def test_the_browser_is_answered_in_chinese(browser: Browser, asked: str) -> None:
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = asked
    page = browser.get("/sign-in")
    assert page.h1 == ["登录"]
    assert ("html", "zh-CN") in [(tag, values.get("lang")) for tag, values in page.tags]


def test_a_form_says_in_chinese_what_is_wrong(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang").post("/preferences", {"language": "zh"})
    page = browser.post("/customers", {"name": "", "kind": "customer", "website": "x"}, status=422)
    assert "请填写此项。" in page.text
    assert "请填写网址，例如https://www.example.com。" in page.text


def test_every_message_that_is_put_into_our_words_is_one_of_wtforms() -> None:
    with (Path(wtforms.__file__).parent / "locale" / "wtforms.pot").open("rb") as file:
        ids = [message.id for message in read_po(file)]
    assert set(MESSAGES) <= {text[-1] if isinstance(text, tuple) else text for text in ids}
