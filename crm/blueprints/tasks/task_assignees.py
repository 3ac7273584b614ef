"""Assignees: a task is given to somebody else, with what is to be said to them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_if_seen
from crm.extensions import db
from crm.forms.task import AssigneeForm
from crm.hypermedia import ask
from crm.models import Task
from crm.nouns import record_url
from crm.policies import find, require
from crm.wording import person_word

bp = Blueprint("task_assignees", __name__)


@bp.get("/tasks/<int:task_id>/assignee/edit")
@login_required
def edit(task_id: int) -> Response:
    task = find(Task, task_id, load=Task.for_list())
    require("edit", task)
    return ask("tasks/assignees/edit.html", task=task, form=AssigneeForm(obj=task))


@bp.post("/tasks/<int:task_id>/assignee")
@login_required
def update(task_id: int) -> Response:
    task = find(Task, task_id, lock=True)
    require("edit", task)
    form = AssigneeForm(obj=task)
    if not form.may_save(task):
        return ask("tasks/assignees/edit.html", form.status, task=task, form=form)
    form.give(task, by=current_user)
    db.session.commit()
    assignee = person_word(task.assignee)
    flash(_("%(deal)s is %(owner)s's now.", deal=task.title, owner=assignee), "success")
    return go_if_seen(task, record_url(task), otherwise=url_for("tasks.index"))
