"""Amounts: what is meant by one while it is typed, as ``1.25万`` or ``12,500``."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request
from flask_login import login_required

from crm.formatting import money
from crm.forms.fields import CURRENCIES, amount_typed

bp = Blueprint("amounts", __name__)


@bp.get("/amount")
@login_required
def show() -> Response:
    """The amount of the field called ``field``; an empty text while it is none."""
    currency = request.args.get("currency")
    try:
        amount = amount_typed(request.args.get(request.args.get("field", "amount"), ""))
    except ValueError:
        return make_response("")
    return make_response(money(amount, currency if currency in CURRENCIES else None))
