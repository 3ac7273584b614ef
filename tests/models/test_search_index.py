"""Finding records by fragment: the index finds exactly what reading every row would find."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from crm import search_index
from crm.extensions import db
from crm.folding import fold, pieces_of, sought_pieces
from crm.models import Contact, Customer, CustomerKind
from tests.cast import Cast

NAMES = (
    "大连西格玛流体控制有限公司", "西安天成仪表厂", "Bayou Process Systems LLC", "曾氏单县阀门",
    "𠮷野家（ﾃｽﾄ）", "Ａcme 100% _under_", "AB", "a", "鑫", "Nestlé Süd-West 2000",
)  # fmt: skip


def found(term: str) -> set[str]:
    return set(db.session.scalars(select(Customer.name).where(Customer.matching(term))))


def read(term: str) -> set[str]:
    """What a reader of every row would find."""
    words = [folded for word in term.split() if (folded := fold(word))]
    rows = db.session.execute(select(Customer.name, Customer.search_text)).all()
    return {name for name, text in rows if all(word in text for word in words)}


def add_names() -> None:
    for name in NAMES:
        db.session.add(Customer(name=name, kind=CustomerKind.PROSPECT))
    db.session.flush()


@settings(max_examples=150)
@given(
    term=st.one_of(
        st.tuples(st.sampled_from(NAMES), st.integers(0, 20), st.integers(0, 8)).map(
            lambda cut: cut[0][cut[1] : cut[1] + cut[2]]
        ),
        st.text(max_size=12),
        st.sampled_from(
            ["xgm", "tiancheng", "xianyi", "dlxgmltkz", "20", "c-00", "西 厂", "%", '"']
        ),
    )
)
def test_the_index_finds_what_reading_every_row_finds(cast: Cast, term: str) -> None:
    if not db.session.scalar(select(Customer.id).where(Customer.name == NAMES[0])):
        add_names()
    add_names()
    assert found(term) == read(term)
    db.session.rollback()


def test_a_renamed_customer_is_found_by_the_new_name_alone(cast: Cast) -> None:
    cast.sigma.name = "青岛碧渊"
    db.session.commit()
    assert found("qdby") == {"青岛碧渊"}
    assert not found("西格玛")


def test_a_deleted_row_is_not_found(cast: Cast) -> None:
    customer = Customer(name="鑫淼焱垚", kind=CustomerKind.PROSPECT)
    db.session.add(customer)
    db.session.commit()
    assert found("淼焱")
    db.session.execute(delete(Customer).where(Customer.id == customer.id))
    db.session.commit()
    assert not found("淼焱")


def test_the_index_can_be_made_anew_at_any_time(cast: Cast) -> None:
    before = found("西")
    db.session.commit()
    search_index.renew()
    search_index.renew()
    assert found("西") == before
    assert db.session.scalar(select(Contact.id).where(Contact.matching("淼焱"))) is None


def test_pieces_of_a_word_are_its_pairs_its_threes_and_its_chinese_characters() -> None:
    assert pieces_of("大连 dl1 a") == ["5927", "8fde", "59278fde", "dl", "l1", "dl1"]


@given(text=st.text("大连西abc12", max_size=12), first=st.integers(0, 9), count=st.integers(1, 6))
def test_what_is_sought_of_a_part_is_among_the_pieces_of_the_whole(
    text: str, first: int, count: int
) -> None:
    part = text[first : first + count]
    assert set(sought_pieces([part])) <= set(pieces_of(text))
