"""Commands are run as in a shell, against the database of the test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from crm import cli
from crm.demo import clearing
from crm.extensions import db
from crm.models import Company
from tests.cast import Cast

Command = Callable[..., Result]


@pytest.fixture
def crm(context: None) -> Command:
    """``crm("user", "list")``: the result, with its ``exit_code`` and ``output``."""

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(cli.crm, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def empty(cast: Cast) -> None:
    """The database has its tables and nothing in them."""
    Company.current().is_demo = True
    clearing.clear()
    db.session.commit()
