"""A company's real spreadsheets, loaded whole by the command: every figure is true to the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import create_app
from crm.extensions import db
from crm.models import Action, Company, Customer, Deal, Event, Outcome, OutcomeKind, StageStay, User
from tests.conftest import make_settings
from tests.databases import Databases
from tests.importers.sparklesquad import COMMANDS, Run, crm_import, read, sample

MOST_MEGABYTES = 300


class Loaded(NamedTuple):
    app: Flask
    runs: list[Run]
    repeated: list[Run]


@pytest.fixture(scope="module")
def loaded(databases: Databases, session_app: Flask, tmp_path_factory) -> Iterator[Loaded]:
    """A database of its own, beside the cast's people; everything imported, then once more."""
    sample("sales_pipeline.csv")
    url = databases.another("sparklesquad")
    instance = tmp_path_factory.mktemp("sparklesquad")
    runs, repeated = ([crm_import(url, instance, *command) for command in COMMANDS] for _ in "12")
    app = create_app(make_settings(url, instance))
    with app.app_context():
        yield Loaded(app, runs, repeated)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def imported(loaded: Loaded) -> Iterator[None]:
    with loaded.app.app_context():
        yield
        db.session.rollback()


def count(*conditions: object) -> int:
    """The imported deals for which ``conditions`` hold."""
    return db.session.scalar(
        select(func.count(Deal.id)).outerjoin(Deal.outcome)
        .where(Deal.external_id.is_not(None), *conditions)
    ) or 0  # fmt: skip


def day(moment: object) -> date:
    return Company.current().day_of(moment)  # type: ignore[arg-type]


def test_it_needs_less_than_three_hundred_megabytes(loaded: Loaded) -> None:
    for run in (*loaded.runs, *loaded.repeated):
        print(f"{run.seconds:5.1f} s  {run.megabytes:4.0f} MB  {run.said.splitlines()[-1]}")
    assert max(run.megabytes for run in loaded.runs) < MOST_MEGABYTES


def test_every_row_is_there(loaded: Loaded, imported: None) -> None:
    reps, accounts = read("sales_teams.csv"), read("accounts.csv")
    deals = read("sales_pipeline.csv")
    assert loaded.runs[0].said.splitlines()[-2:] == [
        f"{len(reps)} users: {len(reps)} created, 0 changed, 0 unchanged",
        "Besides, 3 teams, 6 managers created",
    ]
    assert count() == len(deals)
    ids = set(db.session.scalars(select(Deal.external_id).where(Deal.external_id.is_not(None))))
    assert ids == {row["opportunity_id"] for row in deals}
    names = set(db.session.scalars(select(Customer.name).where(Customer.external_id.is_not(None))))
    assert names == {row["account"] for row in accounts}


def test_won_lost_and_open_are_counted_as_in_the_file(imported: None) -> None:
    expected = Counter(row["deal_stage"] for row in read("sales_pipeline.csv"))
    assert count(Outcome.kind == OutcomeKind.WON) == expected["Won"]
    assert count(Outcome.kind == OutcomeKind.LOST) == expected["Lost"]
    assert count(Deal.closed_at.is_(None)) == expected["In_Progress"]


def test_every_rep_has_their_deals_manager_and_office(imported: None) -> None:
    rows = read("sales_pipeline.csv")
    expected = Counter((row["sales_agent"], row["deal_stage"]) for row in rows)
    stage = {OutcomeKind.WON: "Won", OutcomeKind.LOST: "Lost", None: "In_Progress"}
    found = db.session.execute(
        select(User.name, Outcome.kind, func.count(Deal.id)).join(Deal.owner)
        .outerjoin(Deal.outcome).where(Deal.external_id.is_not(None))
        .group_by(User.name, Outcome.kind)
    )  # fmt: skip
    assert {(name, stage[kind]): n for name, kind, n in found} == expected
    for row in read("sales_teams.csv"):
        rep = db.session.scalars(select(User).where(User.name == row["sales_agent"])).one()
        assert (str(rep.manager), str(rep.team)) == (row["manager"], row["regional_office"])
        assert rep.manager is not None
        assert rep.manager.team == rep.team


