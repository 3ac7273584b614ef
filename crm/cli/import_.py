"""``crm import``: users, customers, contacts and deals from a CSV file, all or none."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from crm.cli import Trouble, in_app
from crm.cli.printing import in_english
from crm.extensions import db
from crm.formulas import guarded
from crm.importers import (
    IMPORTERS,
    Disturbed,
    Import,
    Importer,
    Mapping,
    Problem,
    Refused,
    Result,
    Table,
)
from crm.models import Company
from crm.schema import is_current

MOST_PRINTED = 50


class Assignment(click.ParamType[tuple[str, ...]]):
    """``field=text``; with a raw value, ``field:raw=text``."""

    name = "assignment"

    def __init__(self, *, with_raw: bool = False) -> None:
        self.with_raw = with_raw

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, ...]:  # fmt: skip
        if isinstance(value, tuple):
            return value
        if self.with_raw:
            field, colon, rest = value.partition(":")
            raw, equals, text = rest.rpartition("=")
            if not (field and colon and raw and equals):
                self.fail(f"{value!r}: write it like outcome:Gewonnen=won", param, ctx)
            return field.strip(), raw.strip(), text.strip()
        field, equals, text = value.partition("=")
        if not (field and equals):
            self.fail(f"{value!r}: write it like field=text", param, ctx)
        return field.strip(), text.strip()


@click.command("import")
@click.argument("noun", type=click.Choice(list(IMPORTERS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "columns",
    multiple=True,
    type=Assignment(),
    metavar="FIELD=COLUMN",
    help="Which column fills a field; without any, guessed from the header.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    type=Assignment(),
    metavar="FIELD=TEXT",
    help="The same value for all rows.",
)
@click.option(
    "--values",
    "translations",
    multiple=True,
    type=Assignment(with_raw=True),
    metavar="FIELD:RAW=TEXT",
    help="What a value in the file stands for.",
)
@click.option(
    "--dates",
    "day_order",
    type=click.Choice(["mdy", "dmy"]),
    help="How to read dates like 3/4/2026.",
)
@click.option("--encoding", help="The file's encoding, if it is not found out rightly.")
@click.option("--check", is_flag=True, help="Only check: say what would happen, write nothing.")
@click.option(
    "--problems",
    "problems_file",
    metavar="FILE.csv",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write every bad row to this file.",
)
@in_app
def command(
    noun: str, file: Path, columns: tuple[tuple[str, str], ...],
    constants: tuple[tuple[str, str], ...], translations: tuple[tuple[str, str, str], ...],
    day_order: str | None, encoding: str | None, check: bool, problems_file: Path | None,
) -> None:  # fmt: skip
    """Bring in users, customers, contacts or deals from a CSV file: all rows, or none.

    Everything is checked first. Doing it again changes only what has changed in the file.
    The fields of each noun are listed in docs/import.md.
    """
    in_english()
    _require_company()
    try:
        table = Table(file, encoding)
        importer = IMPORTERS[noun]
        mapping = Mapping.of(
            importer.all_fields(),
            table.header,
            columns=columns,
            constants=constants,
            translations=translations,
            samples=table.samples(),
        )
        _show(mapping, table)
        run = Import(importer, table, mapping, day_order=day_order)
        with _bar("Checking", table.size) as progress:
            result = run.check(progress)
        if not result.problems and not check:
            with _bar("Writing", table.size) as progress:
                result = run.write(progress)
    except Refused as error:
        raise Trouble(f"{file.name}: {error}") from error
    except Disturbed as error:
        raise Trouble(
            "somebody changed the same records meanwhile; nothing was written, import again"
        ) from error
    _report(result, importer, problems_file, check=check)


def _require_company() -> None:
    if not is_current() or db.session.get(Company, 1) is None:
        raise Trouble("the database is not set up: run crm setup first")
    db.session.rollback()  # the import begins its own transactions


def _show(mapping: Mapping, table: Table) -> None:
    click.echo(f"{table.path.name}: {table.encoding}, divided by {table.delimiter!r}")
    for field, column in mapping.columns.items():
        scale = f" × {mapping.scales[field]:,}" if field in mapping.scales else ""
        click.echo(f"  {field} ← {column}{scale}")
    for field, text in mapping.constants.items():
        click.echo(f"  {field} = {text}")
    if unread := mapping.unread(table.header):
        click.echo(f"  not read: {', '.join(unread)}")


@contextmanager
def _bar(label: str, size: int) -> Iterator[Callable[[int], None]]:
    """A progress bar over the bytes of the file; only its label where there is no terminal."""
    with click.progressbar(length=size, label=label) as bar:
        yield lambda read: bar.update(read - bar.pos)
        bar.update(size - bar.pos)


def _report(
    result: Result, importer: type[Importer], problems_file: Path | None, *, check: bool
) -> None:
    if result.problems:
        _print_problems(result.problems)
        if problems_file:
            _write_problems(result.problems, problems_file)
        raise Trouble(f"{_count(len(result.problems), 'problem')}; nothing was written")
    would = "would be " if check else ""
    click.echo(
        f"{_count(result.rows, importer.noun[:-1])}: {result.created:,} {would}created, "
        f"{result.updated:,} {would}changed, {result.unchanged:,} unchanged"
    )
    if result.besides:
        made = ", ".join(_count(count, noun[:-1]) for noun, count in result.besides.items())
        click.echo(f"Besides, {made} {would}created")
    if check:
        click.echo("Nothing was written.")


def _print_problems(problems: list[Problem]) -> None:
    for problem in problems[:MOST_PRINTED]:
        where = f"line {problem.line}" + (f", column {problem.column}" if problem.column else "")
        value = f'"{_shortened(problem.value)}" - ' if problem.column else ""
        click.echo(f"{where}: {value}{problem.reason}", err=True)
    if len(problems) > MOST_PRINTED:
        click.echo(f"… and {len(problems) - MOST_PRINTED:,} more", err=True)


def _write_problems(problems: list[Problem], path: Path) -> None:
    # Spreadsheets outside China take a file without the mark for their own old encoding.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Problem._fields)
        writer.writerows(map(_guarded, problems))
    click.echo(f"All of them are in {path}", err=True)


def _guarded(problem: Problem) -> list[str]:
    return [str(problem.line), *map(guarded, problem[1:])]


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
