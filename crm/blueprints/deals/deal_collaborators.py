"""Collaborators: colleagues who work on a deal besides its owner, and what part is theirs."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import login_required

from crm.blueprints.deals.rows import ask_for_rows, find_deal, save_rows
from crm.forms.deal_people import CollaboratorsForm

bp = Blueprint("deal_collaborators", __name__)

PAGE = "deals/collaborators/edit.html"


@bp.get("/deals/<int:deal_id>/collaborators/edit")
@login_required
def edit(deal_id: int) -> Response:
    return ask_for_rows(PAGE, CollaboratorsForm(find_deal(deal_id, "share")))


@bp.post("/deals/<int:deal_id>/collaborators")
@login_required
def update(deal_id: int) -> Response:
    return save_rows(PAGE, CollaboratorsForm(find_deal(deal_id, "share", lock=True)))
