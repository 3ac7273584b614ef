"""Deals from a spreadsheet: open ones in their stage, closed ones with how and when they ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.importers import Result
from crm.models import Action, Deal, Event, ExchangeRate, OutcomeKind
from tests.cast import Cast
from tests.importers.conftest import reasons

Bring = Callable[..., Result]

HEADER = "id,name,customer,owner,amount,outcome,closed_at,created_at,stage,reason"


def deal(external_id: str) -> Deal:
    return db.session.scalars(select(Deal).where(Deal.external_id == external_id)).one()


def state() -> dict[str | None, tuple[int, int]]:
    """Version and number of events of each imported deal."""
    found = db.session.scalars(select(Deal).where(Deal.external_id.is_not(None)))
    return {made.external_id: (made.version, len(actions(made))) for made in found}


def actions(deal: Deal) -> list[Action]:
    return list(db.session.scalars(
        select(Event.action).where(Event.deal_id == deal.id).order_by(Event.id)))  # fmt: skip


def test_a_won_deal_keeps_its_dates_and_its_value(cast: Cast, bring: Bring) -> None:
    bring("deals", HEADER, f"1,Pumps,{cast.sigma.name},王芳,500.0,Won,2017-05-06,2017-04-24,,")
    made = deal("1")
    began, ended = datetime(2017, 4, 23, 16, tzinfo=UTC), datetime(2017, 5, 5, 16, tzinfo=UTC)
    assert (made.customer, made.owner, made.amount) == (cast.sigma, cast.wang, Decimal(500))
    assert (made.currency, made.base_amount) == ("CNY", Decimal(500))
    assert made.outcome is not None
    assert (made.outcome.kind, made.outcome.at) == (OutcomeKind.WON, ended)
    assert (made.created_at, made.closed_at) == (began, ended)
    [stay] = made.stays
    assert (stay.stage, stay.entered_at, stay.left_at) == (cast.stages[0], began, ended)
    assert actions(made) == [Action.DEAL_CREATED, Action.DEAL_WON]


def test_the_past_has_no_consequences(cast: Cast, bring: Bring) -> None:
    bring("deals", HEADER, "1,Pumps,,wang,5,lost,2017-05-06,2017-04-24,,价格")
    made = deal("1")
    assert made.outcome is not None
    assert str(made.outcome.reason) == "价格"
    found = db.session.scalars(select(Event).where(Event.deal_id == made.id)).all()
    assert [(event.at, event.done_at is None) for event in found] == [
        (made.created_at, False), (made.closed_at, False),
    ]  # fmt: skip


def test_a_won_deal_may_have_no_value_and_a_lost_one_no_reason(bring: Bring) -> None:
    bring("deals", HEADER, "1,A,,wang,,won,2017-05-06,2017-04-24,,",
          "2,B,,wang,0,输单,2017-05-06,,,")  # fmt: skip
    assert deal("1").amount is None
    assert deal("2").amount == 0
    assert deal("2").created_at == deal("2").closed_at


def test_an_open_deal_enters_the_first_stage_when_it_was_created(cast: Cast, bring: Bring) -> None:
    bring("deals", HEADER, "1,Pumps,,wang,,In_Progress,,2017-04-24,,")
    made = deal("1")
    assert made.is_open
    assert (made.stage, made.stage_since) == (cast.stages[0], made.created_at)
    assert made.customer is None


def test_an_open_deal_may_stand_further_on(cast: Cast, bring: Bring) -> None:
    bring("deals", HEADER, f"1,Pumps,{cast.sigma.name},wang,5,,,2026-04-24,Quotation,")
    assert deal("1").stage == cast.stages[3]


def test_the_closing_date_of_an_open_deal_is_when_it_may_close(bring: Bring) -> None:
    bring("deals", HEADER, "1,Pumps,,wang,,open,2026-12-24,,,")
    assert deal("1").is_open
    assert deal("1").expected_close == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("row", "name"),
    [("Sigma pumps,Pump,大连西格玛流体控制有限公司", "Sigma pumps"), (",Pump,", "Pump"),
     (",Pump,大连西格玛流体控制有限公司", "Pump · 大连西格玛流体控制有限公司"),
     (",,大连西格玛流体控制有限公司", "大连西格玛流体控制有限公司")],
)  # fmt: skip
def test_a_deal_without_a_name_is_called_after_product_and_customer(
    bring: Bring, row: str, name: str
) -> None:
    bring("deals", "id,owner,name,product,customer", f"1,wang,{row}")
    assert deal("1").name == name


def test_doing_it_again_changes_and_records_nothing(cast: Cast, bring: Bring) -> None:
    lines = (HEADER, f"1,A,{cast.sigma.name},wang,5,won,2017-05-06,2017-04-24,,",
             "2,B,,wang,,open,2026-12-24,2026-04-24,,", "3,C,,wang,,lost,2017-05-06,,,价格",
             f"4,D,{cast.sigma.name},wang,5,,,,Quotation,")  # fmt: skip
    bring("deals", *lines)
    before = state()
    again = bring("deals", *lines)
    assert (again.problems, again.created, again.updated, again.unchanged) == ([], 0, 0, 4)
    assert state() == before


def test_what_happened_since_is_brought_over(cast: Cast, bring: Bring) -> None:
    bring("deals", HEADER, "1,A,,wang,5,open,,2026-04-24,,", "2,B,,wang,5,open,,2026-04-24,,",
          "3,C,,wang,5,open,,2026-04-24,,", "4,D,,wang,5,open,,2026-04-24,,")  # fmt: skip
    result = bring(
        "deals", HEADER, "1,A,,wang,7,won,2026-06-01,2026-04-24,,",
        f"2,B,{cast.sigma.name},zhao,5,open,,2026-04-24,Needs confirmed,",
        "3,C,,wang,5,open,,2026-04-24,,", "4,D,,wang,5,丢单,2026-06-02,2026-04-24,,Price",
    )  # fmt: skip
    assert (result.problems, result.updated, result.unchanged) == ([], 3, 1)
    won, moved, lost = deal("1"), deal("2"), deal("4")
    assert won.outcome is not None
    assert (won.outcome.kind, won.amount) == (OutcomeKind.WON, Decimal(7))
    assert actions(won) == [Action.DEAL_CREATED, Action.DEAL_CHANGED, Action.DEAL_WON]
    assert (moved.stage, moved.owner, moved.customer) == (cast.stages[1], cast.zhao, cast.sigma)
    assert [stay.left_at for stay in moved.stays] == [clock.now(), None]
    assert actions(moved) == [Action.DEAL_CREATED, Action.DEAL_CHANGED, Action.DEAL_MOVED]
    assert lost.outcome is not None
    assert str(lost.outcome.reason) == "价格"
    waiting = select(Event.id).where(Event.deal_id.in_([won.id, moved.id]), Event.done_at.is_(None))
    assert db.session.scalars(waiting).all() == []


def test_a_deal_closed_here_is_not_reopened_by_an_older_file(cast: Cast, bring: Bring) -> None:
    line = "1,A,,wang,5,open,,2026-04-24,,"
    bring("deals", HEADER, line)
    deal("1").win(by=cast.wang)
    db.session.commit()
    assert bring("deals", HEADER, line).unchanged == 1
    assert not deal("1").is_open


def test_the_amount_of_a_closed_deal_stands(bring: Bring) -> None:
    header = "id,name,owner,amount,currency,outcome,closed_at"
    won = "1,Pumps,wang,5,CNY,won,2017-05-06"
    bring("deals", header, won, "2,Valves,wang,,CNY,lost,2017-05-06")
    again = bring("deals", header, won.replace(",5,", ",6,"), "2,Valves,wang,7,CNY,lost,2017-05-06")
    why = "is 5.00 CNY here, and the deal is closed: reopen it first"
    assert reasons(again) == [(2, "amount", "6", why)]
    again = bring("deals", "id,name,owner,currency", "1,Pumps,wang,EUR")
    assert [reason[1] for reason in reasons(again)] == ["currency"]
    assert bring("deals", header, "2,Valves,wang,7,CNY,lost,2017-05-06").updated == 1
    assert (deal("1").amount, deal("2").amount) == (Decimal(5), Decimal(7))


def test_how_a_deal_went_is_not_rewritten(bring: Bring) -> None:
    bring("deals", HEADER, "1,A,,wang,5,won,2017-05-06,2017-04-24,,")
    result = bring("deals", HEADER, "1,A,,wang,5,lost,2017-05-06,2017-04-24,,")
    assert reasons(result) == [(2, "outcome", "lost", "is won here: reopen it first")]
    result = bring("deals", HEADER, "1,A,,wang,5,won,2017-05-07,2017-04-24,,")
    assert reasons(result) == [
        (2, "closed_at", "2017-05-07", "is 2017-05-06 here, which an import does not change")
    ]
    result = bring("deals", HEADER, "1,A,,wang,5,won,2017-05-06,2017-04-25,,")
    assert reasons(result) == [
        (2, "created_at", "2017-04-25", "is 2017-04-24 here, which an import does not change")
    ]


def test_another_currency_takes_the_rate_the_firm_has_entered(cast: Cast, bring: Bring) -> None:
    lines = ("id,name,owner,amount,currency", "1,A,wang,100,usd")
    assert reasons(bring("deals", *lines)) == [(2, "currency", "usd", "has no exchange rate here")]
    db.session.add(ExchangeRate(currency="USD", day=date(2026, 6, 1), rate=Decimal("7.1")))
    db.session.commit()
    bring("deals", *lines)
    assert (deal("1").currency, deal("1").base_amount) == ("USD", Decimal("710.00"))
    assert bring("deals", *lines).unchanged == 1


def test_bad_rows_are_named_with_column_and_reason(cast: Cast, bring: Bring) -> None:
    result = bring(
        "deals", "id,customer,sales_agent,close_value,deal_stage,closed,created,product",
        "1,Nobody,wang,,,,,Pump", "2,,nobody,,,,,Pump", "3,,,,,,,Pump", "4,,wang,abc,,,,Pump",
        "5,,wang,,maybe,,,Pump", "6,,wang,,won,,,Pump", "7,,wang,,won,2026-07-01,,Pump",
        "8,,wang,,won,2020-01-01,2020-01-02,Pump", "9,,wang,,,,3/4/2020,Pump", "10,,wang,,,,,",
        columns=[("external_id", "id"), ("customer", "customer"), ("owner", "sales_agent"),
                 ("amount", "close_value"), ("outcome", "deal_stage"), ("closed_at", "closed"),
                 ("created_at", "created"), ("product", "product")],
    )  # fmt: skip
    assert reasons(result) == [
        (2, "customer", "Nobody", "is no customer: import the customers first"),
        (3, "sales_agent", "nobody", "is no user: match the name with one, or add this user first"),
        (4, "sales_agent", "", "is empty"),
        (5, "close_value", "abc", "is not a number; write it like 12500 or 12,500.00"),
        (6, "deal_stage", "maybe", "is none of: won, lost, open"),
        (7, "closed", "", "is empty, but the deal is won"),
        (8, "closed", "2026-07-01", "lies in the future"),
        (9, "closed", "2020-01-01", "is before the deal was created"),
        (10, "created", "3/4/2020", "may be month/day or day/month: say which"),
        (11, "name", "", "is empty, and there is neither product nor customer"),
    ]


def test_a_deal_may_be_known_by_its_name(cast: Cast, bring: Bring) -> None:
    assert bring("deals", "name,owner,amount", "电话询价,wang,7", "New,wang,8").created == 1
    assert cast.vague.amount == Decimal(7)
    cast.vague.trash(by=cast.wang)
    deal("new").trash(by=cast.wang)
    db.session.commit()
    result = bring("deals", "name,owner", "电话询价,wang", "New,wang")
    assert reasons(result) == [(3, "name", "New", "is in the trash: restore it first")]
