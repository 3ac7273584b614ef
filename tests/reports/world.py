"""Deals for reports: of several owners, products, sources and days, some without an amount."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import delete

from crm import clock
from crm.extensions import db
from crm.models import Activity, Company, Customer, Deal, Expectation, OptionList
from tests.cast import Cast

PRODUCTS = ("磁力泵", "压力表, 精密", None)
COMPETITORS = ("KSB", "ksb ", None, "格兰富（苏州）", "格兰富(苏州)")


def write_deals(cast: Cast, count: int = 36) -> None:
    """``count`` deals, begun and closed over two years; a third of them is still open."""
    owners = (cast.wang, cast.zhao, cast.sun, cast.wu)
    sources = (cast.option(OptionList.SOURCE, "Phone"), cast.option(OptionList.SOURCE, "Website"))
    reasons = [cast.option(OptionList.LOST_REASON, name) for name in ("Price", "Delivery time")]
    kinds = [cast.option(OptionList.ACTIVITY_KIND, name) for name in ("Visit", "Call")]
    firm = Customer.register(Customer(name="南通海纳", owner=cast.wang), by=cast.wang)
    now, company_today = clock.now(), Company.current().today()
    for n in range(count):
        owner = owners[n % 4]
        deal = Deal(name=f"机会 {n}", owner=owner, product=PRODUCTS[n % 3], customer=firm,
                    source=sources[n % 3] if n % 3 < 2 else None)  # fmt: skip
        if n % 8:
            deal.expected_close = company_today + timedelta(days=40 * (n % 8) - 120 + n)
        if n % 5:
            deal.set_amount(Decimal(1000 * n) + Decimal("0.35"), "CNY")
        if n % 7 == 0:
            deal.probability = 33
        begun = now - timedelta(days=20 * (count - n), hours=n)
        Deal.open(deal, cast.stages[n % 2], by=owner, at=begun, historic=True)
        db.session.flush()
        kind = kinds[n % 2]
        for days in (-3, 5, 400):
            Activity.log(Activity(
                customer=firm, deal=deal if n % 3 else None, kind=kind, summary="谈了价格",
                happened_at=min(begun + timedelta(days=days + n % 9), now),
            ), by=owner)  # fmt: skip
        if n % 4 == 1:
            deal.move_to(cast.stages[2], by=owner, at=begun + timedelta(days=n % 9))
        ends = min(begun + timedelta(days=10 + n % 13), now)
        if n % 3 == 0:
            deal.win(by=owner, at=ends, historic=True)
        elif n % 3 == 1:
            reason = reasons[n % 2] if n % 5 else None
            deal.lose(
                by=owner, reason=reason, at=ends, historic=True, competitor=COMPETITORS[n % 5]
            )
        db.session.flush()
        _promise_since(deal, begun, ends)
    db.session.commit()


def _promise_since(deal: Deal, begun: datetime, ended: datetime) -> None:
    """As if what it promised had been written down when it began, until it was closed."""
    db.session.execute(delete(Expectation).where(Expectation.deal_id == deal.id))
    db.session.add(Expectation(
        deal=deal, from_at=begun, until_at=None if deal.is_open else ended, owner=deal.owner,
        pipeline_id=deal.pipeline_id, stage=deal.stage, base_amount=deal.base_amount,
        chance=deal.chance, expected_close=deal.expected_close,
    ))  # fmt: skip
