"""The books are closed while somebody pays: the one who comes second knows what the first did."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from crm.extensions import db
from crm.models import ClaimState, Company, ExpenseClaim
from crm.models.approval import Decision
from crm.models.expense_claim import ClaimRefused
from tests.at_once import beside
from tests.cast import Cast
from tests.claims import decide, submitted
from tests.waiting import PATIENCE

TO_BE_CLOSED = date(2026, 6, 12)


def pay(cast: Cast) -> None:
    claim = db.session.scalars(select(ExpenseClaim)).one()
    claim.pay(None, by=cast.fin, paid_on=TO_BE_CLOSED)


def close(cast: Cast) -> None:
    Company.locked().close_books(TO_BE_CLOSED, by=cast.fin)


def test_who_pays_while_the_books_are_being_closed_waits_and_is_refused(app: Flask) -> None:
    with app.app_context():
        cast = Cast()
        decide(submitted(cast), Decision.APPROVED)
        db.session.commit()
        close(cast)
        db.session.flush()
        with beside(app, pay) as other:
            db.session.commit()
            with pytest.raises(ClaimRefused, match="closed"):
                other.result(PATIENCE)
        db.session.expire_all()
        assert db.session.scalars(select(ExpenseClaim.state)).one() is ClaimState.APPROVED


def test_who_closes_the_books_waits_for_who_pays_and_both_happen(app: Flask) -> None:
    with app.app_context():
        cast = Cast()
        decide(submitted(cast), Decision.APPROVED)
        db.session.commit()
        pay(cast)
        with beside(app, close) as other:
            db.session.commit()
            other.result(PATIENCE)
        db.session.expire_all()
        assert db.session.scalars(select(ExpenseClaim.state)).one() is ClaimState.PAID
        assert db.session.scalars(select(Company.books_closed_until)).one() == TO_BE_CLOSED
