"""More cards of one column."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.deals import DealFilter
from crm.hypermedia import go, is_fragment, render
from crm.models import Pipeline, Stage
from crm.policies import find_in
from crm.queries.board import more_cards

bp = Blueprint("board_columns", __name__)


@bp.get("/deals/board/<int:stage_id>")
@login_required
def show(stage_id: int) -> Response:
    stage = find_in(Stage.in_order(Pipeline.main()), Stage, stage_id)
    filter = DealFilter.parse(request.args)
    if not is_fragment():
        return go(filter.from_start(stage=(stage.id,)).url("deals.index"))
    cards, has_more = more_cards(filter, current_user, stage, filter.after)
    return render(
        "deals/board/_cards.html",
        cards=cards,
        has_more=has_more,
        stage=stage,
        filter=filter,
        stages=stage.pipeline.stages,
    )
