"""Reports of a company's real figures say what its files say, counted independently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask, g
from sqlalchemy import select

from crm import create_app
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.reports import DealReportFilter
from crm.models import User
from crm.queries.reports import ALL
from crm.queries.reports.figures import Row
from crm.queries.reports.report import Table
from tests.conftest import make_settings
from tests.databases import Databases
from tests.importers.sparklesquad import COMMANDS, FOLDER, crm_import, sample
from tests.reports import oracle
from tests.reports.oracle import Sale

WHOLE = date(2016, 1, 1), date(2018, 12, 31)
PERIODS = (WHOLE, (date(2017, 4, 1), date(2017, 6, 30)), (date(2017, 8, 15), date(2017, 10, 2)))
WAYS = {
    "owner": lambda sale: sale.rep, "manager": lambda sale: sale.manager,
    "team": lambda sale: sale.office, "product": lambda sale: sale.product,
    "quarter": lambda sale: sale.quarter, "month": lambda sale: sale.month,
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(databases: Databases, session_app: Flask, tmp_path_factory) -> Iterator[Flask]:
    """The sample, brought in by the command, in a database of its own."""
    for _noun, file, *_options in COMMANDS:
        sample(file)
    url = databases.another("reports")
    instance = tmp_path_factory.mktemp("reports")
    for command in COMMANDS:
        crm_import(url, instance, *command)
    app = create_app(make_settings(url, instance))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def admin(loaded: Flask) -> Iterator[User]:
    with loaded.app_context():
        g.language = "en"
        yield db.session.scalars(User.with_rights().where(User.username == "admin")).unique().one()
        db.session.rollback()


@pytest.fixture(scope="module")
def sales() -> list[Sale]:
    sample("sales_pipeline.csv")
    return oracle.sales(FOLDER)


def table(report: str, way: str, days: tuple[date, date], reader: User) -> Table:
    filter = DealReportFilter(report=report, by=way, period=Days.between(*days))
    return ALL[report].of(filter, reader)


def named(found: Table, groups: dict[str, list[Sale]]) -> dict[str, Row]:
    """The rows by their labels. The firm, above all offices, is compared with the whole."""
    rows = {row.label: row for row in found.rows if any(figure.value for figure in row.figures)}
    for firm in set(rows) - set(groups):
        assert found.total is not None
        assert [each.value for each in rows.pop(firm).figures] == [
            each.value for each in found.total.figures
        ]
    return rows


def near(figure: object, expected: float | None) -> bool:
    if figure is None or expected is None:
        return figure is expected
    return float(figure) == pytest.approx(expected, abs=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["owner", "manager", "team", "product"])
@pytest.mark.parametrize("days", PERIODS, ids=lambda days: f"{days[0]}..{days[1]}")
def test_the_win_rate_and_what_was_won(
    admin: User, sales: list[Sale], way: str, days: tuple[date, date]
) -> None:
    expected = oracle.by(oracle.closed_between(sales, *days), WAYS[way])
    rows = named(table("winning", way, days, admin), expected)
    assert set(rows) == set(expected)
    for label, group in expected.items():
        closed, won, lost, rate, gained, *_ = (figure.value for figure in rows[label].figures)
        assert (closed, won, lost) == (
            len(group), oracle.won(group), len(group) - oracle.won(group)
        )  # fmt: skip
        assert gained == oracle.won_sum(group)
        assert near(rate, oracle.win_rate(group)), label


@pytest.mark.parametrize("way", ["quarter", "month"])
def test_the_win_rate_of_each_span(admin: User, sales: list[Sale], way: str) -> None:
    days = date(2016, 10, 1), date(2017, 12, 31)
    expected = oracle.by(oracle.closed_between(sales, *days), WAYS[way])
    rows = named(table("winning", way, days, admin), expected)
    assert {label: (row.figures[0].value, row.figures[1].value) for label, row in rows.items()} == {
        label: (len(group), oracle.won(group)) for label, group in expected.items()
    }


def test_the_whole_firm(admin: User, sales: list[Sale]) -> None:
    closed = oracle.closed_between(sales, *WHOLE)
    found = table("winning", "owner", WHOLE, admin)
    assert found.total is not None
    total, won, _lost, rate, gained, *_ = (figure.value for figure in found.total.figures)
    assert (total, won) == (9931, 6438) == (len(closed), oracle.won(closed))
    assert gained == oracle.won_sum(closed)
    assert near(rate, oracle.win_rate(closed))
    unknown = sum(sale.value is None for sale in closed)
    assert f"{unknown} of the closed deals have no amount" in found.notes[0].words


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("days", PERIODS[:2], ids=lambda days: f"{days[0]}..{days[1]}")
def test_the_days_until_a_deal_is_won_or_lost(
    admin: User, sales: list[Sale], way: str, days: tuple[date, date]
) -> None:
    expected = oracle.by(oracle.closed_between(sales, *days), WAYS[way])
    found = table("cycle", way, days, admin)
    rows = named(found, expected)
    assert set(rows) == set(expected)
    assert found.total is not None
    everything = [sale for group in expected.values() for sale in group]
    for label, group in {**expected, "": everything}.items():
        row = rows[label] if label else found.total
        won, lost = (oracle.cycle(group, of_won=of_won) for of_won in (True, False))
        count, half, average, most, missed, half_missed = (each.value for each in row.figures)
        assert (count, missed) == (len(won), len(lost))
        assert near(half, oracle.median(won)), label
        assert near(average, oracle.mean(won)), label
        assert near(most, oracle.ninetieth(won)), label
        assert near(half_missed, oracle.median(lost)), label


def test_who_began_and_who_was_won_of_them(admin: User, sales: list[Sale]) -> None:
    """The file knows no stages: all reached the first, and those that were won the last."""
    days = date(2017, 1, 1), date(2017, 3, 31)
    began = [sale for sale in sales if days[0] <= sale.began <= days[1]]
    found = table("funnel", "", days, admin)
    reached = [row.figures[0].value for row in found.rows]
    assert reached[0] == len(began)
    assert reached[-1] == oracle.won(began)
    assert found.rows[-1].figures[1].value == oracle.won_sum(began)
    assert f"{len(began)} of them came in by an import" in " ".join(
        note.words for note in found.notes
    ).replace(",", "")


def test_reps_see_of_it_what_is_theirs(admin: User, sales: list[Sale]) -> None:
    rep = db.session.scalars(select(User).where(User.name == "Donn Cantrell")).one()
    found = table("winning", "owner", WHOLE, rep)
    theirs = [sale for sale in oracle.closed_between(sales, *WHOLE) if sale.rep == rep.name]
    assert [(row.label, row.figures[0].value) for row in found.rows] == [(rep.name, len(theirs))]