def test_the_money_won_is_the_files_to_the_cent(imported: None) -> None:
    rows = [row for row in read("sales_pipeline.csv") if row["deal_stage"] == "Won"]
    expected = sum(Decimal(row["close_value"]) for row in rows if row["close_value"])
    won = select(func.sum(Deal.amount)).join(Deal.outcome).where(Outcome.kind == OutcomeKind.WON)
    assert db.session.scalar(won) == expected
    without = sum(not row["close_value"] for row in rows)
    assert without == 19
    assert count(Outcome.kind == OutcomeKind.WON, Deal.amount.is_(None)) == without


def test_deals_without_an_account_have_no_customer(imported: None) -> None:
    expected = Counter(row["account"] for row in read("sales_pipeline.csv"))
    assert count(Deal.customer_id.is_(None)) == expected.pop("")
    found = db.session.execute(
        select(Customer.name, func.count(Deal.id)).join(Deal.customer)
        .where(Deal.external_id.is_not(None)).group_by(Customer.name)
    )  # fmt: skip
    assert dict(found.all()) == dict(expected)


def test_every_row_keeps_product_value_and_dates(imported: None) -> None:
    expected = {
        row["opportunity_id"]: (
            row["product"],
            Decimal(row["close_value"]) if row["close_value"] else None,
            date.fromisoformat(row["created_on"]),
            date.fromisoformat(row["close_date"]) if row["close_date"] else None,
        )
        for row in read("sales_pipeline.csv")
    }
    found = db.session.execute(
        select(Deal.external_id, Deal.product, Deal.amount, Deal.created_at, Deal.closed_at)
        .where(Deal.external_id.is_not(None))
    )  # fmt: skip
    assert {
        external_id: (product, amount, day(created), closed and day(closed))
        for external_id, product, amount, created, closed in found
    } == expected


def test_outcome_and_stay_say_the_same_as_the_deal(imported: None) -> None:
    ours = Deal.external_id.is_not(None)
    stays = select(func.count(StageStay.id)).join(StageStay.deal).where(
        ours, StageStay.entered_at == Deal.created_at, Deal.stage_since == Deal.created_at,
        StageStay.left_at.is_not_distinct_from(Deal.closed_at),
    )  # fmt: skip
    assert db.session.scalar(stays) == count()
    assert count(Outcome.at == Deal.closed_at) == count(Deal.closed_at.is_not(None))


def test_events_tell_the_history_and_wait_for_nobody(imported: None) -> None:
    closed = count(Deal.closed_at.is_not(None))
    about = select(Event.action, func.count(Event.id)).join(Deal, Deal.id == Event.deal_id).where(
        Deal.external_id.is_not(None), Event.done_at.is_not(None)
    )  # fmt: skip
    found = dict(db.session.execute(about.group_by(Event.action)).all())
    assert found[Action.DEAL_CREATED] == count()
    assert found[Action.DEAL_WON] + found[Action.DEAL_LOST] == closed
    assert len(found) == 3


def test_doing_it_again_creates_and_changes_nothing(loaded: Loaded, imported: None) -> None:
    for run, rows in zip(loaded.repeated, (30, 97, 14_277), strict=True):
        noun = run.said.splitlines()[-1].split()[1]
        assert run.said.endswith(f"{rows:,} {noun} 0 created, 0 changed, {rows:,} unchanged\n")
    finished = db.session.scalars(
        select(Event.particulars).where(Event.action == Action.IMPORT_FINISHED).order_by(Event.id)
    )
    assert [run["created"] for run in finished] == [30, 97, 14_277, 0, 0, 0]


def test_a_missing_sample_is_a_failure_in_ci_and_elsewhere_a_skip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match="no sparklesquad-crm/other"):
        sample("other.csv")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="not installed"):
        sample("other.csv")
