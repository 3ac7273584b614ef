"""A table of customers brings their contacts in: made, changed and taken back with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.importers import IMPORTERS, Mapping, Refused
from crm.importers.plan import Mode
from crm.models import Action, Contact, Customer, Event, ImportEntry, ImportRun
from tests.cast import Cast
from tests.imports import checked, done, undone

REACH = {"kind": "phone", "label": "", "value": "0411-87654321"}
HEADER = "客户名称,对接人,职务,对接人手机,联系人电话,邮箱,微信"


def at(customer: Customer) -> list[Contact]:
    db.session.expire_all()
    return list(db.session.scalars(Contact.at(customer)))


def brought(*rows: str, cast: Cast, header: str = HEADER, **options: object) -> ImportRun:
    return done("\n".join([header, *rows]) + "\n", by=cast.admin, **options)


def person(cast: Cast, **said: Any) -> Contact:
    """Somebody at Sigma."""
    made = Contact.register(Contact(customer_id=cast.sigma.id, **said), by=cast.wang)
    db.session.commit()
    return made


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    found = run.report["counts"]
    return found["created"], found["updated"], found["unchanged"], found["refused"]


def test_a_new_customer_comes_with_its_contact(cast: Cast) -> None:
    run = brought("泰信泵业,刘 强,经理,13812345678/13900001111,0513-1,L@t.example,lq", cast=cast)
    assert counts(run) == (1, 0, 0, 0), run.report["problems"]
    [made] = at(cast.customer("泰信泵业"))
    assert (made.name, made.title, made.mobile, made.phone) == (
        "刘强", "经理", "13812345678", "0513-1")  # fmt: skip
    assert (made.email, made.wechat, made.is_primary) == ("l@t.example", "lq", True)
    assert [reach.value for reach in made.further] == ["13900001111"]
    event = select(Event).where(Event.action == Action.CONTACT_CREATED).order_by(Event.id.desc())
    assert db.session.scalars(event.limit(1)).one().by == cast.admin
    assert counts(brought("泰信泵业,刘强,,,,,", cast=cast)) == (0, 0, 1, 0)


def test_who_is_called_so_is_changed_and_others_are_added(cast: Cast) -> None:
    liu = person(cast, name="刘强", title="采购", is_primary=True)
    before = len(at(cast.sigma))
    run = brought(f"{cast.sigma.name},刘 强,经理,13812345678,,,", cast=cast)
    assert counts(run) == (0, 1, 0, 0)
    assert (liu.title, liu.mobile, len(at(cast.sigma))) == ("经理", "13812345678", before)
    brought(f"{cast.sigma.name},陈工,,,,,", cast=cast)
    [chen] = [one for one in at(cast.sigma) if one.name == "陈工"]
    assert (len(at(cast.sigma)), chen.is_primary, liu.is_primary) == (before + 1, False, True)


def test_a_mobile_number_tells_who_it_is_but_a_line_at_work_does_not(cast: Cast) -> None:
    liu = person(cast, name="刘强", mobile="138 1234 5678", phone="0411-87654321")
    before = len(at(cast.sigma))
    brought(f"{cast.sigma.name},刘强强,,+8613812345678,,,", cast=cast)
    assert (liu.name, len(at(cast.sigma))) == ("刘强强", before)
    brought(f"{cast.sigma.name},陈工,,,0411-87654321,,", cast=cast)
    assert (liu.name, len(at(cast.sigma))) == ("刘强强", before + 1)


@pytest.mark.parametrize("fills_only", [False, True])
@pytest.mark.parametrize("none", ["无", "-", "0", "待补", "/"])
def test_two_people_without_a_number_are_two(cast: Cast, none: str, fills_only: bool) -> None:
    zhang = person(cast, name="张三", mobile=none)
    before = len(at(cast.sigma))
    run = brought(f"{cast.sigma.name},李四,,{none},,,", cast=cast, fills_only=fills_only)
    assert counts(run) == (0, 1, 0, 0)
    assert (zhang.name, len(at(cast.sigma))) == ("张三", before + 1)


def test_the_preview_shows_what_becomes_of_the_contact(cast: Cast) -> None:
    person(cast, name="刘强", title="采购")
    run = checked(f"{HEADER}\n{cast.sigma.name},刘强,经理,,,,\n", by=cast.admin)
    cells = run.report["rows"][0]["cells"]
    assert cells["contact_title"] == ["采购", "经理"]
    assert cells["contact_name"] == ["", "刘强"]


def test_only_what_is_empty_of_the_contact_is_filled_in(cast: Cast) -> None:
    liu = person(cast, name="刘强", title="采购")
    run = brought(f"{cast.sigma.name},刘强,经理,13812345678,,,", cast=cast, fills_only=True)
    assert counts(run) == (0, 1, 0, 0), run.report["problems"]
    assert (liu.title, liu.mobile) == ("采购", "13812345678")


def test_the_preview_shows_only_what_is_filled_in_of_the_contact(cast: Cast) -> None:
    person(cast, name="刘强", title="采购", phone="0411-87654321")
    row = f"{cast.sigma.name},刘 强,经理,13812345678,0411-1,,"
    run = checked(f"{HEADER}\n{row}\n", by=cast.admin, fills_only=True)
    cells = run.report["rows"][0]["cells"]
    shown = [cells[f"contact_{name}"] for name in ("name", "title", "mobile", "phone")]
    assert shown == [["", "刘强"], ["", ""], ["", "13812345678"], ["", ""]]


def test_further_numbers_are_filled_in_beside_the_first_that_stays(cast: Cast) -> None:
    liu = person(cast, name="刘强", mobile="13812345678")
    chen = person(cast, name="陈工", reaches=[REACH])
    rows = [f"{cast.sigma.name},{name},,13812345678；13900001111,,," for name in ("刘强", "陈工")]
    for row in rows:
        brought(row, cast=cast, fills_only=True)
    assert (liu.mobile, [reach.value for reach in liu.further]) == (
        "13812345678", ["13900001111"])  # fmt: skip
    assert (chen.mobile, [reach.value for reach in chen.further]) == (
        "13812345678", ["0411-87654321"])  # fmt: skip
    for row in rows:
        assert counts(brought(row, cast=cast, fills_only=True)) == (0, 0, 1, 0)


def test_where_nobody_is_to_be_added_contacts_are_changed_alone(cast: Cast) -> None:
    liu = person(cast, name="刘强", title="采购")
    before = len(at(cast.sigma))
    rows = (f"{cast.sigma.name},陈工,厂长,,,,", f"{cast.western.name},,,13812345678,,,")
    run = brought(*rows, cast=cast, mode=Mode.UPDATE)
    assert (counts(run), len(at(cast.sigma))) == ((0, 0, 2, 0), before), run.report["problems"]
    assert counts(brought(f"{cast.sigma.name},刘强,厂长,,,,", cast=cast, mode=Mode.UPDATE)) == (
        0, 1, 0, 0)  # fmt: skip
    assert liu.title == "厂长"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [("Tau,,,13812345678,,,", "对接人", "is empty, though the row says more of this contact"),
     ("Tau,刘强,,,,不是,", "邮箱", "is not a mail address")],
)  # fmt: skip
def test_what_is_wrong_with_a_contact_is_told_at_its_column(
    cast: Cast, row: str, column: str, reason: str
) -> None:
    run = brought(row, cast=cast)
    assert [problem[1::2] for problem in run.report["problems"]] == [[column, reason]]


def test_two_of_one_name_are_not_guessed_between(cast: Cast) -> None:
    for mobile in ("13800000001", "13800000002"):
        person(cast, name="刘强", mobile=mobile)
    run = brought(f"{cast.sigma.name},刘强,,,,,", cast=cast)
    assert run.report["problems"][0][3] == "fits several contacts of this customer"


def test_undoing_takes_the_contacts_back_and_then_their_customers(cast: Cast) -> None:
    liu = person(cast, name="刘强", title="采购")
    rows = (f"{cast.sigma.name},刘强,经理,13812345678,,,", "泰信泵业,陈工,,,,,", "罗纳,王工,,,,,")
    run = brought(*rows, cast=cast)
    entries = db.session.scalars(select(ImportEntry)).all()
    assert sorted({entry.noun for entry in entries}) == ["", "contacts"]
    clock.set_to(clock.now() + timedelta(minutes=1))
    [director], rep = at(cast.customer("罗纳")), cast.wang
    director.title = "厂长"
    director.note_changes(by=rep)
    db.session.commit()
    undone(run, by=cast.admin)
    assert (liu.title, liu.mobile) == ("采购", None)
    assert cast.customer("泰信泵业").is_trashed
    assert at(cast.customer("泰信泵业")) == []
    assert not cast.customer("罗纳").is_trashed, "somebody has worked on its contact"
    kept = {(name, noun) for _id, name, _reason, noun in run.report["undone"]["kept"]}
    assert kept == {("王工", "contacts"), ("罗纳", "")}


def test_of_a_customer_who_stays_as_it_is_nothing_is_undone(cast: Cast) -> None:
    liu = person(cast, name="刘强", title="采购")
    run = brought(f"{cast.sigma.name},刘强,经理,,,,", cast=cast)
    assert [entry.noun for entry in db.session.scalars(select(ImportEntry))] == ["contacts"]
    cast.sigma.trash(by=cast.admin)
    db.session.commit()
    undone(run, by=cast.admin)
    assert (run.report["undone"]["kept"], liu.title) == ([], "采购")


def test_a_new_customer_is_compared_by_the_number_of_its_contact(cast: Cast) -> None:
    person(cast, name="刘强", mobile="138 1234 5678")
    rows = ("泰信泵业,陈工,,13812345678,13812345678,,", "罗纳,王工,,,0411-1234567,,")
    run = checked("\n".join([HEADER, *rows]) + "\n", by=cast.admin)
    found = [(twin["line"], twin["kind"], twin["customer"]) for twin in run.report["twins"]]
    assert found == [(2, "phone", cast.sigma.id)]


def test_a_number_alone_is_nobodys(cast: Cast) -> None:
    fields = IMPORTERS["customers"].fields
    assert Mapping.of(fields, ["客户名称", "手机", "职务"]).columns == {"name": "客户名称"}
    named = Mapping.of(fields, ["客户名称", "手机", "联系人"]).columns
    assert named["contact_mobile"] == "手机"
    with pytest.raises(Refused, match="No column fills contact_name"):
        Mapping.of(fields, ["客户", "手机"], columns=[("name", "客户"), ("contact_mobile", "手机")])
