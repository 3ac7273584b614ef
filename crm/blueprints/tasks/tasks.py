"""Tasks."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_if_seen, go_without
from crm.blueprints.listing import show_list
from crm.blueprints.records import show_record
from crm.extensions import db
from crm.filters.address import read
from crm.filters.tasks import TaskFilter
from crm.forms.task import TaskForm
from crm.hypermedia import go, next_or, render
from crm.models import Company, Customer, Deal, Task
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("tasks", __name__)


@bp.get("/tasks")
@login_required
def index() -> Response:
    return show_list("tasks/tasks/index.html", TaskFilter.parse(request.args))


@bp.get("/tasks/new")
@login_required
def new() -> Response:
    require("create", Task)
    about = {
        noun: find(model, request.args.get(noun, 0, type=int))
        for noun, model in (("customer", Customer), ("deal", Deal))
        if noun in request.args
    }
    due_on = read([request.args.get("due_on", "")], date) or Company.current().today()
    preset = {"assignee": current_user, "due_on": due_on, **about}
    return render("tasks/tasks/new.html", form=TaskForm(data=preset), next=_next())


@bp.post("/tasks")
@login_required
def create() -> Response:
    require("create", Task)
    form = TaskForm()
    if not form.validate_on_submit():
        return render("tasks/tasks/new.html", status=422, form=form, next=_next())
    task = Task.add(form.fill(Task()), by=current_user)
    form.repeat(task, by=current_user)
    db.session.commit()
    flash(_("Task added: %(title)s", title=task.title), "success")
    return go(_next())


@bp.get("/tasks/<int:task_id>")
@login_required
def show(task_id: int) -> Response:
    return show_record("task", find(Task, task_id, load=Task.for_list()))


@bp.get("/tasks/<int:task_id>/edit")
@login_required
def edit(task_id: int) -> Response:
    task = find(Task, task_id)
    require("edit", task)
    return render("tasks/tasks/edit.html", form=TaskForm(obj=task), task=task)


@bp.post("/tasks/<int:task_id>")
@login_required
def update(task_id: int) -> Response:
    task = find(Task, task_id, lock=True)
    require("edit", task)
    form = TaskForm(obj=task)
    if not form.may_save(task):
        return render("tasks/tasks/edit.html", status=form.status, form=form, task=task)
    form.fill(task).note_changes(by=current_user, comment=form.comment.data)
    form.repeat(task, by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go_if_seen(task, record_url(task), otherwise=url_for("tasks.index"))


@bp.post("/tasks/<int:task_id>/delete")
@login_required
def destroy(task_id: int) -> Response:
    task = find(Task, task_id, lock=True)
    require("edit", task)
    task.trash(by=current_user)
    db.session.commit()
    return go_without(task, otherwise=url_for("tasks.index"))


def _next() -> str:
    return next_or(url_for("tasks.index"))
