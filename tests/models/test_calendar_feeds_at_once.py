"""Two presses of the button at once: one address is left, and nobody sees an error."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from crm.base import digest_of
from crm.extensions import db
from crm.models import CalendarFeed
from tests.at_once import beside
from tests.cast import Cast
from tests.waiting import PATIENCE


def test_of_two_addresses_made_at_once_the_second_is_left(app: Flask) -> None:
    made: list[str] = []

    def make(cast: Cast) -> None:
        made.append(CalendarFeed.make(cast.wang))

    with app.app_context():
        make(Cast())
        db.session.flush()
        with beside(app, make) as other:
            db.session.commit()
            other.result(PATIENCE)
        (left,) = db.session.scalars(select(CalendarFeed.digest))
        assert left == digest_of(made[1])
