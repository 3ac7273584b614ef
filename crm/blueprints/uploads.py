"""Files that come with a form: checked before it is looked at, while no transaction is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from flask.blueprints import BlueprintSetupState

from crm import files
from crm.extensions import db

# Up to six pictures as phones make them come with a form.
UPLOAD_LIMIT = 60_000_000


def allow_uploads(setup: BlueprintSetupState) -> None:
    """Let the forms of a blueprint be as large: ``bp.record(allow_uploads)``."""
    setup.app.extensions["body_limits"][setup.name or setup.blueprint.name] = UPLOAD_LIMIT


def read_uploads(
    name: str, may: Callable[[], Any], *, documents: bool = True
) -> tuple[list[files.PreparedFile], list[str]]:
    """The good ones of the files sent as ``name``, and what is wrong with the others.

    :param may: leaves with 403 or 404 where who sends them may not; asked before they are read.
    """
    uploads = request.files.getlist(name)
    if not any(upload.filename for upload in uploads):
        return [], []
    may()
    db.session.rollback()  # decoding pictures takes long, and nobody is to wait for it
    return files.prepare_all(uploads, documents=documents)
