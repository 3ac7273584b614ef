"""What hangs on a record is written with it, of many at once, and of a failed one not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from crm.extensions import db
from crm.models import Action, Customer, Event, Likeness, Ownership, Passage
from tests.cast import Cast


@contextmanager
def inserts() -> Iterator[list[str]]:
    """The statements inside the block that write new rows."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT"):
            seen.append(statement.split()[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_many_records_are_written_with_one_statement_for_each_table(cast: Cast) -> None:
    last = db.session.scalar(select(func.max(Customer.id))) or 0
    with inserts() as tables, db.session.no_autoflush, Event.recorded_together():
        for number in range(last + 1, last + 41):
            customer = Customer(id=number, name=f"泵厂 {number}", note="备件", owner=cast.wang)
            Customer.register(customer, by=cast.wang, historic=True)
    assert sorted(tables) == ["customer", "event", "likeness", "ownership", "passage"]
    new = Customer.id > last
    for model, joined in (
        (Passage, Passage.record_id), (Likeness, Likeness.record_id),
        (Ownership, Ownership.customer_id), (Event, Event.customer_id),
    ):  # fmt: skip
        rows = select(func.count(joined.distinct())).join(Customer, joined == Customer.id)
        assert db.session.scalar(rows.where(new)) == 40, model
    events = db.session.scalars(select(Event).where(Event.customer_id > last)).all()
    assert {each.action for each in events} == {Action.CUSTOMER_CREATED}
    assert all(each.done_at and each.particulars["name"] for each in events)


def test_what_hangs_on_a_record_that_failed_is_not_written_with_the_next(cast: Cast) -> None:
    db.session.add(Customer(name="甲", external_id="1"))
    db.session.commit()
    before = db.session.scalar(select(func.count(Passage.id)))
    db.session.add(Customer(name="乙", note="不会写下", external_id="1"))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
    db.session.add(Customer(name="丙"))
    db.session.commit()
    assert db.session.scalar(select(func.count(Passage.id))) == before
