"""What others changed on a board that is open: its page asks for it every few seconds."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.deals.board import BoardFilter
from crm.forms.batches import DealBatchForm
from crm.hypermedia import go, is_fragment, render
from crm.models import Pipeline
from crm.queries.board.changes import Mark, changes, shown_in

bp = Blueprint("board_changes", __name__)


@bp.get("/deals/board/changes")
@login_required
def show() -> Response:
    since = Mark.read(request.args.get("mark", ""))
    if is_fragment() and since and since.is_current:
        return Response(status=204)
    filter = BoardFilter.parse(request.args)
    if not is_fragment():
        return go(filter.url())
    mark, stages = Mark.now(), Pipeline.wanted(filter.pipeline).stages
    shown = shown_in(request.args.getlist("shown"))
    return render(
        "deals/board/changes.stream.html", filter=filter, mark=mark,
        changes=changes(filter, current_user, stages, since, shown),
        deeds=DealBatchForm.offered_to(current_user, filter),
    )  # fmt: skip
