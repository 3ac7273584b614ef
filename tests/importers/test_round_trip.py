"""What is exported and comes back unchanged changes nothing, whatever the records say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import g
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm import clock
from crm.exporters import Export, Format
from crm.extensions import db
from crm.filters.base import ListFilter
from crm.filters.lists import LISTS
from crm.forms.base import strip
from crm.models import (
    Action,
    Contact,
    Customer,
    CustomerKind,
    CustomField,
    CustomNoun,
    Deal,
    DecisionRole,
    Event,
    Expectation,
    FieldKind,
    ImportState,
    Option,
    OptionList,
    Pipeline,
    Reach,
    ReachKind,
    Stage,
)
from crm.models.custom_field.storing import LARGEST
from crm.names import tidy_name
from tests.cast import Cast
from tests.custom_fields import make_field
from tests.imports import checked, worked

SIGMA, LIU = 1, 1  # their ids: they are called something else in each example
# What spreadsheets run, take for numbers or days, cut, or write in another way.
TRICKY = ("=1+1", "'=1", "+86 411", "-1", "@SUM(A1)", "007", "1e5", "1/2", "2020-02-30", "TRUE",
          '"', "''", "a,b;c\td|e", "甲\n乙", "甲\r\n乙", "x;=2", "Ｓｉｇｍａ　（泵）", "１２３",
          "😀", "_x000D_", "<b>&amp;", "\ufeff名", "#N/A", "\\n", "é", "e\u0301")  # fmt: skip


def texts(longest: int) -> st.SearchStrategy[str]:
    """As forms keep them."""
    written = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
    tricky = st.lists(st.one_of(st.sampled_from(TRICKY), written), max_size=4).map("".join)
    return tricky.map(lambda text: strip(text[:longest]) or "")


def or_nothing(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
LINKS = st.sampled_from(["https://a.example/?x=1&y=;2", "http://例子.example/泵#1"])
SAID: dict[FieldKind, st.SearchStrategy[Any]] = {
    FieldKind.TEXT: texts(300),
    FieldKind.LONG_TEXT: texts(10_000),
    FieldKind.NUMBER: st.one_of(
        st.decimals(1 - LARGEST, LARGEST - 1, places=6),
        st.sampled_from([Decimal("-123456789012.123456"), Decimal("0.000001")]),
    ),
    FieldKind.MONEY: st.decimals(1 - LARGEST, LARGEST - 1, places=2),
    FieldKind.DAY: DAYS,
    FieldKind.YES_NO: st.booleans(),
    FieldKind.LINK: LINKS,
}


# What pipelines and stages are called: the same, too, and as deals end.
CALLED = st.sampled_from(["报价", "Won", "输单", "=1+1", "A", "A+", "1e5", "报价 · A", ""])

# Further numbers and addresses, as their form takes them.
REACHES = st.builds(
    Reach,
    st.just(ReachKind.PHONE),
    texts(40),
    st.builds("{}0411{}".format, st.sampled_from(["", "+86 ", "=", "家:", "a;"]), texts(200)),
).filter(lambda reach: reach.is_possible) | st.builds(
    Reach, st.just(ReachKind.EMAIL), texts(40), st.sampled_from(["Liu@a.example", "li,u@b.example"])
)


def tag(data: st.DataObject, record: Customer | Contact | Deal) -> None:
    """Let it carry some of the tags that there are."""
    known = db.session.scalars(Option.of(OptionList.TAG)).all()
    places = data.draw(st.lists(st.integers(0, len(known) - 1), unique=True), label="tags")
    record.tag_as([known[place] for place in places])


@pytest.fixture
def own(cast: Cast) -> dict[CustomNoun, list[CustomField]]:
    """A field of each kind for customers, for contacts and for deals."""
    choices = ("水", "水, 热", "=油")
    return {
        noun: [
            make_field(kind, *choices if kind.startswith("choice") else (), noun=noun,
                       label_zh=f"自有{place}", label_en=f"Own {place}")
            for place, kind in enumerate(FieldKind)
        ]
        for noun in (CustomNoun.CUSTOMER, CustomNoun.CONTACT, CustomNoun.DEAL)
    }  # fmt: skip


def say(data: st.DataObject, record: Any, fields: list[CustomField], cast: Cast) -> None:
    """Let every field of the firm's own say something, or nothing."""
    for field in fields:
        if field.kind is FieldKind.PERSON:
            values: Any = st.sampled_from([cast.wang, cast.zhao])
        elif field.kind is FieldKind.CHOICE:
            values = st.sampled_from(field.choices)
        elif field.kind is FieldKind.CHOICES:
            values = st.lists(st.sampled_from(field.choices), unique=True, min_size=1)
        else:
            values = SAID[field.kind]
        said = data.draw(or_nothing(values), label=field.kind)
        record.set_custom(field, None if said == "" else said)


def stands() -> tuple[Any, ...]:
    """What must not change: every version, and how many events there are of records."""
    return (
        db.session.execute(select(Customer.id, Customer.version).order_by(Customer.id)).all(),
        db.session.execute(select(Contact.id, Contact.version).order_by(Contact.id)).all(),
        db.session.execute(select(Deal.id, Deal.version).order_by(Deal.id)).all(),
        db.session.scalar(select(func.count(Expectation.id))),
        db.session.scalar(
            select(func.count(Event.id)).where(Event.action != Action.IMPORT_FINISHED)
        ),
    )


