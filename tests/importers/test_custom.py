"""The firm's own fields as spreadsheets write them, and as they are said again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.formatting import custom_words
from crm.importers.custom import custom_fields, parser
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.models import CustomChoice, CustomField, CustomNoun, FieldKind
from tests.cast import Cast
from tests.custom_fields import make_field

BELOW = Decimal("999999999999.99")


@pytest.fixture
def known() -> Known:
    return Known()


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [(FieldKind.TEXT, "DN50", "DN50"), (FieldKind.NUMBER, "-1,200.5", Decimal("-1200.5")),
     (FieldKind.MONEY, "-￥1.2万", Decimal(-12000)),
     (FieldKind.DAY, "2026年3月1日", date(2026, 3, 1)),
     (FieldKind.YES_NO, "是", True), (FieldKind.YES_NO, "No", False), (FieldKind.YES_NO, "√", True),
     (FieldKind.LINK, "www.sigma.example", "https://www.sigma.example")],
)  # fmt: skip
def test_what_spreadsheets_say_is_read(
    cast: Cast, known: Known, kind: FieldKind, written: str, value: Any
) -> None:
    assert parser(CustomField(kind=kind))(written, known) == value


@pytest.mark.parametrize(
    ("kind", "written", "reason"),
    [(FieldKind.TEXT, "x" * 301, "longer than 300"), (FieldKind.NUMBER, "viel", "not a number"),
     (FieldKind.NUMBER, "0.1234567", "more than 6 decimals"), (FieldKind.DAY, "soon", "not a date"),
     (FieldKind.MONEY, "1.234", "more than 2 decimals"), (FieldKind.YES_NO, "maybe", "neither"),
     (FieldKind.LINK, "javascript:alert(1)", "not a web address"),
     (FieldKind.PERSON, "Nobody", "is no user")],
)  # fmt: skip
def test_what_is_nothing_of_the_kind_is_refused(
    cast: Cast, known: Known, kind: FieldKind, written: str, reason: str
) -> None:
    with pytest.raises(BadValue, match=reason):
        parser(CustomField(kind=kind))(written, known)


def test_choices_and_people_are_found_by_their_names(cast: Cast, known: Known) -> None:
    one = make_field(FieldKind.CHOICE, "水", "蒸汽")
    assert parser(one)("蒸汽 in ENGLISH", known) is one.choices[1]
    several = make_field(FieldKind.CHOICES, "水", "水, 热", "油")
    water, hot, oil = several.choices
    assert parser(several)("水, 热；油", known) == [hot, oil]
    assert parser(several)("水，油", known) == [water, oil]
    with pytest.raises(BadValue, match="is none of: 水 in English, 水, 热 in English"):
        parser(several)("水油", known)
    assert parser(make_field(FieldKind.PERSON))("zhao", known) is cast.zhao


def test_files_know_the_fields_in_use_by_their_labels(cast: Cast) -> None:
    field = make_field(FieldKind.TEXT, required=True)
    make_field(FieldKind.TEXT, active=False)
    make_field(FieldKind.TEXT, noun=CustomNoun.DEAL)
    (known,) = custom_fields(CustomNoun.CUSTOMER)
    assert (known.name, known.words, known.never_empty) == (field.key, ("阀门口径", "Bore"), True)
    assert not known.required


LABELS = st.lists(
    st.text(st.characters(categories=["L", "Nd"], include_characters=", ;"), min_size=1)
    .map(lambda text: text.strip(" ,;"))
    .filter(bool),
    min_size=1, max_size=6, unique_by=lambda text: " ".join(text.casefold().split()),
)  # fmt: skip


@pytest.mark.usefixtures("cast")
@given(
    number=st.decimals(-BELOW, BELOW, places=6),
    day=st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    truth=st.booleans(),
)
def test_what_is_said_of_a_value_is_read_as_the_same(
    number: Decimal, day: date, truth: bool
) -> None:
    known = Known()
    for kind, value in (
        (FieldKind.NUMBER, number),
        (FieldKind.MONEY, round(number, 2)),
        (FieldKind.DAY, day),
        (FieldKind.YES_NO, truth),
    ):
        field = CustomField(kind=kind)
        kept = field.value_of(field.stored(value))
        assert kept == value
        assert parser(field)(custom_words(field, kept), known) == value


@pytest.mark.usefixtures("cast")
def test_a_letter_that_is_longer_in_lower_case_takes_nothing_of_what_follows() -> None:
    field = CustomField(kind=FieldKind.CHOICES)
    field.choices = [
        CustomChoice(id=number, label_zh=label, label_en="", active=True)
        for number, label in enumerate(("A,İ", "A"), 1)
    ]
    assert parser(field)("A,İ, A", Known()) == field.choices


@pytest.mark.usefixtures("cast")
@given(LABELS, st.data())
def test_chosen_labels_are_read_as_the_same(labels: list[str], data: st.DataObject) -> None:
    field = CustomField(kind=FieldKind.CHOICES)
    field.choices = [
        CustomChoice(id=number, label_zh=label, label_en="", active=True)
        for number, label in enumerate(labels, 1)
    ]
    chosen = data.draw(st.lists(st.sampled_from(field.choices), unique_by=id, min_size=1))
    said = custom_words(field, field.value_of(field.stored(chosen)))
    read = parser(field)(said, Known())
    # A label may be that of two others with a comma between them: what is said is then the same.
    assert custom_words(field, read) == said or set(read) == set(chosen)
