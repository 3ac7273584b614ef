"""The lines of a deal: what is sold, how much of it, at what price."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import login_required

from crm.blueprints.deals.rows import ask_for_rows, find_deal, save_rows
from crm.forms.deal_lines import LinesForm

bp = Blueprint("deal_lines", __name__)

PAGE = "deals/lines/edit.html"


@bp.get("/deals/<int:deal_id>/lines/edit")
@login_required
def edit(deal_id: int) -> Response:
    return ask_for_rows(PAGE, LinesForm(find_deal(deal_id)))


@bp.post("/deals/<int:deal_id>/lines")
@login_required
def update(deal_id: int) -> Response:
    return save_rows(PAGE, LinesForm(find_deal(deal_id, lock=True)))
