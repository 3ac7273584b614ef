"""``crm import`` as it is typed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result as Said
from sqlalchemy import select

from crm.cli import crm
from crm.cli.import_ import command
from crm.extensions import db
from crm.importers import IMPORTERS
from crm.models import Company, Customer, Deal
from tests.cast import Cast

Spreadsheet = Callable[..., Path]


@pytest.fixture
def run(cast: Cast) -> Callable[..., Said]:
    def invoke(*arguments: object) -> Said:
        return CliRunner().invoke(crm, ["import", *map(str, arguments)])

    return invoke


def test_it_says_what_it_understood_and_what_it_did(
    run: Callable[..., Said], spreadsheet: Spreadsheet
) -> None:
    said = run("customers", spreadsheet("客户名称,电话,colour", "泰信,1,red", encoding="gb18030"))
    assert said.exit_code == 0
    assert said.output.splitlines() == [
        "file.csv: gb18030, divided by ','", "  name ← 客户名称", "  phone ← 电话",
        "  not read: colour", "Checking", "Writing",
        "1 customer: 1 created, 0 changed, 0 unchanged",
    ]  # fmt: skip


def test_a_check_says_what_would_be_and_writes_nothing(
    run: Callable[..., Said], spreadsheet: Spreadsheet
) -> None:
    said = run("customers", "--check", spreadsheet("name", "Tau"))
    assert said.exit_code == 0
    assert said.output.splitlines()[-2:] == [
        "1 customer: 1 would be created, 0 would be changed, 0 unchanged", "Nothing was written.",
    ]  # fmt: skip
    assert db.session.scalar(select(Customer).where(Customer.name == "Tau")) is None


def test_every_option_reaches_the_import(
    run: Callable[..., Said], spreadsheet: Spreadsheet
) -> None:
    path = spreadsheet("nr;who;how;when;a=b", "1;wang;Gewonnen: gut;3/4/2020;Pump")
    said = run(
        "deals", path, "--map", "external_id=nr", "--map", "owner=who", "--map", "outcome=how",
        "--map", "closed_at=when", "--map", "product=a=b", "--set", "amount=12", "--dates", "dmy",
        "--values", "outcome:Gewonnen: gut=won", "--encoding", "utf-8",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    deal = db.session.scalars(select(Deal).where(Deal.external_id == "1")).one()
    assert deal.outcome is not None
    assert deal.outcome.is_won
    assert (Company.current().day_of(deal.outcome.at).isoformat(), deal.amount, deal.product) == (
        "2020-04-03", 12, "Pump",
    )  # fmt: skip


def test_bad_rows_are_listed_fifty_at_most_and_written_to_a_file(
    run: Callable[..., Said], spreadsheet: Spreadsheet, tmp_path: Path
) -> None:
    path = spreadsheet("name,employees", *(f"Firm {n},=x{n}" for n in range(60)), "Tau")
    report = tmp_path / "problems.csv"
    said = run("customers", path, "--problems", report)
    assert said.exit_code == 1
    lines = said.output.splitlines()
    assert lines[4] == (
        'line 2, column employees: "=x0" - is not a number; write it like 12500 or 12,500.00'
    )
    assert sum(line.startswith("line ") for line in lines) == 50
    assert lines[-3:] == ["… and 11 more", f"All of them are in {report}",
                          "Error: 61 problems; nothing was written"]  # fmt: skip
    with report.open(encoding="utf-8-sig", newline="") as file:
        header, first, *_others, last = csv.reader(file)
    assert header == ["line", "column", "value", "reason"]
    assert first[:3] == ["2", "employees", "'=x0"]
    assert last == ["62", "", "", "has 1 cells, the header has 2"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--map", "name"], "write it like field=text"),
     (["--values", "kind=x"], "write it like outcome:Gewonnen=won"),
     (["--map", "colour=name"], "There is no field colour. The fields are: name"),
     (["--map", "name=x"], "There is no column x. The columns are: name")],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_explained(
    run: Callable[..., Said], spreadsheet: Spreadsheet, arguments: list[str], said: str
) -> None:
    answer = run("customers", spreadsheet("name", "Tau"), *arguments)
    assert answer.exit_code != 0
    assert said in answer.output


def test_a_database_that_is_not_set_up_is_explained(
    run: Callable[..., Said], spreadsheet: Spreadsheet
) -> None:
    db.session.execute(Company.__table__.delete())
    db.session.commit()
    answer = run("customers", spreadsheet("name", "Tau"))
    assert answer.exit_code == 1
    assert "run crm setup first" in answer.output


def test_the_guide_names_every_field_and_option() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
    fields = {field.name for importer in IMPORTERS.values() for field in importer.fields}
    options = {name for param in command.params for name in param.opts if name.startswith("--")}
    assert {name for name in fields | options if f"`{name}" not in guide} == set()
