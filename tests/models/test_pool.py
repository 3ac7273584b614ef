"""The public pool: claiming, giving up, and going back by rule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.filters.customers import CustomerFilter
from crm.mail import Obsolete, compose, written_for
from crm.models import (
    Action,
    Activity,
    Company,
    Customer,
    CustomerKind,
    Deal,
    Event,
    OptionList,
    OutgoingMail,
    PoolRule,
    PoolWarning,
    User,
)
from crm.models.ownership import Ownership
from crm.models.pool import PoolRefused
from crm.queries.silence import due_for_the_pool, keep_the_pool
from tests.cast import Cast


@pytest.fixture
def pool(cast: Cast) -> None:
    """A pool from which everybody may own up to three, and a rule of 60 days."""
    company = Company.current()
    company.pool_limit, company.pool_rest_days = 3, 30
    db.session.add(PoolRule(grade_id=None, days=60))
    db.session.commit()


@pytest.fixture
def quiet(cast: Cast) -> Customer:
    """Wang's customer without any deal."""
    customer = Customer.register(
        Customer(name="静安仪表", kind=CustomerKind.PROSPECT, owner=cast.wang), by=cast.wang
    )
    db.session.commit()
    return customer


def in_pool(user: User) -> list[Customer]:
    """What ``user`` finds in the pool."""
    return list(db.session.scalars(CustomerFilter.parse_text("owner=none").narrow(user)))


def later(days: float) -> None:
    clock.set_to(clock.now() + timedelta(days=days))


def refused(customer: Customer, cast: Cast, who: str) -> str:
    with pytest.raises(PoolRefused) as refusal:
        customer.claim(by=getattr(cast, who))
    return refusal.value.reason


def test_a_customer_given_up_can_be_claimed(cast: Cast, pool: None, quiet: Customer) -> None:
    quiet.release(by=cast.wang)
    db.session.commit()
    assert in_pool(cast.wu) == [quiet]
    quiet.claim(by=cast.wu)
    quiet.claim(by=cast.wu)
    db.session.commit()
    assert quiet.owner is not None
    assert quiet.owner.username == "wu"
    claimed = select(Event).where(Event.action == Action.CUSTOMER_CLAIMED)
    assert len(db.session.scalars(claimed).all()) == 1


def test_without_a_pool_nobody_sees_or_claims_what_nobody_owns(cast: Cast, quiet: Customer) -> None:
    quiet.release(by=cast.wang)
    db.session.commit()
    assert refused(quiet, cast, "wu") == "off"
    assert not in_pool(cast.wu)


def test_what_somebody_owns_is_not_claimed(cast: Cast, pool: None) -> None:
    assert refused(cast.western, cast, "wang") == "taken"


def test_nobody_claims_more_than_the_limit(cast: Cast, pool: None, quiet: Customer) -> None:
    quiet.release(by=cast.wang)
    Company.current().pool_limit = 1
    db.session.commit()
    assert refused(quiet, cast, "wu") == "limit"


def test_who_lost_it_rests_before_claiming_it_again(
    cast: Cast, pool: None, quiet: Customer
) -> None:
    quiet.release(by=cast.wang)
    db.session.commit()
    later(29)
    assert refused(quiet, cast, "wang") == "resting"
    later(2)
    quiet.claim(by=cast.wang)


def test_ownerships_tell_who_looked_after_it(cast: Cast, pool: None, quiet: Customer) -> None:
    began = clock.now()
    later(10)
    quiet.owner = cast.zhao
    quiet.note_changes(by=cast.li)
    db.session.commit()
    later(5)
    quiet.release(by=cast.zhao)
    quiet.note = "unrelated"
    db.session.commit()
    rows = db.session.scalars(Ownership.of(quiet)).all()
    assert [(row.owner.username, row.began_at, row.ended_at) for row in rows] == [
        ("zhao", began + timedelta(days=10), began + timedelta(days=15)),
        ("wang", began, began + timedelta(days=10)),
    ]


def test_a_silent_customer_is_warned_of_and_then_goes(
    cast: Cast, pool: None, quiet: Customer
) -> None:
    later(52)
    keep_the_pool()
    assert not db.session.scalars(select(PoolWarning)).all()
    later(2)
    keep_the_pool()
    keep_the_pool()
    db.session.commit()
    (warning,) = db.session.scalars(select(PoolWarning)).all()
    (mail,) = db.session.scalars(select(OutgoingMail)).all()
    assert (warning.customer, mail.to.username) == (quiet, "wang")
    with written_for(mail.to):
        assert "静安仪表" in compose(mail).text
    later(6)
    keep_the_pool()
    assert quiet.owner is not None
    later(1)
    keep_the_pool()
    db.session.commit()
    assert quiet.owner is None
    released = db.session.scalars(
        select(Event).where(Event.action == Action.CUSTOMER_RELEASED)
    ).one()
    assert released.particulars == {"owner": "王芳", "silent_days": 61}
    with written_for(mail.to), pytest.raises(Obsolete):
        compose(mail)


def test_getting_in_touch_keeps_it(cast: Cast, pool: None, quiet: Customer) -> None:
    later(55)
    keep_the_pool()
    Activity.log(
        Activity(customer=quiet, summary="电话", happened_at=clock.now() + timedelta(minutes=1),
                 kind=cast.option(OptionList.ACTIVITY_KIND, "Call")), by=cast.wang)  # fmt: skip
    db.session.commit()
    later(30)
    keep_the_pool()
    assert quiet.owner is not None
    later(25)
    keep_the_pool()
    assert len(db.session.scalars(select(PoolWarning)).all()) == 2


def test_a_new_owner_gets_the_days_anew(cast: Cast, pool: None, quiet: Customer) -> None:
    later(55)
    quiet.owner = cast.zhao
    db.session.commit()
    later(10)
    assert [silent.customer for silent in due_for_the_pool()] == []


def test_a_rule_that_is_younger_than_the_silence_warns_first(
    cast: Cast, pool: None, quiet: Customer
) -> None:
    later(400)
    keep_the_pool()
    db.session.commit()
    assert quiet.owner is not None
    later(7)
    keep_the_pool()
    assert quiet.owner is None


def test_a_customer_with_an_open_deal_stays(cast: Cast, pool: None, quiet: Customer) -> None:
    deal = Deal(name="仪表", customer=quiet, owner=cast.wang)
    Deal.open(deal, cast.stages[0], by=cast.wang)
    db.session.commit()
    later(100)
    assert quiet not in [silent.customer for silent in due_for_the_pool()]


def test_a_pool_that_is_off_takes_nothing(cast: Cast, pool: None, quiet: Customer) -> None:
    Company.current().pool_limit = None
    db.session.commit()
    later(400)
    keep_the_pool()
    assert not db.session.scalars(select(PoolWarning)).all()
