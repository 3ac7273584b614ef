"""Exports: a list as a file. Making one is recorded, so it is asked for with a form."""

from __future__ import annotations

from typing import IO, Protocol

from flask import Blueprint, Response, flash, request, send_file
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.exporters import Export, Format, TooMany
from crm.exporters.export import MOST_ROWS
from crm.extensions import db
from crm.filters.lists import LISTS
from crm.formatting import number
from crm.hypermedia import go
from crm.policies import require

bp = Blueprint("exports", __name__)


class Recorded(Protocol):
    """What is written as a file, which is written down as an event."""

    @property
    def file_name(self) -> str: ...
    def record(self) -> None: ...


@bp.post("/exports/<any(customers, contacts, deals, tasks, claims, expense_items):name>")
@login_required
def create(name: str) -> Response:
    filter = LISTS[name].parse(request.args)
    require("export", filter.MODEL)
    export = Export(name, filter, format_wanted(name), current_user)
    try:
        file = export.write()
    except TooMany:
        flash(_("More than %(most)s rows: narrow the list first.", most=number(MOST_ROWS)), "error")
        return go(filter.url())
    return sent(export, file)


def sent(export: Recorded, file: IO[bytes]) -> Response:
    """The answer that carries the file, once it is written down that it was made."""
    export.record()
    db.session.commit()
    response = send_file(file, as_attachment=True, download_name=export.file_name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def format_wanted(name: str) -> Format:
    """The kind of file that is asked for; cards are of contacts alone."""
    wanted = request.form.get("format")
    if wanted == Format.VCF and name == "contacts":
        return Format.VCF
    return Format.CSV if wanted == Format.CSV else Format.XLSX
