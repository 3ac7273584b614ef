"""Notes: a task is done, and what came of it is told at its customer."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm import clock
from crm.extensions import db
from crm.forms.activity import TaskNoteForm
from crm.hypermedia import ask, flash_undoable, go, next_or
from crm.models import Activity, Customer, Task
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("task_notes", __name__)

PAGE = "tasks/notes/new.html"


@bp.get("/tasks/<int:task_id>/note/new")
@login_required
def new(task_id: int) -> Response:
    task = _find(task_id)
    return ask(PAGE, form=TaskNoteForm(), task=task, next=_next(task))


@bp.post("/tasks/<int:task_id>/note")
@login_required
def create(task_id: int) -> Response:
    task, form = _find(task_id, lock=True), TaskNoteForm()
    if not form.validate_on_submit():
        return ask(PAGE, 422, form=form, task=task, next=_next(task))
    if not task.is_done:
        _complete(task, form)
    elif form.anyway.data:
        _log(task, form)
        db.session.commit()
        flash(_("Noted."), "success")
    elif not _was_sent(task, form):  # it says who was faster, and asks whether to note it too
        return ask(PAGE, 409, form=form, task=task, next=_next(task))
    return go(_next(task))


def _complete(task: Task, form: TaskNoteForm) -> None:
    task.complete(by=current_user, result=_log(task, form))
    if form.enough.data:
        task.be_enough(by=current_user)
    db.session.commit()
    undo = url_for("task_completions.destroy", task_id=task.id)
    flash_undoable(_("Done and noted: %(title)s", title=task.title), undo)


def _was_sent(task: Task, form: TaskNoteForm) -> bool:
    """Whether this is what it was done with: sent twice, it is noted once."""
    noted = task.result
    return noted is not None and (noted.by_id, noted.summary) == (
        current_user.id, form.summary.data,
    )  # fmt: skip


def _log(task: Task, form: TaskNoteForm) -> Activity:
    activity = Activity(customer=task.customer, deal=task.deal, happened_at=clock.now())
    form.plain_fields(activity, "kind", "summary")
    return Activity.log(activity, by=current_user)


def _find(task_id: int, *, lock: bool = False) -> Task:
    """The task, which may be done, at whose customer one may note something."""
    task = find(Task, task_id, lock=lock)
    require("edit", task)
    if task.customer_id is None:
        abort(404)
    require("work_with", find(Customer, task.customer_id))
    return task


def _next(task: Task) -> str:
    return next_or(record_url(task))
