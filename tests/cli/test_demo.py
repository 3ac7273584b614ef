"""``crm demo``: only an empty database becomes the demo, and only the demo is made again.

What an empty database becomes, and what is said of it, is in ``tests/demo/test_build.py``.
"""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm import files, seed
from crm.demo import people
from crm.demo.world import World
from crm.extensions import db
from crm.models import Attachment, Company, Customer, User
from tests.cast import Cast
from tests.cli.conftest import Command


@pytest.fixture
def small_demo(empty: None) -> None:
    """The demo's people without their year of history."""
    seed.plant(name=people.FIRM, is_demo=True)
    people.hire(World(Company.current().today()))
    db.session.commit()


def number_of(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_the_demo_is_left_as_it_is(crm: Command, small_demo: None) -> None:
    wangfang = User.by_login("wangfang")
    assert wangfang is not None
    wangfang.name = "改过名"
    db.session.commit()
    result = crm("demo")
    assert result.exit_code == 0
    assert "This is the demo already" in result.output
    assert "改过名" in result.output


def test_reset_makes_the_demo_again(crm: Command, small_demo: None) -> None:
    wangfang = User.by_login("wangfang")
    assert wangfang is not None
    picture = files.PreparedFile("ticket.jpg", "image/jpeg", b"a picture")
    receipt = files.store(picture, kind="expense_item", by=wangfang)
    receipt.record_id = 1
    db.session.add(receipt)
    Customer.register(Customer(name="临时客户", owner=wangfang), by=wangfang)
    db.session.commit()

    assert crm("demo", "--reset").exit_code == 0

    names, digests = select(Customer.name), select(Attachment.digest)
    assert "临时客户" not in db.session.scalars(names).all()
    assert receipt.digest not in db.session.scalars(digests).all()
    assert not files.path_of(receipt.digest).exists()
    assert number_of(User) == len(people.PEOPLE)


@pytest.mark.parametrize("arguments", [(), ("--reset",)])
def test_a_firm_s_database_is_refused(crm: Command, cast: Cast, arguments: tuple[str, ...]) -> None:
    result = crm("demo", *arguments)
    assert result.exit_code == 1
    assert "this database is in use" in result.output
    assert cast.wang.is_active


def test_if_empty_passes_by_a_firm_s_database(crm: Command, cast: Cast) -> None:
    result = crm("demo", "--if-empty")
    assert (result.exit_code, result.output) == (0, "")
    assert cast.wang.is_active


def test_a_company_without_users_is_in_use_too(crm: Command, empty: None) -> None:
    crm("setup", "--company", "恒禾")
    assert crm("demo").exit_code == 1
