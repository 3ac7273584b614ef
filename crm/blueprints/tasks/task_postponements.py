"""Postponements: a task is due on another day."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.formatting import short_day
from crm.forms.task import PostponementForm
from crm.hypermedia import ask, flash_undoable, go, next_or
from crm.models import Task
from crm.policies import find, require

bp = Blueprint("task_postponements", __name__)


@bp.get("/tasks/<int:task_id>/postponement/new")
@login_required
def new(task_id: int) -> Response:
    task = find(Task, task_id)
    require("edit", task)
    form = PostponementForm(obj=task)
    return ask("tasks/postponements/new.html", form=form, task=task, next=_next())


@bp.post("/tasks/<int:task_id>/postponement")
@login_required
def create(task_id: int) -> Response:
    task = find(Task, task_id, lock=True)
    require("edit", task)
    form = PostponementForm()
    if not form.validate_on_submit():
        return ask("tasks/postponements/new.html", 422, form=form, task=task, next=_next())
    before, day = task.due_on, form.due_on.data
    task.put_off_to(day, by=current_user)
    db.session.commit()
    message = _("%(title)s: due on %(day)s", title=task.title, day=short_day(day))
    back = url_for("calendar_moves.destroy", noun="task", record_id=task.id)
    flash_undoable(message, back, version=str(task.version), day=str(before or ""))
    return go(_next())


def _next() -> str:
    return next_or(url_for("tasks.index"))
