"""Answers: a task that a reminder rule made is done, and comes again or is enough."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.base import BaseForm
from crm.hypermedia import ask, flash_undoable, go, next_or
from crm.models import Task
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("task_answers", __name__)


@bp.get("/tasks/<int:task_id>/answer/new")
@login_required
def new(task_id: int) -> Response:
    task = _find(task_id)
    return ask("tasks/answers/new.html", form=BaseForm(), task=task, next=_next(task))


@bp.post("/tasks/<int:task_id>/answer")
@login_required
def create(task_id: int) -> Response:
    task = _find(task_id, lock=True)
    task.complete(by=current_user)
    if request.form.get("answer") == "enough":
        task.be_enough(by=current_user)
        message = _("Done, and enough: %(title)s", title=task.title)
    else:
        message = _("Done: %(title)s", title=task.title)
    db.session.commit()
    flash_undoable(message, url_for("task_completions.destroy", task_id=task.id))
    return go(_next(task))


def _find(task_id: int, *, lock: bool = False) -> Task:
    """The task, if a rule made it."""
    task = find(Task, task_id, lock=lock)
    require("edit", task)
    if task.firing_id is None:
        abort(404)
    return task


def _next(task: Task) -> str:
    return next_or(record_url(task))
