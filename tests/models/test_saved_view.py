"""Who finds a saved view above a list."""

from __future__ import annotations

import pytest

from crm.extensions import db
from crm.models import SavedView, Sharing
from tests.cast import Cast


def finders(cast: Cast, view: SavedView) -> set[str]:
    people = ("admin", "li", "wang", "zhao", "wu", "zhou", "fin")
    return {
        name for name in people
        if view in db.session.scalars(SavedView.above("customers", getattr(cast, name))).all()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("owner", "sharing", "expected"),
    [
        ("wang", Sharing.NOBODY, "wang"),
        ("wang", Sharing.TEAM, "li wang zhao"),
        ("wang", Sharing.EVERYONE, "admin li wang zhao wu zhou fin"),
        # A team's views are found by the teams below it too.
        ("admin", Sharing.TEAM, "admin li wang zhao wu zhou fin"),
        ("admin", Sharing.NOBODY, "admin"),
    ],
)
def test_a_view_is_found_by_those_it_is_shared_with(
    cast: Cast, owner: str, sharing: Sharing, expected: str
) -> None:
    view = SavedView(list="customers", name="重点客户", query="grade=1",
                     owner=getattr(cast, owner), shared_with=sharing)  # fmt: skip
    db.session.add(view)
    db.session.flush()
    assert finders(cast, view) == set(expected.split())


def test_ones_own_views_come_first_and_those_of_other_lists_are_left_out(cast: Cast) -> None:
    for name, owner, which in (("甲", "li", "deals"), ("乙", "zhao", "customers"),
                               ("丙", "li", "customers"), ("丁", "li", "customers")):  # fmt: skip
        db.session.add(SavedView(list=which, name=name, query="", owner=getattr(cast, owner),
                                 shared_with=Sharing.TEAM))  # fmt: skip
        db.session.flush()
    views = db.session.scalars(SavedView.above("customers", cast.li)).all()
    assert [view.name for view in views] == ["丙", "丁", "乙"]
