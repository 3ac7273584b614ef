"""Ticks: what of a stage's checklist is done for a deal."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go, next_or
from crm.models import ChecklistItem, Deal
from crm.nouns import record_url
from crm.policies import find, find_in, require

bp = Blueprint("checklist_ticks", __name__)


@bp.post("/deals/<int:deal_id>/checklist/<int:item_id>")
@login_required
def create(deal_id: int, item_id: int) -> Response:
    deal, item = _find(deal_id, item_id)
    deal.tick(item, by=current_user)
    db.session.commit()
    return go(next_or(record_url(deal)))


@bp.post("/deals/<int:deal_id>/checklist/<int:item_id>/delete")
@login_required
def destroy(deal_id: int, item_id: int) -> Response:
    deal, item = _find(deal_id, item_id)
    deal.untick(item, by=current_user)
    db.session.commit()
    return go(next_or(record_url(deal)))


def _find(deal_id: int, item_id: int) -> tuple[Deal, ChecklistItem]:
    """The deal, which may be edited, and an item of a list of its pipeline."""
    deal = find(Deal, deal_id, lock=True)
    require("edit", deal)
    return deal, find_in(ChecklistItem.in_use(deal.pipeline), ChecklistItem, item_id)
