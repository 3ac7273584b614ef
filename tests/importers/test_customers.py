"""Customers from a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import select

from crm.extensions import db
from crm.importers import Result
from crm.models import Action, Customer, CustomerKind, Event
from tests.cast import Cast
from tests.importers.conftest import reasons

Bring = Callable[..., Result]


def events(customer: Customer) -> list[Event]:
    found = select(Event).where(Event.customer_id == customer.id).order_by(Event.id)
    return list(db.session.scalars(found))


def test_every_field_arrives(cast: Cast, bring: Bring) -> None:
    result = bring(
        "customers",
        "id,name,kind,parent,owner,grade,industry,region,source,phone,website,address,employees,"
        "annual_revenue,note,created",
        f"E-7,西格玛铸造,经销商,{cast.sigma.name},wang,A,电力,华东,Trade fair,0411,a.example,"
        '"Pier 1, Dalian",1200.0,￥1.2万,"two\nlines",2020-01-02',
    )  # fmt: skip
    assert (result.problems, result.created) == ([], 1)
    made = cast.customer("西格玛铸造")
    assert (made.external_id, made.kind, made.parent, made.owner) == (
        "E-7", CustomerKind.DEALER, cast.sigma, cast.wang,
    )  # fmt: skip
    assert [str(made.grade), str(made.industry), str(made.region), str(made.source)] == [
        "A 重点客户", "电力", "华东", "展会",
    ]  # fmt: skip
    assert (made.phone, made.website) == ("0411", "https://a.example")
    assert made.address == "Pier 1, Dalian"
    assert (made.employees, made.annual_revenue, made.note) == (1200, Decimal(12000), "two\nlines")
    assert made.created_at == datetime(2020, 1, 1, 16, tzinfo=UTC)
    assert db.session.scalar(select(Customer.id).where(Customer.matching("xgmzz"))) == made.id


def test_what_comes_from_a_file_is_history_without_consequences(cast: Cast, bring: Bring) -> None:
    bring("customers", "name", "Tau")
    bring("customers", "name,phone", "Tau,7")
    created, changed = events(cast.customer("Tau"))
    assert (created.action, created.by_id) == (Action.CUSTOMER_CREATED, None)
    assert changed.particulars == {
        "changes": {"phone": ["", "7"]}, "imported": "file.csv",
    }  # fmt: skip
    assert created.done_at is not None
    assert changed.done_at is not None


def test_doing_it_again_changes_and_records_nothing(cast: Cast, bring: Bring) -> None:
    lines = ("name,owner,region,website,created_at", "Tau,wang,华东,tau.example,2020-01-02")
    bring("customers", *lines)
    before = cast.customer("Tau").version
    again = bring("customers", *lines)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert (len(events(cast.customer("Tau"))), cast.customer("Tau").version) == (1, before)


def test_a_name_finds_its_customer_whatever_case_width_and_punctuation(
    cast: Cast, bring: Bring
) -> None:
    result = bring("customers", "name,phone", "大连西格玛流体控制 有限公司,1", "ＴＡＵ Ltd.,2")
    assert (result.created, result.updated) == (1, 1)
    assert bring("customers", "name,phone", "tau ltd,2").updated == 1  # the name, as now written
    assert cast.customer("tau ltd").phone == "2"


def test_empty_cells_leave_what_is_there(cast: Cast, bring: Bring) -> None:
    result = bring("customers", "name,phone,owner", f"{cast.sigma.name},,")
    assert result.unchanged == 1
    assert cast.sigma.phone == "0411-8765 4321"


def test_a_parent_may_stand_on_an_earlier_line(cast: Cast, bring: Bring) -> None:
    lines = ("name,parent", "Group,", "Firm,group", "Group 2,", f"{cast.western.name},Group 2")
    assert bring("customers", *lines, check=True) == bring("customers", *lines)
    assert cast.customer("Firm").parent == cast.customer("Group")
    assert cast.western.parent == cast.customer("Group 2")
    assert bring("customers", *lines).unchanged == 4


def test_bad_rows_are_named_with_column_and_reason(cast: Cast, bring: Bring) -> None:
    cast.western.trash(by=cast.admin)
    cast.western.external_id = "W"
    db.session.commit()
    result = bring(
        "customers", "id,name,kind,parent,owner,employees,revenue,website,created",
        "1,,,,,,,,", ",Tau,,,,,,,", "2,Rho,friend,,,,,,", "3,Rho,,Nobody,,,,,",
        "4,Rho,,,nobody,,,,", "5,Rho,,,,many,1.234,x y,2027-01-01", "6,Rho", "7,Rho,,,,,,,",
        "7,Rho,,,,,,,", "W,West,,,,,,,",
    )  # fmt: skip
    assert reasons(result) == [
        (2, "name", "", "is empty"),
        (3, "id", "", "is empty"),
        (4, "kind", "friend", "is none of: prospect, customer, dealer"),
        (5, "parent", "Nobody", "is no customer, neither here nor on an earlier line"),
        (6, "owner", "nobody", "is no user: match the name with one, or add this user first"),
        (7, "website", "x y", "is not a web address; write it like https://www.example.com"),
        (7, "employees", "many", "is not a number; write it like 12500 or 12,500.00"),
        (7, "revenue", "1.234", "has more than two decimals"),
        (7, "created", "2027-01-01", "lies in the future"),
        (8, "", "", "has 2 cells, the header has 9"),
        (10, "id", "7", "is on line 9 already"),
        (11, "id", "W", "is in the trash: restore it first"),
    ]
    assert db.session.scalar(select(Customer).where(Customer.name == "Rho")) is None


def test_a_customer_in_the_trash_is_not_meant_by_its_name(cast: Cast, bring: Bring) -> None:
    name = cast.western.name
    cast.western.trash(by=cast.admin)
    db.session.commit()
    assert bring("customers", "name", name).created == 1


def test_a_group_does_not_go_round_in_a_circle(cast: Cast, bring: Bring) -> None:
    bring("customers", "name,parent", "Group,", "Firm,Group")
    assert reasons(bring("customers", "name,parent", "Group,Firm")) == [
        (2, "parent", "Firm", "belongs to this customer itself")
    ]
    circle = bring("customers", "name,parent", "New,Group", "Group,New")
    assert reasons(circle) == [(3, "parent", "New", "belongs to this customer itself")]


def test_two_customers_with_one_name_need_ids(cast: Cast, bring: Bring) -> None:
    bring("customers", "id,name", "1,Tau", "2,Tau")
    assert reasons(bring("customers", "name,phone", "Tau,1")) == [
        (2, "name", "Tau", "fits several: map an external id")
    ]
    assert reasons(bring("customers", "name,parent", "Rho,Tau")) == [
        (2, "parent", "Tau", "fits several: use the external id")
    ]
    assert bring("customers", "name,parent", "Rho,2").created == 1
