"""What stands around the program: mail server, address, folder, disk."""

from __future__ import annotations

import os
import shutil
import stat
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _

from crm import postman
from crm.formatting import number
from crm.queries.health.check import Check

LITTLE_SPACE, NO_SPACE = 1_000_000_000, 200_000_000


def mail_server() -> Check:
    """Connects, encrypts and signs in, but sends nothing."""
    name = _("Mail server")
    config = current_app.config
    if not config["SMTP_HOST"]:
        return Check.warn(
            name,
            _("none: mails land in %(folder)s", folder=_instance() / "mail"),
            _("Set CRM_SMTP_HOST."),
        )
    address = f"{config['SMTP_HOST']}:{config['SMTP_PORT']} ({config['SMTP_SECURITY']})"
    try:
        with postman.Connection():
            return Check.ok(name, address)
    except postman.TROUBLE as error:
        return Check.bad(
            name,
            f"{address}: {postman.explain(error)}",
            _("Look at the CRM_SMTP_* settings, and whether the server is reachable."),
        )


def base_url() -> Check:
    name, address = _("Address"), current_app.config["BASE_URL"]
    parts = urlsplit(address)
    if parts.hostname in {"localhost", "127.0.0.1", "::1"}:
        return Check.warn(
            name,
            _("%(address)s: links in mails work on this machine only", address=address),
            _("Set CRM_BASE_URL to the address that people use."),
        )
    if parts.scheme != "https":
        return Check.warn(
            name,
            _("%(address)s: passwords travel unencrypted", address=address),
            _("Put a reverse proxy with a certificate in front; set CRM_BASE_URL to https."),
        )
    return Check.ok(name, address)


def instance_folder() -> Check:
    name, folder = _("Folder"), _instance()
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check.bad(
            name,
            _("%(folder)s cannot be written", folder=folder),
            _("Make it belong to the user that runs crm."),
        )
    if stat.S_IMODE(folder.stat().st_mode) & stat.S_IRWXO:
        return Check.warn(
            name,
            _("%(folder)s: every user of this machine can look into it", folder=folder),
            f"chmod o-rwx {folder}",
        )
    return Check.ok(name, str(folder))


def secret_key() -> Check:
    name, path = _("Secret key"), _instance() / "secret_key"
    if not path.exists():
        return Check.ok(name, "CRM_SECRET_KEY")
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        return Check.bad(name, _("%(path)s can be read by others", path=path), f"chmod 600 {path}")
    return Check.ok(name, str(path))


def disk() -> Check:
    name, free = _("Disk"), shutil.disk_usage(_instance()).free
    found = _("%(size)s GB free", size=number(round(Decimal(free) / 10**9, 1)))
    remedy = _("Make room where CRM_INSTANCE lies.")
    if free < NO_SPACE:
        return Check.bad(name, found, remedy)
    if free < LITTLE_SPACE:
        return Check.warn(name, found, remedy)
    return Check.ok(name, found)


def _instance() -> Path:
    return Path(current_app.config["INSTANCE"])
