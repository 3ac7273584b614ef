"""What finance keeps: account codes, a payment of several claims, books that are closed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from crm.demo.world import World
from crm.extensions import db
from crm.models import ClaimState, Company, ExpenseClaim, Option, OptionList, Proposal
from crm.months import first_of_month

# What the bookkeeper calls the categories: selling expenses and their parts.
CODES = {
    "差旅": "6601.01", "住宿": "6601.01", "市内交通": "6601.02", "招待": "6601.03",
    "礼品": "6601.04", "样品": "6601.05", "会务": "6601.06", "快递": "6601.07",
}  # fmt: skip
TOGETHER = 3


def keep(world: World) -> None:
    """Name the accounts, pay some claims together, close the books up to some months ago."""
    finance = world.people["fengqin"]
    options = db.session.scalars(Option.of(OptionList.EXPENSE_CATEGORY))
    codes = {each: CODES[each.label_zh] for each in options if each.label_zh in CODES}
    with world.at(world.moment(world.days_ago(200))):
        Option.account_for(codes, company=Company.current(), by=finance)
    with world.at(world.moment(world.days_ago(0))):
        Proposal(_approved(world), finance).pay("网银批付")
        # Of what is still open nothing was spent so early.
        closed = first_of_month(world.today, -2) - timedelta(days=1)
        Company.current().close_books(closed, by=finance)


def _approved(world: World) -> list[ExpenseClaim]:
    chosen = select(ExpenseClaim).where(
        ExpenseClaim.state == ClaimState.APPROVED,
        ExpenseClaim.claimant_id != world.people["fengqin"].id,
    )
    return list(db.session.scalars(chosen.order_by(ExpenseClaim.id).limit(TOGETHER)))
