"""``crm user``: who may sign in, as what, and how they get a password."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.extensions import db
from crm.models import Action, Event, Role, User, UserSession
from tests.cast import Cast
from tests.cli.conftest import Command
from tests.cli.test_setup import path_in
from tests.page import Browser


def live_sessions(user: User) -> int:
    return len(db.session.scalars(UserSession.live_of(user)).all())


def begin_session(user: User) -> None:
    UserSession.begin(user, device="laptop", address="127.0.0.1")
    db.session.commit()


def test_add_makes_a_user_and_a_link_to_set_the_password(
    crm: Command, cast: Cast, browser: Browser
) -> None:
    result = crm("user", "add", "刘洋", "--role", "rep", "--role", "finance", "--team", "华东",
                 "--manager", "zhao", "--email", "Liu@Example.com")  # fmt: skip
    assert result.exit_code == 0
    user = User.by_login("liuyang")
    assert user is not None
    assert (user.name, user.email) == ("刘洋", "liu@example.com")
    assert user.roles == {Role.REP, Role.FINANCE}
    assert (user.team, user.manager) == (cast.wang.team, cast.zhao)
    browser.get(path_in(result.output))


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("--username", "wang"), "the user name wang is taken"),
        (("--email", "wang@example.com"), "the address wang@example.com is taken"),
        (("--email", "nowhere"), "nowhere: "),
        (("--manager", "zhau"), "there is no user zhau. Did you mean zhou, zhao?"),
        (("--team", "华东部"), "there is no team 华东部. Did you mean 华东?"),
        (("--username", "Liu Yang"), "a user name has letters"),
    ],
)
def test_add_says_what_is_wrong(
    crm: Command, cast: Cast, arguments: tuple[str, ...], answer: str
) -> None:
    before = db.session.scalar(select(func.count()).select_from(User))
    result = crm("user", "add", "刘洋", "--role", "rep", *arguments)
    assert result.exit_code != 0
    assert answer in result.output
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(User)) == before


def test_list_shows_everybody_with_roles_and_state(crm: Command, cast: Cast) -> None:
    cast.sun.password_hash = None
    db.session.commit()
    lines = crm("user", "list").output.splitlines()
    assert lines[0].split() == ["User", "name", "Name", "Roles", "Team", "Manager", "State"]
    by_name = {line.split()[0]: line.split() for line in lines[1:]}
    assert by_name["wang"] == ["wang", "王芳", "rep", "华东", "active"]
    assert by_name["gone"][-1] == "deactivated"
    assert " ".join(by_name["sun"][-3:]) == "no password yet"


def test_password_gives_a_link_and_signs_out_everywhere(
    crm: Command, cast: Cast, browser: Browser
) -> None:
    begin_session(cast.wang)
    result = crm("user", "password", "wang")
    assert live_sessions(cast.wang) == 0
    browser.get(path_in(result.output))


def test_password_takes_a_mail_address_too(crm: Command, cast: Cast) -> None:
    assert "wang sets a password here" in crm("user", "password", "WANG@example.com").output


def test_password_refuses_somebody_who_left(crm: Command, cast: Cast) -> None:
    result = crm("user", "password", "gone")
    assert (result.exit_code, result.output) == (1, "Error: gone is deactivated\n")


def test_an_unknown_name_is_answered_with_near_ones(crm: Command, cast: Cast) -> None:
    result = crm("user", "password", "redaer")
    assert result.exit_code == 1
    assert "there is no user redaer. Did you mean reader?" in result.output


def test_deactivate_ends_the_access_and_is_recorded(crm: Command, cast: Cast) -> None:
    begin_session(cast.wang)
    for _ in range(2):  # once more changes nothing
        assert crm("user", "deactivate", "wang").exit_code == 0
    assert not cast.wang.is_active
    assert live_sessions(cast.wang) == 0
    recorded = select(func.count()).where(
        Event.action == Action.USER_DEACTIVATED, Event.subject_id == cast.wang.id)  # fmt: skip
    assert db.session.scalar(recorded) == 1


def test_role_replaces_the_roles_and_signs_out(crm: Command, cast: Cast) -> None:
    begin_session(cast.wang)
    result = crm("user", "role", "wang", "manager", "rep")
    assert result.output == "wang: manager, rep\n"
    assert cast.wang.roles == {Role.MANAGER, Role.REP}
    assert live_sessions(cast.wang) == 0


def test_role_changes_nothing_when_the_roles_stay(crm: Command, cast: Cast) -> None:
    begin_session(cast.wang)
    assert crm("user", "role", "wang", "rep").exit_code == 0
    assert live_sessions(cast.wang) == 1


@pytest.mark.parametrize("arguments", [("deactivate", "admin"), ("role", "admin", "rep")])
def test_one_administrator_always_stays(
    crm: Command, cast: Cast, arguments: tuple[str, ...]
) -> None:
    result = crm("user", *arguments)
    assert result.exit_code == 1
    assert "admin is the last administrator" in result.output
    assert cast.admin.is_active
    assert cast.admin.is_administrator
