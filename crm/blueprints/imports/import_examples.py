"""An empty file with the columns that an import understands, to be filled in."""

from __future__ import annotations

from flask import Blueprint, Response, make_response
from flask_login import login_required

from crm.formatting import language
from crm.importers import IMPORTERS
from crm.importers.example import example_of
from crm.models import ImportRun
from crm.policies import require

bp = Blueprint("import_examples", __name__)


@bp.get("/imports/<any(customers, contacts, deals):noun>.csv")
@login_required
def show(noun: str) -> Response:
    require("import", ImportRun)
    response = make_response(example_of(IMPORTERS[noun], language()))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f"attachment; filename={noun}.csv"
    return response
