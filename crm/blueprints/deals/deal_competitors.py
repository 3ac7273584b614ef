"""Competitors: who else offers for a deal."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user, login_required

from crm.blueprints.deals.rows import ask_for_rows, find_deal, save_rows
from crm.forms.deal_people import CompetitorsForm
from crm.queries.deal_page import known_rivals

bp = Blueprint("deal_competitors", __name__)

PAGE = "deals/competitors/edit.html"


@bp.get("/deals/<int:deal_id>/competitors/edit")
@login_required
def edit(deal_id: int) -> Response:
    form = CompetitorsForm(find_deal(deal_id))
    return ask_for_rows(PAGE, form, known=known_rivals(current_user))


@bp.post("/deals/<int:deal_id>/competitors")
@login_required
def update(deal_id: int) -> Response:
    form = CompetitorsForm(find_deal(deal_id, lock=True))
    return save_rows(PAGE, form, known=known_rivals(current_user))
