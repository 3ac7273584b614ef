"""Priorities: by drag, key, menu or form a task comes into another quadrant."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.filters.tasks.priority import Quadrant
from crm.filters.tasks.quadrants import QuadrantFilter
from crm.forms.priority import PriorityForm
from crm.hypermedia import ask, dom_id, flash_undoable, is_fragment, next_or, respond
from crm.models import Task
from crm.policies import find, may, require
from crm.queries.quadrants import fields

bp = Blueprint("task_priorities", __name__)


@bp.get("/tasks/<int:task_id>/priority")
@login_required
def new(task_id: int) -> Response:
    task = find(Task, task_id)
    require("edit", task)
    return _ask(task, PriorityForm(), 200)


@bp.post("/tasks/<int:task_id>/priority")
@login_required
def create(task_id: int) -> Response:
    task, form = find(Task, task_id, lock=True), PriorityForm()
    before = Quadrant.of(task)
    if not may("edit", task):
        return _refuse(task, form, 403, _("This task is not yours to change."))
    if not form.prioritise(task, by=current_user):
        return _refuse(task, form, form.status, form.quadrant.errors[0])
    db.session.commit()
    if Quadrant.of(task) is not before:
        _tell(task, before)
    return _drawn(task, form, 200, before)


def _tell(task: Task, before: Quadrant) -> None:
    """What happened, and the way back."""
    here = Quadrant.of(task)
    narrowed: Any = QuadrantFilter.parse(request.args).args()
    undo = url_for("task_priorities.create", task_id=task.id, **narrowed)
    message = _("%(name)s: %(value)s", name=task.title, value=here.words)
    flash_undoable(message, undo, quadrant=before.value, from_quadrant=here.value)


def _refuse(task: Task, form: PriorityForm, status: int, reason: str) -> Response:
    """Say why, and put the task back where it is."""
    db.session.rollback()
    flash(reason, "error")
    if not is_fragment():
        return _ask(task, form, status)
    return _drawn(task, form, status, Quadrant.of(task))


def _drawn(task: Task, form: PriorityForm, status: int, before: Quadrant) -> Response:
    """The quadrants that it left, that it was brought to and that it stands in now."""
    touched = {before.value, form.quadrant.data, form.from_quadrant.data, Quadrant.of(task).value}
    filter = QuadrantFilter.parse(request.args)
    return respond(
        "tasks/priorities/create.stream.html", to=_next(), status=status, filter=filter,
        fields=fields(filter, current_user, [each for each in Quadrant if each in touched]),
    )  # fmt: skip


def _ask(task: Task, form: PriorityForm, status: int) -> Response:
    return ask(
        "tasks/priorities/new.html", status, task=task, form=form, here=Quadrant.of(task),
        quadrants=list(Quadrant), return_to=dom_id(task, "card"),
    )  # fmt: skip


def _next() -> str:
    return next_or(url_for("task_quadrants.index"))
