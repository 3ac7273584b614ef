"""``crm setup``: from nothing to a database somebody can sign in to. It can be run again."""

from __future__ import annotations

from zoneinfo import available_timezones

import click
from babel.numbers import is_currency
from sqlalchemy import func, select

from crm import clock, seed
from crm.cli import Trouble, in_app
from crm.cli.migrate import migrate
from crm.cli.printing import HOURS, near
from crm.extensions import LANGUAGES, db
from crm.links import one_time_address
from crm.models import Company, Role, User
from crm.models.session import LinkPurpose
from crm.models.user import is_username


def _currency(_context: click.Context, _option: click.Parameter, code: str | None) -> str | None:
    if code is not None and not is_currency(code := code.upper()):
        raise click.BadParameter(f"{code} is no ISO 4217 currency, such as CNY or EUR")
    return code


def _timezone(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    if name is not None and not clock.is_timezone(name):
        hint = near(name, available_timezones())
        raise click.BadParameter(f"{name} is no time zone, such as Asia/Shanghai.{hint}")
    return name


def checked_username(
    _context: click.Context, _option: click.Parameter, name: str | None
) -> str | None:
    """A user name in lower case.

    :raises click.BadParameter: it has characters that a user name cannot have.
    """
    if name is not None and not is_username(name := name.strip().lower()):
        raise click.BadParameter("a user name has letters a–z, digits, dots, hyphens, underscores")
    return name


@click.command("setup")
@click.option("--company", metavar="NAME", help="Your firm; makes its pipeline and lists.")
@click.option("--currency", callback=_currency, help="The firm's base currency; default: CNY.")
@click.option("--timezone", callback=_timezone, help="The firm's zone; default: Asia/Shanghai.")
@click.option("--admin", metavar="USERNAME", callback=checked_username,
              help="Make the first administrator.")  # fmt: skip
@click.option("--name", help="The administrator's name.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="And their language.")
@in_app
def command(
    company: str | None, currency: str | None, timezone: str | None,
    admin: str | None, name: str | None, language: str | None,
) -> None:  # fmt: skip
    """Bring the database to the newest schema and print how the first person gets in."""
    if (currency or timezone) and not company:
        raise click.UsageError("--currency and --timezone need --company")
    if bool(admin) != bool(name) or (language and not admin):
        raise click.UsageError("--admin and --name go together; --language goes with them")
    migrate()
    if company:
        _plant(company, currency or "CNY", timezone or "Asia/Shanghai")
    link = _make_administrator(admin, name, language) if admin and name else _invite()
    db.session.commit()
    click.echo(link)


def _plant(name: str, currency: str, timezone: str) -> None:
    there = db.session.get(Company, 1)
    if there is not None and not there.name:
        there.name, there.base_currency, there.timezone = name, currency, timezone
    if there is not None and there.name != name:
        raise Trouble(f"the company is {there.name} already; it can be renamed in the settings")
    seed.plant(name=name, base_currency=currency, timezone=timezone)
    click.echo(f"Company: {name}")


def _make_administrator(username: str, name: str, language: str | None) -> str:
    """Make the administrator, or give a new link to the one who has no password yet."""
    if db.session.get(Company, 1) is None:
        raise Trouble("there is no company yet: give its name with --company")
    user = User.by_login(username)
    if user is None and _somebody_is_here():
        raise Trouble(f"there are users already; crm user add --role administrator adds {username}")
    if user is not None and (user.password_hash or not user.is_administrator):
        raise Trouble(f"{username} is here already; crm user password {username} gives a new link")
    if user is None:
        user = User.join(name, roles={Role.ADMINISTRATOR}, username=username)
        user.language = language
        db.session.flush()  # the link names the user by id
    address = one_time_address(LinkPurpose.SET_PASSWORD, user)
    return f"{username} sets a password here, once, within {HOURS} hours:\n{address}"


def _invite() -> str:
    """Where the first person makes the company and the administrator."""
    if _somebody_is_here():
        return "Ready: there are users already, nothing was changed."
    address = one_time_address(LinkPurpose.SET_UP)
    return f"Open this address to finish the set-up, once, within {HOURS} hours:\n{address}"


def _somebody_is_here() -> bool:
    return bool(db.session.scalar(select(func.count()).select_from(User)))
