"""Reports: what there is, and each as a drawing with its table."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.hypermedia import render
from crm.models import Deal
from crm.policies import may
from crm.queries.reports import ALL

bp = Blueprint("reports", __name__)


@bp.get("/reports")
@login_required
def index() -> Response:
    may_see_costs = may("see_source_costs", Deal)
    return render("reports/index.html", reports=ALL.values(), may_see_costs=may_see_costs)


@bp.get(f"/reports/<any({', '.join(ALL)}):report>")
@login_required
def show(report: str) -> Response:
    filter = ALL[report].parse(request.args)
    return render(
        "layouts/report.html", "report", at=filter.url(), report=ALL[report], filter=filter,
        table=ALL[report].of(filter, current_user), may_export=may("export", ALL[report].exported),
    )  # fmt: skip
