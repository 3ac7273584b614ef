"""Series of tasks: one that comes again does so no more."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import Task
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("task_series", __name__)


@bp.post("/tasks/<int:task_id>/series/delete")
@login_required
def destroy(task_id: int) -> Response:
    task = find(Task, task_id, lock=True)
    require("edit", task)
    if task.rule is not None:
        task.repeat(None, by=current_user)
        db.session.commit()
        flash(_("No task follows this one any more."), "success")
    else:
        flash(_("It did not come again any more: nothing was changed."), "info")
    return go(record_url(task))
