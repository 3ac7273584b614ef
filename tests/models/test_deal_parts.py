"""What a deal consists of: lines that make its amount, shares, rivals, and who decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select

from crm.extensions import db
from crm.models import (
    Action,
    Company,
    Contact,
    Customer,
    Deal,
    DecisionRole,
    Event,
    Merge,
    User,
)
from crm.models.deal import (
    AmountFollowsLines,
    AmountStands,
    AmountTooLarge,
    Collaborator,
    LinePlan,
    SplitTooLarge,
)
from crm.models.deal.competitor import DealCompetitor
from crm.models.deal.deal_contact import DealContact
from crm.models.deal.line import DealLine
from crm.models.exchange_rate import ExchangeRate
from crm.models.purging import Purge
from tests.cast import Cast

cents = some.decimals(min_value=0, max_value=Decimal("99999999999.99"), places=2)
quantities = some.decimals(min_value=Decimal("0.000001"), max_value=10_000, places=6)


def changes(deal: Deal) -> list[dict[str, Any]]:
    """What the history says was changed, the first time first."""
    about = select(Event).where(Event.action == Action.DEAL_CHANGED, Event.deal_id == deal.id)
    found = db.session.scalars(about.order_by(Event.id))
    return [event.particulars["changes"] for event in found]


def line(name: str, quantity: Any, price: Any, was: DealLine | None = None) -> LinePlan:
    return LinePlan(name, Decimal(quantity), Decimal(price), was)


def write_parts(cast: Cast, deal: Deal) -> Contact:
    """Of everything that a deal may consist of, one; returns who decides on it."""
    wang = cast.wang
    liu = db.session.scalars(Contact.at(cast.sigma)).first()
    assert liu is not None
    deal.price_by([line("磁力泵", 20, "9000")], by=wang)
    deal.share_with({cast.sun: 30}, by=wang)
    deal.compete_with({"KSB": "便宜一成"}, by=wang)
    deal.be_decided_by({liu: DecisionRole.DECIDER}, by=wang)
    db.session.commit()
    return liu


# Shares


@given(amount=cents, splits=some.lists(some.integers(0, 50), max_size=4).filter(
    lambda splits: sum(splits) <= 100))  # fmt: skip
def test_the_shares_of_an_amount_come_to_it(amount: Decimal, splits: list[int]) -> None:
    owner, *helpers = (User(id=number, name=str(number)) for number in range(len(splits) + 1))
    deal = Deal(owner=owner, base_amount=amount)
    deal.sharing = [Collaborator(user=helper, split=split)
                    for helper, split in zip(helpers, splits, strict=True)]  # fmt: skip
    shares = [deal.share_of(user) for user in (owner, *helpers)]
    assert sum(shares) == amount
    assert all(0 <= share <= amount for share in shares)
    assert all(share == round(share, 2) for share in shares)
    assert deal.owner_split + sum(splits) == 100
    for share, split in zip(shares[1:], splits, strict=True):
        assert 0 <= amount * split / 100 - share < Decimal("0.01")
    assert 0 <= shares[0] - amount * deal.owner_split / 100 < Decimal("0.01") * max(1, len(splits))
    assert deal.share_of(User(id=99, name="nobody")) == 0


def test_a_deal_without_an_amount_has_nothing_to_share(cast: Cast) -> None:
    cast.vague.share_with({cast.zhao: 40}, by=cast.wang)
    assert (cast.vague.share_of(cast.zhao), cast.vague.share_of(cast.wang)) == (0, 0)


def test_who_helps_has_a_part_and_the_owner_the_rest(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    version = deal.version
    deal.share_with({cast.zhao: 20, cast.sun: 0, wang: 50}, by=wang)
    db.session.commit()
    assert set(deal.collaborators) == {cast.zhao, cast.sun}
    assert deal.share_of(cast.zhao) == Decimal("37200.00")
    assert deal.share_of(wang) == Decimal("148800.00")
    assert deal.share_of(cast.zhao, Decimal("0.03")) == Decimal("0.00")
    assert deal.share_of(wang, Decimal("0.03")) == Decimal("0.03")
    assert deal.version > version
    deal.share_with({cast.zhao: 30, cast.sun: 0}, by=wang)
    deal.share_with({cast.sun: 0, cast.zhao: 30}, by=wang)  # says the same
    db.session.commit()
    assert changes(deal) == [
        {"collaborators": ["", "孙健; 赵磊 20%"]},
        {"collaborators": ["赵磊 20%", "赵磊 30%"]},
    ]


def test_nobody_shares_more_than_there_is(cast: Cast) -> None:
    deal = cast.pumps
    with pytest.raises(SplitTooLarge):
        deal.share_with({cast.zhao: 60, cast.sun: 41}, by=cast.wang)
    with pytest.raises(ValueError, match="below 0"):
        deal.share_with({cast.zhao: -1}, by=cast.wang)
    assert deal.sharing == []
    deal.share_with({cast.zhao: 60, cast.sun: 40}, by=cast.wang)
    assert (deal.owner_split, deal.share_of(cast.wang)) == (0, 0)


def test_a_helper_who_becomes_the_owner_has_the_rest_and_no_row(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    deal.share_with({cast.zhao: 20, cast.sun: 10}, by=wang)
    deal.give_to(cast.zhao, by=wang)
    db.session.commit()
    assert [each.user for each in deal.sharing] == [cast.sun]
    assert deal.share_of(cast.zhao) == Decimal("167400.00")
    assert deal.share_of(wang) == 0
    assert changes(deal)[-1] == {"owner": ["王芳", "赵磊"], "collaborators": ["赵磊 20%", ""]}


def test_a_helper_who_is_given_a_locked_deal_has_no_row_either(cast: Cast) -> None:
    deal, wang, li = cast.pumps, cast.wang, cast.li
    deal.share_with({cast.zhao: 20}, by=wang)
    deal.stage.locks_owner = True
    db.session.flush()
    deal.give_to(cast.zhao, by=li, reason="休假")
    db.session.commit()
    assert (deal.owner, deal.sharing, deal.owner_split) == (cast.zhao, [], 100)
    assert changes(deal)[-1] == {"collaborators": ["赵磊 20%", ""]}


# Lines


@given(some.lists(some.tuples(quantities, some.decimals(0, 1_000_000, places=2)), min_size=1,
                  max_size=5))  # fmt: skip
@settings(max_examples=30)
def test_the_amount_is_the_sum_of_the_lines(
    cast: Cast, sold: list[tuple[Decimal, Decimal]]
) -> None:
    deal = cast.pumps
    deal.price_by([line("泵", *each) for each in sold], by=cast.wang)
    db.session.flush()
    db.session.expire(deal)
    assert [(each.quantity, each.price) for each in deal.lines] == sold
    assert deal.amount == sum(each.amount for each in deal.lines)
    for each in deal.lines:
        assert abs(each.amount - each.quantity * each.price) <= Decimal("0.005")
    assert deal.is_priced_by_lines
    db.session.rollback()


def test_lines_are_changed_moved_added_and_taken_away(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    deal.price_by([line("磁力泵", 20, "9000"), line("备件", 2, "350.50")], by=wang)
    db.session.commit()
    version, (pumps, spares) = deal.version, deal.lines
    assert deal.amount == Decimal("180701.00")
    deal.price_by([line("备件", 2, "350.50", spares), line("调试", 1, "5000"),
                   line("磁力泵", 20, "8800", pumps)], by=wang)  # fmt: skip
    db.session.commit()
    assert [each.name for each in deal.lines] == ["备件", "调试", "磁力泵"]
    assert (deal.lines[0], deal.lines[2]) == (spares, pumps)
    assert deal.amount == Decimal("181701.00")
    assert deal.version > version
    deal.price_by([line("备件", 2, "350.50", spares)], by=wang)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(DealLine)) == 1
    assert changes(deal) == [
        {"amount": ["186000.00", "180701.00"],
         "lines": ["", "磁力泵: 20 × 9,000.00; 备件: 2 × 350.50"]},
        {"amount": ["180701.00", "181701.00"],
         "lines": ["磁力泵: 20 × 9,000.00", "调试: 1 × 5,000.00; 磁力泵: 20 × 8,800.00"]},
        {"amount": ["181701.00", "701.00"],
         "lines": ["调试: 1 × 5,000.00; 磁力泵: 20 × 8,800.00", ""]},
    ]  # fmt: skip


def test_lines_that_say_the_same_leave_the_deal_alone(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    deal.price_by([line("磁力泵", 20, "9000")], by=wang)
    db.session.commit()
    version = deal.version
    deal.price_by([line("磁力泵", "20.0", "9000.00", deal.lines[0])], by=wang)
    db.session.commit()
    assert (deal.version, len(changes(deal))) == (version, 1)


def test_where_there_are_lines_no_other_amount_is_taken(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    deal.price_by([line("磁力泵", 20, "9000")], by=wang)
    deal.set_amount(Decimal("180000"), "CNY")  # it is that
    for amount, currency in ((Decimal("1"), "CNY"), (None, "CNY"), (Decimal("180000"), "USD")):
        with pytest.raises(AmountFollowsLines):
            deal.set_amount(amount, currency)
    deal.price_by([], by=wang)
    assert (deal.amount, deal.is_priced_by_lines) == (Decimal("180000.00"), False)
    deal.set_amount(Decimal("1"), "CNY")
    assert deal.amount == 1


def test_lines_of_a_closed_deal_come_to_the_same_amount(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    deal.win(by=wang)
    with pytest.raises(AmountStands):
        deal.price_by([line("磁力泵", 20, "9000")], by=wang)
    assert deal.lines == []
    deal.price_by([line("磁力泵", 20, "9300")], by=wang)
    db.session.commit()
    assert (deal.amount, len(deal.lines)) == (Decimal("186000.00"), 1)
    with pytest.raises(AmountStands):
        deal.set_amount(Decimal("1"), "CNY")
    deal.reopen(by=wang)
    deal.price_by([line("磁力泵", 21, "9300", deal.lines[0])], by=wang)
    assert deal.amount == Decimal("195300.00")


def test_prices_have_a_currency_and_the_amount_its_rate(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    ExchangeRate.enter("USD", Company.current().today(), Decimal("7.1"), by=None)
    deal.price_by([line("pump", 20, "1300")], by=wang, currency="USD")
    assert (deal.amount, deal.currency) == (Decimal("26000.00"), "USD")
    assert deal.base_amount == Decimal("184600.00")
    assert deal.share_of(wang) == Decimal("184600.00")
    deal.price_by([line("pump", 20, "1300", deal.lines[0])], by=wang, currency="CNY")
    assert (deal.base_amount, deal.currency) == (Decimal("26000.00"), "CNY")


@pytest.mark.parametrize(("quantity", "price", "error"), [
    ("0", "1", ValueError), ("-1", "1", ValueError), ("1", "-0.01", ValueError),
    ("999999999999", "999999999999.99", AmountTooLarge), ("2", "500000000000", AmountTooLarge),
])  # fmt: skip
def test_impossible_lines_are_refused_and_change_nothing(
    cast: Cast, quantity: str, price: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        cast.pumps.price_by([line("泵", quantity, price)], by=cast.wang)
    assert (cast.pumps.amount, cast.pumps.lines) == (Decimal("186000.00"), [])
    assert changes(cast.pumps) == []


# Competitors and the circle


def test_a_competitor_is_one_however_it_is_written(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    deal.compete_with({"KSB": None, "Grundfos": "常客"}, by=wang)
    db.session.commit()
    version, ksb = deal.version, deal.competitors[0]
    # Names change places: each row keeps to its name.
    deal.compete_with({"Ｋsb (上海)": None, "ｋｓｂ": "降价", "grundfos": "常客"}, by=wang)
    db.session.commit()
    assert {each.name for each in deal.competitors} == {"Ｋsb (上海)", "ｋｓｂ", "grundfos"}
    assert (ksb.name, ksb.note) == ("ｋｓｂ", "降价")
    assert deal.version > version
    deal.compete_with({}, by=wang)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(DealCompetitor)) == 0
    assert changes(deal)[0] == {"competitors": ["", "KSB; Grundfos: 常客"]}
    assert changes(deal)[-1]["competitors"][1] == ""


def test_a_competitor_may_be_called_by_signs_alone(cast: Cast) -> None:
    cast.pumps.compete_with({"？": None, "!": None, "长" * 200: None}, by=cast.wang)
    db.session.commit()
    assert len(cast.pumps.competitors) == 3


def test_who_decides_has_a_role_here_or_the_one_at_the_firm(cast: Cast) -> None:
    deal, wang = cast.pumps, cast.wang
    liu = db.session.scalars(Contact.at(cast.sigma)).one()
    chen = Contact.register(Contact(customer=cast.sigma, name="陈工"), by=wang)
    liu.decision_role = DecisionRole.PURCHASER
    deal.be_decided_by({chen: DecisionRole.DECIDER, liu: None}, by=wang)
    db.session.commit()
    version = deal.version
    assert [(each.contact, each.role) for each in deal.circle_in_order] == [
        (chen, DecisionRole.DECIDER), (liu, DecisionRole.PURCHASER),
    ]  # fmt: skip
    deal.be_decided_by({liu: None, chen: DecisionRole.DECIDER}, by=wang)
    db.session.commit()
    assert deal.version == version
    deal.be_decided_by({liu: DecisionRole.USER}, by=wang)
    db.session.commit()
    assert deal.version > version
    assert changes(deal) == [
        {"circle": ["", "刘洋; 陈工 | decider"]},
        {"circle": ["刘洋; 陈工 | decider", "刘洋 | user"]},
    ]


# What happens to the deal happens to its parts


def test_a_merge_moves_the_deal_with_all_it_consists_of(cast: Cast) -> None:
    wang, liu = cast.wang, write_parts(cast, cast.pumps)
    group = Customer.register(Customer(name="西格玛集团", owner=wang), by=wang)
    db.session.flush()
    merge = Merge.customers(group, cast.sigma, by=cast.li)
    db.session.commit()
    for customer in (group, cast.sigma):
        deal = cast.pumps
        assert (deal.customer, liu.customer) == (customer, customer)
        assert (deal.amount, deal.lines[0].amount) == (Decimal("180000.00"),) * 2
        assert [each.name for each in deal.competitors] == ["KSB"]
        assert [(each.contact, each.role) for each in deal.circle] == [(liu, DecisionRole.DECIDER)]
        assert deal.share_of(cast.sun) == Decimal("54000.00")
        merge.undo(by=cast.li)
        db.session.commit()


def test_what_a_deal_consists_of_goes_with_it(cast: Cast) -> None:
    write_parts(cast, cast.pumps)
    cast.pumps.trash(by=cast.wang)
    db.session.commit()
    Purge(Deal, [cast.pumps.id]).carry_out(by=cast.admin)
    db.session.commit()
    for part in (DealLine, DealCompetitor, DealContact, Collaborator):
        assert db.session.scalar(select(func.count()).select_from(part)) == 0
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1


def test_a_contact_goes_and_the_deal_stays(cast: Cast) -> None:
    liu = write_parts(cast, cast.pumps)
    liu.trash(by=cast.wang)
    db.session.commit()
    Purge(Contact, [liu.id]).carry_out(by=cast.admin)
    db.session.commit()
    db.session.expire_all()
    assert cast.pumps.circle == []
    assert len(cast.pumps.lines) == 1


def test_a_purged_customer_takes_none_of_its_deals_along(cast: Cast) -> None:
    write_parts(cast, cast.pumps)
    cast.sigma.trash(by=cast.wang)
    db.session.commit()
    purge = Purge(Customer, [cast.sigma.id])
    assert (purge.ids, dict(purge.reasons)) == (set(), {"deals": 1})
