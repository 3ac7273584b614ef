"""The board: open deals as cards in the columns of their stages."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.deals.board import BoardFilter
from crm.hypermedia import render
from crm.models import Pipeline
from crm.queries.board import board

bp = Blueprint("board", __name__)


@bp.get("/deals/board")
@login_required
def show() -> Response:
    filter = BoardFilter.parse(request.args)
    stages = Pipeline.main().stages
    return render(
        "deals/board/show.html", "listing", at=filter.url(),
        filter=filter, columns=board(filter, current_user, stages=stages), stages=stages,
    )  # fmt: skip
