"""A report as a file. Making one is recorded, so it is asked for with a form."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.blueprints.lists.exports import format_wanted, sent
from crm.exporters import ReportExport
from crm.policies import require
from crm.queries.reports import ALL

bp = Blueprint("report_exports", __name__)


@bp.post(f"/reports/<any({', '.join(ALL)}):report>/exports")
@login_required
def create(report: str) -> Response:
    require("export", ALL[report].exported)
    filter = ALL[report].parse(request.args)
    table = ALL[report].of(filter, current_user)
    export = ReportExport(filter, table, format_wanted(report), current_user)
    return sent(export, export.write())
