"""What the board would be with server-sent events: only here, to be measured beside polling."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Blueprint, Response, stream_with_context
from flask_login import login_required

from crm.extensions import db
from crm.queries.board.changes import Mark

STREAM, EVERY, LONGEST = "/bench/stream", 1.0, 60

bp = Blueprint("bench_streams", __name__)


@bp.get(STREAM)
@login_required
def stream() -> Response:
    """Says so as soon as something was changed; holds its thread as long as it is listened to."""
    return Response(stream_with_context(_said()), content_type="text/event-stream")


def _said() -> Iterator[str]:
    mark, until = Mark.now(), time.monotonic() + LONGEST
    yield f"data: {mark}\n\n"
    while time.monotonic() < until:
        db.session.rollback()  # what is read next is what is there then
        if mark.is_current:
            yield ": still here\n\n"
        else:
            mark = Mark.now()
            yield f"data: {mark}\n\n"
        db.session.rollback()
        time.sleep(EVERY)
