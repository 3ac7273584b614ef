"""Contacts of a deal: who takes part in the decision, and how."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import login_required

from crm.blueprints.deals.rows import ask_for_rows, find_deal, save_rows
from crm.forms.deal_people import CircleForm

bp = Blueprint("deal_contacts", __name__)

PAGE = "deals/contacts/edit.html"


@bp.get("/deals/<int:deal_id>/contacts/edit")
@login_required
def edit(deal_id: int) -> Response:
    return ask_for_rows(PAGE, CircleForm(find_deal(deal_id)))


@bp.post("/deals/<int:deal_id>/contacts")
@login_required
def update(deal_id: int) -> Response:
    return save_rows(PAGE, CircleForm(find_deal(deal_id, lock=True)))
