"""``crm user``: add, list, deactivate users, change their roles, let them set a new password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from email_validator import EmailNotValidError
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.cli import Trouble, in_app
from crm.cli.printing import HOURS, near, table
from crm.cli.setup import checked_username
from crm.extensions import db
from crm.links import one_time_address
from crm.models import Role, Team, User, UserSession
from crm.models.session import LinkPurpose
from crm.models.user import LastAdministrator, normalized_email

ROLES = click.Choice([role.value for role in Role])


@click.group("user")
def command() -> None:
    """The people who sign in."""


@command.command("add")
@click.argument("name")
@click.option("--username", callback=checked_username, help="Default: the name in pinyin.")
@click.option("--email", help="For mails, and to sign in with.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="One or more.")
@click.option("--team", "team_name", metavar="TEAM", help="Name of the team.")
@click.option("--manager", "manager_name", metavar="USERNAME", help="If it is not the team's head.")
@in_app
def add(
    name: str, username: str | None, email: str | None, roles: tuple[str, ...],
    team_name: str | None, manager_name: str | None,
) -> None:  # fmt: skip
    """Add a user; prints the link to set the password."""
    if username and User.by_login(username):
        raise Trouble(f"the user name {username} is taken")
    email = _checked_email(email)
    user = User.join(
        name, roles={Role(role) for role in roles}, username=username, email=email,
        team=find_team(team_name) if team_name else None,
        manager=find_user(manager_name) if manager_name else None,
    )  # fmt: skip
    db.session.flush()  # the link names the user by id
    _print_link(user)
    db.session.commit()


@command.command("list")
@in_app
def list_() -> None:
    """List all users."""
    users = db.session.scalars(
        User.with_rights().options(joinedload(User.manager)).order_by(User.username)
    ).unique()
    rows = [("User name", "Name", "Roles", "Team", "Manager", "State")]
    for user in users:
        rows.append((
            user.username, user.name, ", ".join(sorted(user.roles)), str(user.team or ""),
            str(user.manager or ""), _state(user),
        ))  # fmt: skip
    click.echo(table(rows))


@command.command("password")
@click.argument("username")
@in_app
def password(username: str) -> None:
    """Print a new link to set the password; every session of the user ends."""
    user = find_user(username)
    if not user.is_active:
        raise Trouble(f"{user.username} is deactivated")
    UserSession.end_all_of(user)
    _print_link(user)
    db.session.commit()


@command.command("deactivate")
@click.argument("username")
@in_app
def deactivate(username: str) -> None:
    """End a user's access; what they own stays."""
    user = find_user(username)
    if user.is_active:
        with _keeping_an_administrator():
            user.deactivate(by=None)
        UserSession.end_all_of(user)
        db.session.commit()
    click.echo(f"{user.username} cannot sign in any more.")


@command.command("reactivate")
@click.argument("username")
@in_app
def reactivate(username: str) -> None:
    """Let somebody who left sign in again, with the roles and the password they had."""
    user = find_user(username)
    user.reactivate(by=None)
    db.session.commit()
    click.echo(f"{user.username} can sign in again.")


@command.command("role")
@click.argument("username")
@click.argument("roles", type=ROLES, nargs=-1, required=True)
@in_app
def role(username: str, roles: tuple[str, ...]) -> None:
    """Give a user exactly these roles; their sessions end."""
    user, wanted = find_user(username), {Role(value) for value in roles}
    if wanted != user.roles:
        with _keeping_an_administrator():
            user.give_roles(wanted, by=None)
        UserSession.end_all_of(user)
        db.session.commit()
    click.echo(f"{user.username}: {', '.join(sorted(wanted))}")


def find_user(username: str) -> User:
    """The user with this user name or mail address.

    :raises Trouble: nobody is called that; the message names those who nearly are.
    """
    user = User.by_login(username)
    if user is None:
        users = db.session.execute(select(User.username, User.name)).all()
        known = [word for user_words in users for word in user_words]
        raise Trouble(f"there is no user {username}.{near(username, known)}")
    return user


def find_team(name: str) -> Team:
    """The team with this name.

    :raises Trouble: there is none; the message names those that are nearly called that.
    """
    team = db.session.scalar(select(Team).where(Team.name == name))
    if team is None:
        names = db.session.scalars(select(Team.name))
        raise Trouble(f"there is no team {name}.{near(name, names)}")
    return team


def _checked_email(email: str | None) -> str | None:
    if email is None:
        return None
    try:
        address = normalized_email(email)
    except EmailNotValidError as error:
        raise Trouble(f"{email}: {error}") from error
    if User.by_login(address):
        raise Trouble(f"the address {address} is taken")
    return address


@contextmanager
def _keeping_an_administrator() -> Iterator[None]:
    """:raises Trouble: nobody would be an administrator any more."""
    try:
        yield
    except LastAdministrator as error:
        raise Trouble(f"{error} is the last administrator: make another one first") from error


def _state(user: User) -> str:
    if not user.is_active:
        return "deactivated"
    return "active" if user.password_hash else "no password yet"


def _print_link(user: User) -> None:
    address = one_time_address(LinkPurpose.SET_PASSWORD, user)
    click.echo(f"{user.username} sets a password here, once, within {HOURS} hours:\n{address}")
