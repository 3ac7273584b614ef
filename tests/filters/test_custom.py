"""Lists by the firm's own fields: put in order, narrowed and paged, on either database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from crm import paging
from crm.extensions import db
from crm.filters import custom
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.filters.deals.board import BoardFilter
from crm.models import Customer, CustomField, CustomNoun, Deal, FieldKind
from tests.cast import Cast
from tests.custom_fields import make_field

VALUES: dict[FieldKind, list[Any]] = {
    FieldKind.TEXT: ["a", "b", "c"],
    FieldKind.NUMBER: [Decimal("-2.5"), Decimal(10), Decimal("999999999999.999999")],
    FieldKind.MONEY: [Decimal("-5"), Decimal("9.99"), Decimal("10")],
    FieldKind.DAY: [date(2025, 12, 31), date(2026, 1, 2), date(2026, 11, 1)],
    FieldKind.LINK: ["https://a.example", "https://b.example", "https://c.example"],
}


def customers(cast: Cast, field: CustomField, values: list[Any]) -> list[Customer]:
    """A customer of Wang's for each value."""
    made = []
    for number, value in enumerate(values):
        customer = Customer(name=f"客户{number}", owner=cast.wang)
        Customer.register(customer, by=cast.wang)
        customer.set_custom(field, value)
        made.append(customer)
    db.session.commit()
    return made


def listed(cast: Cast, **address: str) -> list[str]:
    """The names of Wang's customers that an address lists, in order."""
    filter = CustomerFilter.parse_text("&".join(f"{key}={value}" for key, value in address.items()))
    return [customer.name for customer in db.session.scalars(filter.select(cast.wang))]


@pytest.mark.parametrize("kind", VALUES)
def test_a_list_is_put_in_order_by_them(
    cast: Cast, kind: FieldKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PER_PAGE", 2)
    field = make_field(kind)
    values = VALUES[kind]
    customers(cast, field, [values[1], None, values[2], values[0]])
    sigma = cast.sigma.name
    assert listed(cast, sort=field.key) == ["客户3", "客户0", "客户2", sigma, "客户1"]
    assert listed(cast, sort=f"-{field.key}") == ["客户2", "客户0", "客户3", "客户1", sigma]
    for sort in (field.key, f"-{field.key}"):
        paged, after = [], ""
        while True:
            page = CustomerFilter(sort=sort, after=after).shown_to(cast.wang)
            paged += [customer.name for customer in page.records]
            if not (after := page.next):
                break
        assert paged == listed(cast, sort=sort)


def test_choices_sort_in_the_firms_order_and_people_by_name(cast: Cast) -> None:
    field = make_field(FieldKind.CHOICE, "z", "a")
    last, first = field.choices
    last.position, first.position = 2, 1
    db.session.commit()
    db.session.expire_all()
    customers(cast, field, [last, first])
    assert listed(cast, sort=field.key)[:2] == ["客户1", "客户0"]
    helper = make_field(FieldKind.PERSON)
    one, other = db.session.scalars(select(Customer).where(Customer.name.startswith("客户")))
    one.set_custom(helper, cast.zhao)
    other.set_custom(helper, cast.sun)
    db.session.commit()
    assert listed(cast, sort=f"-{helper.key}")[:2] == [one.name, other.name]
    answered = make_field(FieldKind.YES_NO)
    one.set_custom(answered, True)
    other.set_custom(answered, False)
    db.session.commit()
    assert listed(cast, sort=f"-{answered.key}")[:2] == [one.name, other.name]


def test_a_list_is_narrowed_by_them(cast: Cast) -> None:
    number, day = make_field(FieldKind.NUMBER), make_field(FieldKind.DAY)
    answered, helper = make_field(FieldKind.YES_NO), make_field(FieldKind.PERSON)
    one = make_field(FieldKind.CHOICE, *"abcdefghijklm")
    several = make_field(FieldKind.CHOICES, *"abcdefghijklm")
    first, second, _third = customers(cast, number, [Decimal("-3.25"), Decimal(7), None])
    first.set_custom(day, date(2026, 1, 31))
    second.set_custom(day, date(2026, 2, 1))
    first.set_custom(answered, True)
    second.set_custom(answered, False)
    first.set_custom(helper, cast.zhao)
    second.set_custom(helper, cast.wang)
    first.set_custom(one, one.choices[0])
    second.set_custom(one, one.choices[10])
    first.set_custom(several, [several.choices[0], several.choices[12]])
    second.set_custom(several, several.choices[9:12])
    db.session.commit()
    for key, only_first, only_second in (
        (number.key, "..0", "0.5..7"),
        (day.key, "2026-01-01..2026-01-31", "2026-02-01.."),
        (answered.key, "yes", "no"),
        (helper.key, str(cast.zhao.id), "me"),
        (one.key, str(one.choices[0].id), str(one.choices[10].id)),
        (several.key, str(several.choices[0].id), str(several.choices[10].id)),
    ):
        assert listed(cast, **{key: only_first}) == [first.name], key
        assert listed(cast, **{key: only_second}) == [second.name], key
    both = f"{several.choices[0].id},{several.choices[10].id}"
    assert sorted(listed(cast, **{several.key: both})) == [first.name, second.name]
    assert listed(cast, **{several.key: str(several.choices[1].id)}) == []


def test_only_fields_in_use_of_the_lists_own_noun_have_an_address(cast: Cast) -> None:
    retired = make_field(FieldKind.YES_NO, active=False)
    elsewhere = make_field(FieldKind.YES_NO, noun=CustomNoun.DEAL)
    for field in (retired, elsewhere):
        filter = CustomerFilter.parse_text(f"{field.key}=yes&sort={field.key}&columns={field.key}")
        assert filter == CustomerFilter()
    board = BoardFilter.parse_text(f"{elsewhere.key}=yes")
    assert board.own == ((elsewhere.key, ("yes",)),)
    shown = {column.name for column in board.every_column()}
    assert {elsewhere.key, retired.key} & shown == {elsewhere.key}
    assert [facet.name for facet in custom.facets_of(Deal)] == [elsewhere.key]


@pytest.mark.parametrize("value", ["", "x", "yes,no,maybe", "..", "1e999..", "0", "٣", "\0", "-1"])
def test_whatever_stands_in_the_address_a_list_comes(cast: Cast, value: str) -> None:
    keys = [make_field(kind, "a", noun=CustomNoun.DEAL).key for kind in FieldKind]
    for key in keys:
        filter = DealFilter.parse_text(
            f"{key}={value}&sort=-{key}&columns=name,{key}&after=0,{value},1"
        )
        filter.shown_to(cast.wang)
        assert DealFilter.parse_text(filter.text()) == filter
