"""The board: open deals as cards in the columns of their stages."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.extensions import db
from crm.filters.deals.board import BoardFilter
from crm.forms.batches import DealBatchForm
from crm.hypermedia import render
from crm.models import Pipeline
from crm.queries.board import board
from crm.queries.board.changes import Mark
from crm.queries.views import views_above

bp = Blueprint("board", __name__)


@bp.get("/deals/board")
@login_required
def show() -> Response:
    filter = BoardFilter.parse(request.args)
    pipeline, mark = Pipeline.wanted(filter.pipeline), Mark.now()
    return render(
        "deals/board/show.html", "listing", at=filter.url(), mark=mark, filter=filter,
        pipeline=pipeline, pipelines=db.session.scalars(Pipeline.active()).all(),
        board=board(filter, current_user, pipeline.stages), views=views_above(filter, current_user),
        deeds=DealBatchForm.offered_to(current_user, filter),
    )  # fmt: skip
