"""Statistics by option as a file. Making one is recorded, so it is asked for with a form."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.blueprints.lists.exports import format_wanted, sent
from crm.exporters import StatisticsExport
from crm.filters.address import read
from crm.filters.address import sent as written
from crm.filters.days import Days
from crm.models import Customer, Deal, OptionList
from crm.policies import require
from crm.queries.option_statistics import LISTS, whose, worth_of

bp = Blueprint("option_statistics_exports", __name__)


@bp.post(f"/statistics/<any({', '.join(LISTS)}):name>/exports")
@login_required
def create(name: str) -> Response:
    require("oversee", Customer)
    require("export", Customer)
    require("export", Deal)
    which, closed = OptionList(name), read(written(request.args, "closed"), Days | None)
    of = whose(which, request.args.get("of", ""))
    rows = worth_of(which, current_user, closed, of)
    export = StatisticsExport(which, of.value, closed, rows, format_wanted(name), current_user)
    return sent(export, export.write())
