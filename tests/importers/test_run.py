"""The run: all or nothing, without a lock while it checks, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from crm.extensions import db, reading_only
from crm.importers import Disturbed, Refused, Result
from crm.models import Action, Company, Customer, Event
from tests.cast import Cast
from tests.importers.conftest import prepare

Bring = Callable[..., Result]
Spreadsheet = Callable[..., Path]


def counts() -> tuple[int, int]:
    """Customers and events in the database."""
    return (
        db.session.scalar(select(func.count(Customer.id))) or 0,
        db.session.scalar(select(func.count(Event.id))) or 0,
    )


MANY = ("name", *(f"Firm {n}" for n in range(1200)))


def test_one_bad_row_and_nothing_is_written(bring: Bring) -> None:
    before = counts()
    result = bring("customers", "name,employees", *(f"Firm {n},{n}" for n in range(1200)), "Tau,x")
    assert [problem.line for problem in result.problems] == [1202]
    assert counts() == before


def test_a_check_writes_nothing_and_says_what_would_be(cast: Cast, bring: Bring) -> None:
    before = counts()
    result = bring("customers", "name,phone", "Tau,1", f"{cast.sigma.name},2", check=True)
    assert (result.created, result.updated, counts()) == (1, 1, before)
    assert cast.sigma.phone == "0411-8765 4321"


def test_a_run_is_recorded_once(bring: Bring) -> None:
    bring("customers", "name", "Tau", "Rho")
    event = db.session.scalars(select(Event).where(Event.action == Action.IMPORT_FINISHED)).one()
    assert (event.subject_kind, event.subject_id) == ("company", Company.current().id)
    assert event.particulars == {
        "noun": "customers", "file": "file.csv", "created": 2, "updated": 0,
    }  # fmt: skip


def test_others_may_write_while_it_checks(spreadsheet: Spreadsheet) -> None:
    def somebody_writes(_read: int) -> None:
        token = reading_only.set(False)  # somebody else's transaction is a writing one
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE company SET name = 'changed meanwhile'"))
        reading_only.reset(token)

    run = prepare("customers", spreadsheet(*MANY))
    assert run.check(somebody_writes).created == 1200
    assert Company.current().name == "changed meanwhile"


def test_being_stopped_leaves_nothing_behind(spreadsheet: Spreadsheet) -> None:
    before = counts()
    seen: list[int] = []

    def stop(read: int) -> None:
        seen.append(read)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare("customers", spreadsheet(*MANY)).write(stop)
    assert counts() == before


def test_a_file_that_breaks_off_leaves_nothing_behind(spreadsheet: Spreadsheet) -> None:
    before = counts()
    with pytest.raises(Refused):
        prepare("customers", spreadsheet(*MANY, '"Tau')).write()
    assert counts() == before


def test_a_writer_at_the_same_moment_is_noticed(spreadsheet: Spreadsheet) -> None:
    before = counts()
    run = prepare("customers", spreadsheet("id,name", "7,Tau", name="one.csv"))
    taken = Customer(name="Rho", external_id="7")

    def another_takes_the_id(_read: int) -> None:
        db.session.add(taken)
        db.session.flush()

    with pytest.raises(Disturbed):
        run.write(another_takes_the_id)
    assert counts() == before


def test_progress_ends_with_the_file(spreadsheet: Spreadsheet) -> None:
    run, told = prepare("customers", spreadsheet(*MANY)), list[int]()
    run.check(told.append)
    assert len(told) == 3
    assert told == sorted(told)
    assert told[-1] == run.table.size


def test_written_rows_are_not_kept_in_memory(spreadsheet: Spreadsheet) -> None:
    prepare("customers", spreadsheet(*MANY)).write()
    assert not [record for record in db.session if isinstance(record, Customer)]
