"""The firm's own fields: what a record keeps of them, gives back, and says of a change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.extensions import db
from crm.models import Action, Customer, CustomField, CustomNoun, Event, FieldKind
from crm.models.custom_field.storing import LARGEST
from tests.cast import Cast
from tests.custom_fields import make_field


def kept(customer: Customer, field: CustomField, value: Any) -> Any:
    """``value`` as it comes back from the database."""
    customer.set_custom(field, value)
    db.session.commit()
    db.session.expire_all()
    return customer.custom_value(field)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.TEXT, "DN50"),
        (FieldKind.LONG_TEXT, "一行\n又一行"),
        (FieldKind.NUMBER, Decimal("-12.5")),
        (FieldKind.NUMBER, Decimal(100)),
        (FieldKind.MONEY, Decimal("12500.50")),
        (FieldKind.DAY, date(2026, 2, 28)),
        (FieldKind.YES_NO, True),
        (FieldKind.YES_NO, False),
        (FieldKind.LINK, "https://example.com/图纸"),
    ],
)
def test_what_was_set_comes_back(cast: Cast, kind: FieldKind, value: Any) -> None:
    assert kept(cast.sigma, make_field(kind), value) == value


def test_choices_and_people_come_back_as_records(cast: Cast) -> None:
    field = make_field(FieldKind.CHOICES, "水", "蒸汽", "煤气")
    water, _steam, gas = field.choices
    assert kept(cast.sigma, field, [gas, water]) == [water, gas]
    one = make_field(FieldKind.CHOICE, "水", "蒸汽")
    assert kept(cast.sigma, one, one.choices[1]) is one.choices[1]
    assert kept(cast.sigma, make_field(FieldKind.PERSON), cast.zhao) is cast.zhao


@pytest.mark.parametrize("empty", [None, "", []])
def test_what_is_emptied_leaves_nothing(cast: Cast, empty: Any) -> None:
    field = make_field(FieldKind.TEXT)
    kept(cast.sigma, field, "DN50")
    assert kept(cast.sigma, field, empty) is None
    assert cast.sigma.custom == {}


@pytest.mark.parametrize("kind", [FieldKind.NUMBER, FieldKind.MONEY])
@pytest.mark.parametrize("value", [LARGEST, -LARGEST])
def test_what_is_too_large_is_refused(cast: Cast, kind: FieldKind, value: Decimal) -> None:
    with pytest.raises(ValueError, match="000000000000"):
        cast.sigma.set_custom(make_field(kind), value)


BELOW = Decimal("999999999999.999999")


@given(first=st.decimals(-BELOW, BELOW, places=6), second=st.decimals(-BELOW, BELOW, places=6))
def test_numbers_keep_their_value_and_their_order(first: Decimal, second: Decimal) -> None:
    field = CustomField(kind=FieldKind.NUMBER)
    assert field.value_of(field.stored(first)) == first
    assert (field.stored(first) < field.stored(second)) == (first < second)


def test_a_change_is_recorded_in_both_languages(cast: Cast) -> None:
    field = make_field(FieldKind.CHOICE, "水", "蒸汽")
    kept(cast.sigma, field, field.choices[0])
    size, steam = make_field(FieldKind.NUMBER), field.choices[1]
    sigma, wang = cast.sigma, cast.wang
    for each in (field, size, steam):
        db.session.refresh(each)  # a query later on would write what is pending
    sigma.phone = "0411-1"
    sigma.set_custom(field, steam)
    sigma.set_custom(size, Decimal("12.50"))
    sigma.note_changes(by=wang)
    db.session.commit()
    changed = Event.about("customer", sigma.id).where(Event.action == Action.CUSTOMER_CHANGED)
    event = db.session.scalars(changed).one()
    assert event.particulars["changes"] == {
        "phone": ["0411-8765 4321", "0411-1"],
        field.key: ["水\n水 in English", "蒸汽\n蒸汽 in English"],
        size.key: ["", "12.5"],
    }


def test_what_is_out_of_use_is_no_longer_offered_but_kept(cast: Cast) -> None:
    field = make_field(FieldKind.TEXT)
    kept(cast.sigma, field, "DN50")
    field.active = False
    db.session.commit()
    assert db.session.scalars(CustomField.of(CustomNoun.CUSTOMER)).all() == []
    assert db.session.scalars(CustomField.all_of(CustomNoun.CUSTOMER)).all() == [field]
    assert cast.sigma.custom_value(field) == "DN50"
