"""Names are in the order in which people look for them, the same on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.folding import sort_key
from crm.models import Customer, User
from tests.cast import Cast

IN_ORDER = [
    "安徽阀门", "Bayou Systems", "重庆水泵", "大连西格玛", "Éclair", "Ｆlow 2", "flow 10",
    "李敏", "西安仪表", "先锋泵业", "张伟",
]  # fmt: skip


def test_chinese_names_stand_by_pinyin_among_latin_ones(cast: Cast) -> None:
    for name in sorted(IN_ORDER):
        Customer.register(Customer(name=name, owner=cast.wu), by=cast.wu)
    db.session.flush()
    chosen = select(Customer.name).where(Customer.name.in_(IN_ORDER)).order_by(Customer.sort_name)
    assert list(db.session.scalars(chosen)) == IN_ORDER


def test_a_new_name_has_a_new_place(cast: Cast) -> None:
    cast.sigma.name = "安徽西格玛"
    db.session.flush()
    assert cast.customer("安徽西格玛").sort_name == "an1 hui1 xi1 ge2 ma3"


def test_colleagues_stand_by_pinyin(cast: Cast) -> None:
    names = [user.name for user in db.session.scalars(User.active())]
    assert names == ["陈立", "冯琴", "何静", "李敏", "孙健", "王芳", "吴迪", "赵磊", "周涛"]


@pytest.mark.parametrize("name", ["", "！！", "长" * 200, "\u3400", "😀"])
def test_any_name_has_a_key_that_fits(name: str) -> None:
    assert len(sort_key(name)) <= 120
