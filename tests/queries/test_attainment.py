"""Attainment: what was won and is to come, by whom, against the quotas."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import clock
from crm.base import cents_of
from crm.extensions import db
from crm.filters.days import Days
from crm.models import Collaborator, Company, Customer, Deal, Quota, Span, Term, User
from crm.models.deal.collaborator import part_of
from crm.queries.attainment import Attainments
from crm.queries.quotas import Plans
from tests.cast import Cast

YEAR = Days("this_year")
MONEY = st.decimals("0.01", "9999999", places=2)
# The amount, who owns it, what percent goes to whom, whether it is won.
SALE = st.tuples(
    MONEY, st.sampled_from(["wang", "zhao", "wu"]),
    st.dictionaries(st.sampled_from(["sun", "li", "zhou"]), st.integers(0, 33), max_size=3),
    st.booleans(),
)  # fmt: skip


def sell(
    cast: Cast, amount: Decimal | int, owner: User, *, won: bool = True,
    chance: int | None = None, expected: date | None = None, **split: int,
) -> Deal:  # fmt: skip
    deal = Deal(name="泵", customer=cast.sigma, owner=owner, probability=chance,
                expected_close=expected)  # fmt: skip
    deal.set_amount(Decimal(amount), "CNY")
    for name, percent in split.items():
        deal.sharing.append(Collaborator(user=getattr(cast, name), split=percent))
    Deal.open(deal, cast.stages[1], by=owner)
    if won:
        deal.win(by=owner)
    db.session.flush()
    return deal


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SALE, max_size=6))
def test_shares_add_up_to_what_was_won_and_is_to_come(
    cast: Cast, sales: list[tuple[Decimal, str, dict[str, int], bool]]
) -> None:
    before = Attainments(YEAR, cast.admin)
    company = before.of(Company.current())
    with db.session.begin_nested() as inside:
        theirs: dict[str, Decimal] = {}
        for amount, owner, split, won in sales:
            deal = sell(cast, amount, getattr(cast, owner), won=won, chance=100,
                        expected=date(2026, 12, 31), **split)  # fmt: skip
            assert deal.is_open is not won
            if won:
                shares = {name: part_of(amount, part) for name, part in split.items()}
                shares[owner] = amount - sum(shares.values())
                for name, share in shares.items():
                    theirs[name] = theirs.get(name, Decimal(0)) + share
        after = Attainments(YEAR, cast.admin)
        everybody = after.of(Company.current())
        won_now = sum((sale[0] for sale in sales if sale[3]), Decimal(0))
        coming = sum((sale[0] for sale in sales if not sale[3]), Decimal(0))
        assert everybody.won - company.won == won_now
        assert everybody.weighted - company.weighted == coming
        for name, amount in theirs.items():
            person = getattr(cast, name)
            assert after.of(person).won - before.of(person).won == amount
        # Of what is to come shares are rounded once, for each person.
        each = [after.of(person).weighted for person in after.people]
        assert abs(sum(each) - everybody.weighted) <= Decimal("0.01") * len(each)
        inside.rollback()


def test_what_was_won_is_held_against_the_quota(cast: Cast) -> None:
    wang = cast.wang
    Quota.set_for(wang, 2026, {Term(Span.YEAR, date(2026, 1, 1)): Decimal(1000)}, by=cast.admin)
    sell(cast, 400, wang, zhao=25)
    sell(cast, 200, wang, won=False, chance=50, expected=date(2026, 12, 1))
    sell(cast, 900, wang, won=False, chance=50, expected=date(2027, 1, 1))
    reached = Attainments(YEAR, cast.admin).of(wang)
    # Wang's pumps are expected in August, at the chance of their stage.
    pumps = cents_of(Decimal(186_000) * cast.pumps.chance / 100)
    assert (reached.quota, reached.won, reached.percent) == (1000, 300, 30)
    assert (reached.gap, reached.over) == (700, 0)
    assert reached.weighted == 100 + pumps
    assert reached.coverage == reached.weighted * 100 / 700
    sell(cast, 800, wang)
    reached = Attainments(YEAR, cast.admin).of(wang)
    assert (reached.gap, reached.over, reached.coverage) == (0, 100, None)


def test_without_a_quota_there_is_no_percentage(cast: Cast) -> None:
    sell(cast, 400, cast.wang)
    reached = Attainments(YEAR, cast.admin).of(cast.wang)
    assert reached.won == 400
    assert (reached.quota, reached.percent, reached.gap, reached.coverage) == (None,) * 4


def test_a_team_has_what_its_people_have_who_belong_to_it_now(cast: Cast) -> None:
    sell(cast, 400, cast.wang)
    sell(cast, 30, cast.wu)
    east, west = cast.wang.team, cast.wu.team
    assert east is not None
    assert west is not None
    assert Attainments(YEAR, cast.admin).of(east).won == 400
    cast.wang.team = west
    db.session.flush()
    attainments = Attainments(YEAR, cast.admin)
    assert attainments.of(east).won == 0
    assert attainments.of(west).won == 430


def test_one_sees_the_attainment_of_the_deals_one_sees(cast: Cast) -> None:
    sell(cast, 400, cast.wang)
    gauges = Deal(name="表", customer=cast.western, owner=cast.wu)
    gauges.set_amount(Decimal(70), "CNY")
    Deal.open(gauges, cast.stages[1], by=cast.wu)
    gauges.win(by=cast.wu)
    db.session.flush()
    assert Attainments(YEAR, cast.li).of(Company.current()).won == 400
    assert {person.username for person in Attainments(YEAR, cast.wang).people} == {"wang"}


def test_of_days_that_are_over_nothing_is_to_come(cast: Cast) -> None:
    assert Attainments(Days("last_month"), cast.admin).of(cast.wang).weighted == 0


def test_the_day_of_winning_is_the_company_s(cast: Cast) -> None:
    """Half past midnight on July 1 in Shanghai is still June in UTC."""
    deal = sell(cast, 400, cast.wang, won=False)
    july = clock.start_of(date(2026, 7, 1), "Asia/Shanghai")
    with clock.stopped_at(july + timedelta(minutes=30)):
        deal.win(by=cast.wang)
        db.session.flush()
        months = ("2026-07-01..2026-07-31", "2026-06-01..2026-06-30")
        won = [Attainments(Days(month), cast.admin).of(cast.wang).won for month in months]
    assert won == [400, 0]


@pytest.mark.parametrize(
    ("first", "last", "amount"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), 1200),
        (date(2026, 1, 1), date(2026, 3, 31), 300),
        (date(2026, 12, 1), date(2027, 1, 31), 107),
        (date(2025, 12, 1), date(2026, 1, 31), None),  # of 2025 nothing is known
        (date(2026, 1, 2), date(2026, 1, 31), None),  # no whole month
        (None, date(2026, 1, 31), None),
    ],
)
def test_the_quota_of_days_is_that_of_the_months_they_consist_of(
    cast: Cast, first: date | None, last: date, amount: int | None
) -> None:
    months = {Term(Span.MONTH, date(2026, month, 1)): Decimal(100) for month in range(1, 13)}
    Quota.set_for(cast.wang, 2026, months, by=None)
    Quota.set_for(cast.wang, 2027, {Term(Span.MONTH, date(2027, 1, 1)): Decimal(7)}, by=None)
    assert Plans(first, last).amount(cast.wang) == amount


def test_a_leaver_counts_as_long_as_they_have_won_something(cast: Cast) -> None:
    sell(cast, 400, cast.gone)
    assert cast.gone in Attainments(YEAR, cast.admin).people
    customer = db.session.get_one(Customer, cast.sigma.id)
    assert customer.owner != cast.gone


def test_who_shares_a_deal_does_not_read_what_a_colleague_is_to_win(cast: Cast) -> None:
    whole = {Term(Span.YEAR, date(2026, 1, 1)): Decimal(1000)}
    Quota.set_for(cast.wang, 2026, whole, by=None)
    Quota.set_for(cast.zhao, 2026, whole, by=None)
    sell(cast, 400, cast.wang, zhao=25)
    seen = Attainments(YEAR, cast.zhao)
    assert {person.username: seen.of(person).quota for person in seen.people} == {
        "wang": None, "zhao": 1000,
    }  # fmt: skip
