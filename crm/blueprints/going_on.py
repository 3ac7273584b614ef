"""Where one goes on after a record was saved, was put in the trash, or stays as it is."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.extensions import db
from crm.hypermedia import flash_undoable, go
from crm.nouns import DELETABLE


def go_if_seen(record: Any, page: str, *, otherwise: str) -> Response:
    """To ``page``; to ``otherwise``, with a message, if the user may not see ``record`` any more.

    Who gives a record to somebody else may lose it from sight with that.
    """
    if is_seen(record):
        return go(page)
    flash(_("%(name)s is somebody else's now; you do not see it any more.", name=record), "info")
    return go(otherwise)


def go_without(record: Any, *, otherwise: str) -> Response:
    """To ``otherwise``, as ``record`` is in the trash now; the message takes it back."""
    message = _("%(name)s is in the trash and can be restored.", name=str(record))
    noun = next(name for name, model in DELETABLE.items() if isinstance(record, model))
    flash_undoable(message, url_for("trash.destroy", noun=noun, record_id=record.id))
    return go(otherwise)


def is_seen(record: Any) -> bool:
    """Whether the user may still see ``record``."""
    model = type(record)
    seen = model.visible_to(current_user).where(model.id == record.id).with_only_columns(model.id)
    return db.session.scalar(seen) is not None


def go_unchanged(reason: str, to: str) -> Response:
    """To ``to``, with nothing written, and why."""
    db.session.rollback()
    flash(reason, "error")
    return go(to)