def write(data: st.DataObject, record: Any, **longest: int) -> None:
    """Let each of these columns hold a text of at most so many characters, or none."""
    for name, most in longest.items():
        setattr(record, name, data.draw(texts(most), label=name) or None)


def comes_back(noun: str, data: st.DataObject, cast: Cast, **plan: Any) -> None:
    """Export the whole list, with every column, and bring the file in as an update."""
    g.language = data.draw(st.sampled_from(["en", "zh"]), label="language")
    cast.admin.language = g.language
    db.session.commit()
    kind: type[ListFilter] = LISTS[noun]
    columns = ",".join(each.name for each in kind.every_column())
    every = kind.parse_text(f"columns={columns}&status=all")
    format = data.draw(st.sampled_from([Format.CSV, Format.XLSX]), label="format")
    with Export(noun, every, format, cast.admin).write() as file:
        content = file.read()
    before = stands()
    run = checked(content, by=cast.admin, noun=noun, name=f"list.{format}", mode="update", **plan)
    assert {field.key for field in CustomField.in_use(kind.MODEL.CUSTOM_NOUN)} <= {
        *run.plan["columns"]
    }
    counts = run.report["counts"]
    assert not counts["refused"], run.report
    assert counts["unchanged"] == sum(counts.values()), run.report
    worked(run, ImportState.WRITING)
    assert stands() == before


@settings(max_examples=12)
@given(data=st.data())
def test_customers_come_back_as_they_went(
    cast: Cast, own: dict[CustomNoun, list[CustomField]], data: st.DataObject
) -> None:
    sigma = db.session.get_one(Customer, SIGMA)
    sigma.name = data.draw(texts(200).filter(bool), label="name")
    write(data, sigma, phone=60, address=300, note=10_000)
    sigma.website = data.draw(or_nothing(LINKS))
    sigma.kind = data.draw(st.sampled_from(CustomerKind))
    sigma.employees = data.draw(or_nothing(st.integers(0, 10_000_000)))
    sigma.annual_revenue = data.draw(or_nothing(st.decimals(0, LARGEST - 1, places=2)))
    tag(data, sigma)
    grades = db.session.scalars(Option.of(OptionList.GRADE)).all()
    sigma.grade = data.draw(or_nothing(st.sampled_from(grades)), label="grade")
    say(data, sigma, own[CustomNoun.CUSTOMER], cast)
    comes_back("customers", data, cast, key="code")


@settings(max_examples=12)
@given(data=st.data())
def test_contacts_come_back_as_they_went(
    cast: Cast, own: dict[CustomNoun, list[CustomField]], data: st.DataObject
) -> None:
    liu = db.session.get_one(Contact, LIU)
    liu.name = data.draw(texts(200).map(tidy_name).filter(bool), label="name")
    write(data, liu, title=120, phone=60, wechat=60, note=10_000)
    liu.birthday = data.draw(or_nothing(DAYS))
    liu.further = data.draw(st.lists(REACHES, max_size=4), label="further")
    tag(data, liu)
    liu.decision_role = data.draw(or_nothing(st.sampled_from(DecisionRole)))
    say(data, liu, own[CustomNoun.CONTACT], cast)
    comes_back("contacts", data, cast, key="name")


@pytest.fixture
def ways(cast: Cast) -> list[Stage]:
    """The stages of two pipelines in use, of which one is retired, and of one out of use."""
    stage = Stage(label_zh="受理", label_en="Accepted", probability=40, position=0)
    old = Pipeline(label_zh="服务", label_en="Service", position=2, stages=[stage])
    db.session.add(old)
    db.session.flush()
    ways = [*cast.stages[:3], *cast.spares.stages, *old.stages]
    ways[0].retire(ways[1], by=cast.admin)
    for stage in (ways[0], *cast.spares.stages):
        stage.required = []
    old.retired_at = clock.now()
    db.session.commit()
    return ways


@settings(max_examples=12)
@given(data=st.data())
def test_deals_come_back_as_they_went(
    cast: Cast, own: dict[CustomNoun, list[CustomField]], ways: list[Stage], data: st.DataObject
) -> None:
    for named in (*ways, *dict.fromkeys(stage.pipeline for stage in ways)):
        named.label_zh = data.draw(CALLED.filter(bool), label="zh")
        named.label_en = data.draw(CALLED, label="en")
    # What stands in a stage out of use, or of a pipeline out of use, is closed.
    stage = data.draw(st.sampled_from(ways), label="stage")
    is_old = stage in (ways[0], ways[-1])
    deal = Deal(name=data.draw(texts(200).filter(bool), label="name"), owner=cast.wang)
    deal.customer = data.draw(or_nothing(st.just(db.session.get_one(Customer, SIGMA))))
    write(data, deal, product=200, next_step=10_000)
    deal.probability = data.draw(or_nothing(st.integers(0, 100)), label="chance")
    deal.expected_close = data.draw(or_nothing(DAYS))
    deal.set_amount(data.draw(or_nothing(st.decimals(0, LARGEST - 1, places=2))), "CNY")
    deal.set_defaults()
    say(data, deal, own[CustomNoun.DEAL], cast)
    Deal.open(deal, stage, by=cast.wang, historic=True)
    tag(data, deal)
    match data.draw(st.sampled_from(["won", "lost"] if is_old else ["open", "won", "lost"])):
        case "won":
            deal.win(by=cast.wang, historic=True)
        case "lost":
            deal.lose(by=cast.wang, reason=None, historic=True)
    comes_back("deals", data, cast, key="code")
