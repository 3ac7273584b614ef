"""``crm setup``: from an empty database to the first person's way in."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from crm.extensions import db
from crm.models import Company, Option, Pipeline, Role, User
from tests.cast import Cast
from tests.cli.conftest import Command
from tests.page import Browser

ADDRESS = re.compile(r"http://localhost(/(?:setup|set-password)/[0-9a-f]{64})\b")


def path_in(output: str) -> str:
    found = ADDRESS.search(output)
    assert found, output
    return found[1]


def test_it_prints_where_to_finish_the_set_up(crm: Command, empty: None, browser: Browser) -> None:
    path = path_in(crm("setup").output)
    assert path.startswith("/setup/")
    browser.get(path)


def test_a_second_address_replaces_the_first(crm: Command, empty: None, browser: Browser) -> None:
    first, second = path_in(crm("setup").output), path_in(crm("setup").output)
    browser.get(first, status=410)
    browser.get(second)


def test_it_makes_the_company_with_pipeline_and_lists(crm: Command, empty: None) -> None:
    result = crm("setup", "--company", "恒禾阀门", "--currency", "eur",
                 "--timezone", "Europe/Berlin")  # fmt: skip
    assert result.exit_code == 0
    company = Company.current()
    assert (company.name, company.base_currency, company.timezone, company.is_demo) == (
        "恒禾阀门", "EUR", "Europe/Berlin", False)  # fmt: skip
    assert len(Pipeline.main().stages) == 5
    assert db.session.scalar(select(func.count()).select_from(Option))


def test_it_makes_the_first_administrator(crm: Command, empty: None, browser: Browser) -> None:
    result = crm("setup", "--company", "恒禾", "--admin", "Boss", "--name", "陈立",
                 "--language", "en")  # fmt: skip
    user = User.by_login("boss")
    assert user is not None
    assert (user.name, user.roles, user.language) == ("陈立", {Role.ADMINISTRATOR}, "en")
    browser.get(path_in(result.output))


def test_running_it_again_gives_the_administrator_a_new_link(crm: Command, empty: None) -> None:
    arguments = ("setup", "--company", "恒禾", "--admin", "boss", "--name", "陈立")
    assert path_in(crm(*arguments).output) != path_in(crm(*arguments).output)
    assert db.session.scalar(select(func.count()).select_from(User)) == 1


def test_with_users_it_changes_nothing(crm: Command, cast: Cast) -> None:
    result = crm("setup")
    assert result.exit_code == 0
    assert "there are users already" in result.output


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("--admin", "boss", "--name", "陈立"), "there is no company yet"),
        (("--currency", "EUR"), "--currency and --timezone need --company"),
        (("--admin", "boss"), "--admin and --name go together"),
        (("--company", "恒禾", "--currency", "XYZ"), "XYZ is no ISO 4217 currency"),
        (("--company", "恒禾", "--timezone", "Asia/Shanghia"), "Did you mean Asia/Shanghai"),
        (("--company", "恒禾", "--admin", "the boss", "--name", "陈立"), "a user name has letters"),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong(
    crm: Command, empty: None, arguments: tuple[str, ...], answer: str
) -> None:
    result = crm("setup", *arguments)
    assert result.exit_code != 0
    assert answer in result.output
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_it_does_not_rename_a_company(crm: Command, cast: Cast) -> None:
    result = crm("setup", "--company", "别的公司")
    assert result.exit_code == 1
    assert "the company is 恒川流体控制 already" in result.output


def test_it_makes_no_second_administrator(crm: Command, cast: Cast) -> None:
    result = crm("setup", "--admin", "boss", "--name", "陈立")
    assert result.exit_code == 1
    assert "crm user add --role administrator adds boss" in result.output


def test_it_leaves_people_with_a_password_alone(crm: Command, cast: Cast) -> None:
    result = crm("setup", "--admin", "admin", "--name", "陈立")
    assert result.exit_code == 1
    assert "crm user password admin gives a new link" in result.output
