"""The page that a device keeps, and shows when there is no connection: it holds nobody's data."""

from __future__ import annotations

from flask import Blueprint, Response

from crm.errors import without_database

bp = Blueprint("offline", __name__)


@bp.get("/offline")
def show() -> Response:
    return without_database(200, "offline")
