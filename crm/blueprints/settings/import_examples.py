"""An empty file with the columns that an import understands, to be filled in."""

from __future__ import annotations

from flask import Blueprint, Response, make_response
from flask_login import login_required

from crm.formatting import language
from crm.importers import Customers
from crm.importers.example import example_of
from crm.models import Customer
from crm.policies import require

bp = Blueprint("import_examples", __name__)


@bp.get("/settings/import/customers.csv")
@login_required
def show() -> Response:
    require("import", Customer)
    response = make_response(example_of(Customers, language()))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = "attachment; filename=customers.csv"
    return response
