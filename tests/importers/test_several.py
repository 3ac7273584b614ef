"""Several values in a cell: tags, and the numbers and addresses of a contact."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.importers.fields import email, text
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.importers.reaching import First, first, reaches
from crm.importers.several import parts_of
from crm.models import Contact, Customer, Deal, Event, Option, OptionList, Reach, ReachKind
from tests.cast import Cast
from tests.imports import checked, done, undone
from tests.page import Browser

PHONE, EMAIL = ReachKind.PHONE, ReachKind.EMAIL


@pytest.fixture
def known(cast: Cast) -> Known:
    return Known()


@pytest.fixture
def liu(cast: Cast) -> Contact:
    return db.session.scalars(Contact.at(cast.sigma)).one()


def tag(name: str) -> Option:
    return db.session.scalars(
        select(Option).where(Option.list == OptionList.TAG, Option.label_en == name)
    ).one()


# Cells.


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("老客户", ["老客户"]),
        ("一, 二，三、四;五；六|七\n八", ["一", "二", "三", "四", "五", "六", "七", "八"]),
        ("a, b, c,, b ;", ["a", "b", "c"]),
        ("Spare, parts; New", ["Spare, parts", "New"]),
        ("spare, PARTS，new", ["spare, PARTS", "new"]),
        ("Spare, partsmen", ["Spare", "partsmen"]),
        (" ;、, ", []),
    ],
)
def test_a_cell_is_divided_where_no_label_holds_together(cell: str, found: list[str]) -> None:
    assert parts_of(cell, ["Spare, parts", "Spare", ""]) == found


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("13800001234", ["13800001234"]),
        ("13800001234;139 0000 5678", ["13800001234", "139 0000 5678"]),
        (
            "0411-8765432／0411-8765433、13800001234",
            ["0411-8765432", "0411-8765433", "13800001234"],
        ),
        ("0411-87654321/4322", ["0411-87654321/4322"]),
        ("0411-87654321, ext. 12", ["0411-87654321, ext. 12"]),
        ("ask reception; mornings", ["ask reception; mornings"]),
    ],
)
def test_a_cell_holds_several_numbers_where_each_is_one(
    known: Known, cell: str, found: list[str]
) -> None:
    one = first(text(Contact.phone))(cell, known)
    assert isinstance(one, First)
    assert [str(one), *one.others] == found


def test_a_cell_holds_several_addresses(known: Known) -> None:
    one = first(email)("Liu@sigma.example; yang@private.example", known)
    assert (str(one), one.others) == ("liu@sigma.example", ("yang@private.example",))
    with pytest.raises(BadValue, match="is not a mail address"):
        first(email)("liu@sigma.example; yang", known)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("大连工厂: 0411-8888 9999; yang@private.example",
         [Reach(PHONE, "大连工厂", "0411-8888 9999"), Reach(EMAIL, "", "yang@private.example")]),
        ("家：139 0000 5678/139 0000 5679",
         [Reach(PHONE, "家", "139 0000 5678"), Reach(PHONE, "家", "139 0000 5679")]),
        ("days; nights: 0411-88889999\n110",
         [Reach(PHONE, "days; nights", "0411-88889999"), Reach(PHONE, "", "110")]),
    ],
)  # fmt: skip
def test_further_numbers_say_what_they_are_for(known: Known, cell: str, found: list[Reach]) -> None:
    assert reaches(cell, known) == found
    contact = Contact()
    contact.further = found
    assert reaches(contact.further_written, known) == found


@pytest.mark.parametrize(
    "cell", ["ask Li", "0411-88889999; ask Li", "12", "a@b", "x" * 41 + ":12345678"]
)
def test_what_reaches_nobody_is_refused(known: Known, cell: str) -> None:
    with pytest.raises(BadValue):
        reaches(cell, known)


@pytest.mark.parametrize("cell", [":" * 120_000, "a1" + " " * 120_000 + "b", ";" * 120_000 + "1"])
def test_a_cell_without_end_is_refused_at_once(known: Known, cell: str) -> None:
    with pytest.raises(BadValue):
        reaches(cell, known)
    with pytest.raises(BadValue, match="longer"):
        parts_of(cell, ["a"])
    with pytest.raises(BadValue, match="longer"):
        first(text(Contact.phone))(cell, known)


# Numbers and addresses of contacts.


def test_columns_of_more_numbers_are_recognised_and_unite(cast: Cast) -> None:
    content = (
        "姓名,客户,手机,手机2,电话,电话 2,Phone 3,邮箱,备用邮箱\n"
        f"张三,{cast.sigma.name},13800000001/13900000001,13700000001,0411-1234567,"
        "值班: 0411-1234568,0411 1234567,z@a.example;z@b.example,z@c.example\n"
    )
    run = done(content, by=cast.admin, noun="contacts")
    assert run.report["unread"] == []
    made = db.session.scalars(select(Contact).where(Contact.name == "张三")).one()
    assert (made.mobile, made.phone, made.email) == ("13800000001", "0411-1234567", "z@a.example")
    assert list(map(str, made.further)) == [
        "13900000001", "z@b.example", "13700000001", "值班: 0411-1234568", "z@c.example",
    ]  # fmt: skip
    again = done(content, by=cast.admin, noun="contacts")
    assert again.report["counts"]["unchanged"] == 1


def test_a_column_adds_numbers_and_that_of_all_says_them_all(cast: Cast, liu: Contact) -> None:
    liu.further = [Reach(PHONE, "工厂", "0411-8888 9999")]
    db.session.commit()
    row = f"刘洋,{cast.sigma.name}"
    one = done(f"name,customer,phone 2\n{row},0411 88887777\n", by=cast.admin, noun="contacts")
    assert list(map(str, liu.further)) == ["工厂: 0411-8888 9999", "0411 88887777"]
    two = done(f"name,customer,reaches\n{row},家: 0411-5555555\n", by=cast.admin, noun="contacts")
    assert liu.further == [Reach(PHONE, "家", "0411-5555555")]
    changed = db.session.scalars(
        Event.about("contact", liu.id).order_by(Event.id.desc()).limit(1)
    ).one()
    assert changed.particulars["changes"]["reaches"][1] == "家: 0411-5555555"
    undone(two, by=cast.admin)
    assert list(map(str, liu.further)) == ["工厂: 0411-8888 9999", "0411 88887777"]
    undone(one, by=cast.admin)
    assert liu.further == [Reach(PHONE, "工厂", "0411-8888 9999")]


def test_more_numbers_than_a_contact_may_have_are_refused(cast: Cast) -> None:
    numbers = ";".join(f"1380000{at:04}" for at in range(24))
    content = f"name,customer,mobile\n张三,{cast.sigma.name},{numbers}\n"
    run = checked(content, by=cast.admin, noun="contacts")
    assert "20 numbers" in run.report["problems"][0][3]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_exported_numbers_and_tags_come_back_as_they_are(
    cast: Cast, browser: Browser, liu: Contact, format: str, language: str
) -> None:
    admin = browser.sign_in("admin")
    admin.post("/preferences", {"language": language})
    follow, long = tag("Follow closely"), tag("Long-standing")
    follow.label_zh = follow.label_en = "备件, 阀门"
    liu.further = [Reach(PHONE, "夜; 值班", "+86 411 8888 9999"), Reach(EMAIL, "家", "Y@p.example")]
    liu.phone = "0411-87654321;0411-87654322"  # as somebody typed it
    for record in (liu, cast.sigma, cast.pumps):
        record.tag_as([follow, long])
    db.session.commit()
    for noun, columns in (
        ("contacts", "name,customer,mobile,phone,email,reaches,tags"),
        ("customers", "code,name,owner,tags"), ("deals", "code,name,customer,owner,tags"),
    ):  # fmt: skip
        admin.post(f"/exports/{noun}?status=all&columns={columns}", {"format": format},
                   status=200, buffered=True)  # fmt: skip
        content = admin.last.get_data()
        run = checked(content, by=cast.admin, noun=noun, name=f"c.{format}")
        assert run.report["unread"] == []
        counts = run.report["counts"]
        assert (counts["created"], counts["updated"], counts["refused"]) == (0, 0, 0), run.report
        assert counts["unchanged"] > 0


# Tags.


@pytest.mark.parametrize(
    ("noun", "header", "start"),
    [("customers", "name,标签", "{sigma}"), ("contacts", "姓名,客户,联系人标签", "刘洋,{sigma}"),
     ("deals", "name,owner,Tags", "西格玛磁力泵 20 台,wang")],
)  # fmt: skip
def test_tags_come_in_and_an_undoing_takes_them_back(
    cast: Cast, liu: Contact, noun: str, header: str, start: str
) -> None:
    record: Customer | Contact | Deal = {"customers": cast.sigma, "contacts": liu}.get(
        noun, cast.pumps
    )
    record.tag_as([tag("Long-standing")])
    db.session.commit()
    begin = start.format(sigma=cast.sigma.name)
    refused = checked(f"{header}\n{begin},follow closely；出口\n", by=cast.admin, noun=noun)
    assert refused.report["problems"][0][3].startswith("is none of: Follow closely")
    content = f"{header}\n{begin},follow closely；出口、内销，出口\n"
    run = checked(content, by=cast.admin, noun=noun, makes_options=True)
    assert run.report["options"] == {"tag": ["出口", "内销"]}
    assert "出口" in str(run.report["rows"])
    version = record.version
    run = done(content, by=cast.admin, noun=noun, makes_options=True)
    carried = ["Follow closely", "出口", "内销"]
    assert [each.label_en for each in record.tags] == carried
    assert record.version > version
    made = [tag("出口").position, tag("内销").position]
    assert made == [3, 4]
    again = done(content, by=cast.admin, noun=noun)
    assert again.report["counts"]["unchanged"] == 1
    nothing = done(f"{header}\n{begin},\n", by=cast.admin, noun=noun)
    assert nothing.report["counts"]["unchanged"] == 1
    undone(run, by=cast.admin)
    assert [each.label_en for each in record.tags] == ["Long-standing"]


def test_what_is_made_has_its_tags(cast: Cast) -> None:
    done("name,tags\nTau,Price-sensitive;老客户\n", by=cast.admin)
    tau = db.session.scalars(select(Customer).where(Customer.name == "Tau")).one()
    assert [each.label_en for each in tau.tags] == ["Long-standing", "Price-sensitive"]
