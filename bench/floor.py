"""The floor: what server, database and templates cost before the product does a thing.

Served by the very same processes, behind the same session look-up and the same headers.
"""

from __future__ import annotations

from flask import Blueprint, Flask, render_template_string
from flask_login import login_required
from sqlalchemy import select

from bench import streams
from crm import server
from crm.extensions import db
from crm.models import Customer

CONSTANT, QUERY = "/bench/constant", "/bench/query"
FIVE_KILOBYTES = "x" * 5_000
TABLE = """<!doctype html>
<html lang="en"><head><title>Floor</title></head><body><h1>Floor</h1>
<table>{% for row in rows %}
<tr><td>{{ row.id }}</td><td>{{ row.name }}</td>
<td>{{ row.phone }}</td><td>{{ row.address }}</td></tr>
{% endfor %}</table></body></html>
"""

bp = Blueprint("bench", __name__)


@bp.get(CONSTANT)
def constant() -> str:
    """The same server giving 5 kB."""
    return FIVE_KILOBYTES


@bp.get(QUERY)
@login_required
def query() -> str:
    """One query of 50 rows through Jinja, for somebody who is signed in."""
    chosen = select(Customer.id, Customer.name, Customer.phone, Customer.address)
    rows = db.session.execute(chosen.order_by(Customer.id).limit(50)).all()
    return render_template_string(TABLE, rows=rows)


def lay(app: Flask) -> Flask:
    """``app`` with the floor in it."""
    app.register_blueprint(bp)
    app.register_blueprint(streams.bp)
    return app


def application() -> Flask:
    """What each web process serves while we measure."""
    return lay(server.application())
