"""Advances for tests: asked for by Wang, decided by Li, handed out by Feng."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crm.extensions import db
from crm.models import Advance, AdvanceState, Customer, User
from crm.models.approval import Decision
from tests.cast import Cast

DAY = date(2026, 6, 10)


def asked_for(cast: Cast, amount: str = "1000.00", *, by: User | None = None,
              customer: Customer | None = None) -> Advance:  # fmt: skip
    """An advance that Wang, or ``by``, has handed in."""
    by = by or cast.wang
    advance = Advance(title="西安出差借款", claimant=by, needed_on=date(2026, 6, 20),
                      customer=customer, state=AdvanceState.WITHDRAWN)  # fmt: skip
    advance.set_amount(Decimal(amount), "CNY", DAY)
    advance.submit(by=by)
    db.session.commit()
    return advance


def answer(advance: Advance, decision: Decision = Decision.APPROVED) -> None:
    request = advance.request
    assert request is not None
    part = request.asked[0]
    part.decide(
        decision, by=part.approver, version=advance.version, content_hash=advance.content_hash(),
        comment="好",
    )  # fmt: skip
    db.session.commit()


def handed_out(cast: Cast, amount: str = "1000.00", *, by: User | None = None) -> Advance:
    advance = asked_for(cast, amount, by=by)
    answer(advance)
    advance.pay_out("网银 7", by=cast.fin)
    db.session.commit()
    return advance
