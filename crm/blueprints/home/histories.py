"""Histories: what each field of a record said, and who changed it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import login_required

from crm.hypermedia import render
from crm.nouns import NOUNS
from crm.policies import find
from crm.queries.history import history_of

bp = Blueprint("histories", __name__)


@bp.get("/history/<any(customer, contact, deal, task, claim):noun>/<int:record_id>")
@login_required
def show(noun: str, record_id: int) -> Response:
    record = find(NOUNS[noun].model, record_id)
    history = history_of(record, request.args)
    return render("home/histories/show.html", "list", noun=noun, record=record, history=history)
