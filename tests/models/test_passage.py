"""Whatever is written about a record finds it: by a part, in pinyin, by initials, in any form."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.extensions import db
from crm.folding import fold, initials_of, pinyin_of
from crm.models import Activity, Contact, Customer, Deal, OptionList, Passage, Task
from tests.cast import Cast

LETTERS = "大连西格玛流体机械密封报价重庆银行长abcXYZ0123456789 -()/，。éß"
WIDE = {ord(char): chr(ord(char) + 0xFEE0) for char in map(chr, range(0x21, 0x7F))}
WRITTEN = st.text(LETTERS, min_size=2, max_size=40).filter(lambda text: len(fold(text)) >= 2)


def find(model: Any, term: str) -> set[int]:
    condition = model.noted(term) if model is Activity else model.matching(term)
    return set(db.session.scalars(select(model.id).where(condition)))


def write(cast: Cast, where: str, text: str) -> tuple[Any, int]:
    """Something that ``text`` is written at: its model and id."""
    wang = cast.wang
    record: Any = {
        "customer": lambda: Customer.register(Customer(name="甲", note=text), by=wang),
        "code": lambda: Customer.register(Customer(name="甲", external_id=text), by=wang),
        "phone": lambda: Customer.register(Customer(name="甲", phone=text), by=wang),
        "contact": lambda: Contact.register(
            Contact(name="乙", customer=cast.sigma, note=text), by=wang
        ),
        "mail": lambda: Contact.register(
            Contact(name="乙", customer=cast.sigma, email=text), by=wang
        ),
        "task": lambda: Task.add(Task(title="丙", note=text, assignee=wang), by=wang),
        "deal": lambda: Deal.open(
            Deal(name="丁", next_step=text, owner=wang), cast.stages[0], by=wang
        ),
        "activity": lambda: Activity.log(
            Activity(customer=cast.sigma, summary=text,
                     kind=cast.option(OptionList.ACTIVITY_KIND, "Visit")), by=wang
        ),
    }[where]()  # fmt: skip
    db.session.flush()
    return type(record), record.id


@settings(max_examples=120)
@given(
    text=WRITTEN, cut=st.tuples(st.integers(0, 39), st.integers(2, 12)),
    where=st.sampled_from(["customer", "code", "phone", "contact", "mail", "task", "deal",
                           "activity"]),
)  # fmt: skip
def test_what_was_saved_is_found_by_any_part_of_it(
    cast: Cast, text: str, cut: tuple[int, int], where: str
) -> None:
    model, id = write(cast, where, text)
    part = text[cut[0] : cut[0] + cut[1]]
    if len(fold(part)) < 2:
        part = text
    for typed in (
        text, part, part.upper(), part.lower(), part.translate(WIDE),
        unicodedata.normalize("NFD", part), pinyin_of(fold(text)), initials_of(fold(text)),
    ):  # fmt: skip
        if len(typed.split()) <= 12:
            assert id in find(model, typed), typed
    db.session.rollback()


@pytest.mark.parametrize("typed", [
    "0411-8765 4321", "87654321", "8765-43", "(0411) 87654321", "6543", "+86 411 8765", "０４１１",
])  # fmt: skip
def test_digits_of_a_phone_are_found_whatever_stands_between_them(cast: Cast, typed: str) -> None:
    cast.sigma.phone = "+86 411/8765.4321" if "+" in typed else "0411 - 8765 4321"
    db.session.flush()
    assert cast.sigma.id in find(Customer, typed)


def test_a_note_and_a_name_are_found_together(cast: Cast) -> None:
    cast.sigma.note = "要求不锈钢机械密封"
    db.session.flush()
    assert find(Customer, "西格玛 密封") == {cast.sigma.id}
    assert find(Customer, "xigema bxg") == {cast.sigma.id}
    assert find(Customer, "天成 密封") == set()


def test_what_is_no_longer_written_is_no_longer_found(cast: Cast) -> None:
    cast.sigma.note = "要求不锈钢"
    db.session.commit()
    cast.sigma.note = "要求碳钢"
    db.session.commit()
    assert find(Customer, "不锈") == set()
    assert find(Customer, "碳钢") == {cast.sigma.id}
    cast.sigma.note = None
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Passage)) == 0


def test_a_passage_is_written_when_it_changes_alone(cast: Cast) -> None:
    cast.sigma.note = "要求不锈钢"
    db.session.commit()
    before = db.session.scalars(select(Passage.id)).one()
    cast.sigma.address = "大连市"
    db.session.commit()
    assert db.session.scalars(select(Passage.id)).one() == before
    sigma = cast.sigma
    sigma.name = "大连新名"
    db.session.commit()
    assert find(Customer, "新名 不锈钢") == {sigma.id}


def test_a_picker_offers_what_is_called_so_not_what_it_is_noted_at(cast: Cast) -> None:
    cast.sigma.note = "以前在天成工作"
    db.session.flush()
    found = db.session.scalars(select(Customer.id).where(Customer.named("天成"))).all()
    assert found == [cast.western.id]
