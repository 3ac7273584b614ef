"""Finding twins: while a firm is typed, and among the firms there are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.extensions import db
from crm.filters.twins import likely_twins
from crm.likenesses import LikenessKind, likenesses
from crm.models import Contact, Customer, CustomerKind, Distinction, Likeness, Merge
from crm.queries.duplicates import counts_of_groups, duplicate_groups
from tests.cast import Cast


def twins(cast: Cast, who: str, **typed: object) -> list[tuple[str, str, bool]]:
    found = likely_twins(likenesses(**typed), getattr(cast, who))  # type: ignore[arg-type]
    return [(twin.customer.name, twin.kind.value, twin.is_visible) for twin in found]


SIGMA = "大连西格玛流体控制有限公司"


@pytest.mark.parametrize(("typed", "kind"), [
    ({"name": "大连西格玛流体控制股份有限公司"}, "name"),
    ({"name": "沈阳西格马流体控制公司"}, "sound"),
    ({"phones": ("+86 411 87654321",)}, "phone"),
    ({"phones": ("138 0000 1234",)}, "phone"),
    ({"emails": ("someone@sigma.example",)}, "domain"),
])  # fmt: skip
def test_what_is_typed_finds_the_firm_that_is_there(
    cast: Cast, typed: dict[str, object], kind: str
) -> None:
    assert twins(cast, "wang", **typed) == [(SIGMA, kind, True)]


# Ways to write the same, and others.
WRITTEN = st.sampled_from([
    "沈阳鼓风机有限公司", "沈阳鼓风机集团", "沈阳 鼓风机（有限公司）", "鼓风机", "申阳鼓风机厂",
    "Omega Pumps Ltd.", "ＯＭＥＧＡ pumps", "Omega-Pumps S.p.A.", "Omega",
])  # fmt: skip
NUMBERS = st.sampled_from(
    ["", "024-2345 6789", "+86 24 23456789", "（024）２３４５６７８９", "110"]
)


@settings(max_examples=20)
@given(st.tuples(WRITTEN, NUMBERS), st.tuples(WRITTEN, NUMBERS))
def test_who_is_alike_is_so_from_either_side(
    cast: Cast, one: tuple[str, str], other: tuple[str, str]
) -> None:
    def found(here: tuple[str, str], typed: tuple[str, str]) -> list[str]:
        Customer.register(Customer(name=here[0], phone=here[1] or None), by=cast.wang)
        db.session.flush()
        alike = [
            kind for _name, kind, _seen in twins(cast, "wang", name=typed[0], phones=typed[1:])
        ]
        db.session.rollback()
        return alike

    assert found(one, other) == found(other, one)
    assert found(one, one)[0] == "name"


def test_a_stranger_learns_that_it_is_taken_and_no_more(cast: Cast) -> None:
    assert twins(cast, "wu", name=SIGMA) == [(SIGMA, "name", False)]


def test_nothing_alike_finds_nothing(cast: Cast) -> None:
    assert twins(cast, "wang", name="北京中科", phones=("010-1234 5678",)) == []
    assert twins(cast, "wang") == []


def test_a_firm_is_not_its_own_twin(cast: Cast) -> None:
    found = likenesses(name=SIGMA)
    assert likely_twins(found, cast.wang, besides=cast.sigma.id) == []


def test_what_is_in_the_trash_is_no_twin(cast: Cast) -> None:
    cast.sigma.trash(by=cast.wang)
    db.session.commit()
    assert twins(cast, "wang", name=SIGMA, phones=("13800001234",)) == []


def test_a_changed_record_is_known_by_what_it_says_now(cast: Cast) -> None:
    cast.sigma.phone = "0411-1111 2222"
    contact = db.session.scalars(select(Contact)).one()
    contact.email = None
    db.session.commit()
    assert not twins(cast, "wang", phones=("0411-87654321",), emails=("a@sigma.example",))
    assert twins(cast, "wang", phones=("041111112222",))


@pytest.fixture
def twin(cast: Cast) -> Customer:
    twin = Customer.register(
        Customer(name="大连西格玛流体控制公司", kind=CustomerKind.PROSPECT, owner=cast.zhao,
                 phone="0411 87654321"), by=cast.zhao)  # fmt: skip
    db.session.commit()
    return twin


def groups(cast: Cast, who: str) -> dict[str, list[list[str]]]:
    return {
        kind.value: [
            [customer.name for customer in group.customers]
            for group in duplicate_groups(kind, getattr(cast, who))
        ]
        for kind in LikenessKind
    }


def test_groups_say_who_shares_what(cast: Cast, twin: Customer) -> None:
    both = [[SIGMA, twin.name]]
    assert groups(cast, "li") == {"name": both, "phone": [], "domain": [], "sound": []}
    twin.name = "西格玛"
    db.session.commit()
    both = [[SIGMA, twin.name]]
    assert groups(cast, "li") == {"name": [], "phone": both, "domain": [], "sound": []}


def test_however_many_share_a_name_they_are_a_group(cast: Cast) -> None:
    wang = cast.wang
    for number in range(24):
        name = ("沈阳鼓风机有限公司", "沈阳鼓风机")[number % 2]
        Customer.register(Customer(name=name, owner=wang, phone="024-2345 6789"), by=wang)
    db.session.commit()
    (group,) = duplicate_groups(LikenessKind.NAME, wang)
    assert (len(group.customers), group.more) == (20, 4)
    assert counts_of_groups(wang, LikenessKind.NAME) == {LikenessKind.NAME: 1}
    assert not duplicate_groups(LikenessKind.PHONE, wang)


def test_what_was_told_apart_is_no_group_until_a_third_comes(cast: Cast, twin: Customer) -> None:
    Distinction.draw([twin, cast.sigma], by=cast.li)
    Distinction.draw([cast.sigma, twin], by=cast.li)
    db.session.commit()
    assert not any(groups(cast, "li").values())
    assert sum(counts_of_groups(cast.li, *LikenessKind).values()) == 0
    third = Customer.register(
        Customer(name="大连西格玛流体控制厂有限公司", owner=cast.wang, phone="0411-87654321"),
        by=cast.wang,
    )
    db.session.commit()
    assert groups(cast, "li")["phone"] == [[SIGMA, twin.name, third.name]]
    assert sum(counts_of_groups(cast.li, *LikenessKind).values()) == 1
    third.trash(by=cast.wang)
    Distinction.erase([cast.sigma, twin])
    db.session.commit()
    assert groups(cast, "li")["name"] == [[SIGMA, twin.name]]


def test_groups_hold_only_what_one_may_see(cast: Cast, twin: Customer) -> None:
    assert not any(groups(cast, "wu").values())
    assert not any(groups(cast, "wang").values())


def test_groups_come_in_pages(cast: Cast, twin: Customer) -> None:
    (group,) = duplicate_groups(LikenessKind.NAME, cast.li)
    assert duplicate_groups(LikenessKind.NAME, cast.li, after=group.value) == []


def test_after_a_merge_there_is_no_group_and_undone_there_is(cast: Cast, twin: Customer) -> None:
    before = db.session.scalar(select(func.count(Likeness.id)))
    merge = Merge.customers(cast.sigma, twin, by=cast.li)
    db.session.commit()
    assert not any(groups(cast, "li").values())
    merge.undo(by=cast.li)
    db.session.commit()
    assert groups(cast, "li")["name"]
    assert db.session.scalar(select(func.count(Likeness.id))) == before
