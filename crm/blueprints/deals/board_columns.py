"""More cards of one column."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.address import read
from crm.filters.deals.board import BoardFilter
from crm.forms.batches import DealBatchForm
from crm.hypermedia import go, is_fragment, render
from crm.models import Pipeline, Stage
from crm.policies import find_in
from crm.queries.board import more_cards

bp = Blueprint("board_columns", __name__)


@bp.get("/deals/board/<int:stage_id>")
@login_required
def show(stage_id: int) -> Response:
    filter = BoardFilter.parse(request.args)
    stage = find_in(Stage.in_order(Pipeline.wanted(filter.pipeline)), Stage, stage_id)
    if not is_fragment():
        return go(filter.as_list(stage=(stage.id,)))
    lane = read(request.args.getlist("lane"), int | None)
    cards, has_more = more_cards(filter, current_user, stage, filter.after, lane=lane)
    return render(
        "deals/board/_cards.html", cards=cards, has_more=has_more, stage=stage, lane=lane,
        filter=filter, deeds=DealBatchForm.offered_to(current_user, filter),
    )  # fmt: skip
