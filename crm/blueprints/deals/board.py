"""The board: open deals as cards in the columns of their stages."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.extensions import db
from crm.filters.deals import DealFilter
from crm.hypermedia import render
from crm.models import Option, OptionList, Pipeline, Team, User
from crm.queries.board import board

bp = Blueprint("board", __name__)


@bp.get("/deals/board")
@login_required
def show() -> Response:
    filter = DealFilter.parse(request.args)
    stages = Pipeline.main().stages
    return render(
        "deals/board/show.html", "board",
        filter=filter, columns=board(filter, current_user, stages=stages), stages=stages,
        owners=db.session.scalars(User.active()).all(),
        teams=db.session.scalars(Team.in_order()).all(),
        sources=db.session.scalars(Option.of(OptionList.SOURCE)).all(),
    )  # fmt: skip
