"""Completions: a task is done, or not done after all."""

from __future__ import annotations

from itertools import chain
from typing import Any

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.filters.calendar import CalendarFilter
from crm.filters.tasks.priority import Quadrant
from crm.filters.tasks.quadrants import QuadrantFilter
from crm.hypermedia import flash_undoable, next_or, query_shown, respond
from crm.models import Activity, Task
from crm.policies import find, require
from crm.queries.calendar import days
from crm.queries.quadrants import fields

bp = Blueprint("task_completions", __name__)


@bp.post("/tasks/<int:task_id>/completion")
@login_required
def create(task_id: int) -> Response:
    task = find(Task, task_id, lock=True)
    require("edit", task)
    task.complete(by=current_user)
    db.session.commit()
    undo = url_for("task_completions.destroy", task_id=task.id)
    flash_undoable(_("Done: %(title)s", title=task.title), undo)
    return _answer(task)


@bp.post("/tasks/<int:task_id>/completion/delete")
@login_required
def destroy(task_id: int) -> Response:
    task = find(Task, task_id, lock=True)
    require("edit", task)
    noted = None if task.result is None or task.result.is_trashed else task.result
    task.reopen(by=current_user)
    db.session.commit()
    if noted is not None:
        _tell_of(noted)
    return _answer(task)


def _tell_of(noted: Activity) -> None:
    """What became of what was noted when it was done."""
    if noted.is_trashed:
        flash(_("What was noted with it is taken back, too."), "success")
    else:
        flash(_("What was noted with it stays: it was changed since, is more than a day old, or is "
                "somebody else's."), "info")  # fmt: skip


def _answer(task: Task) -> Response:
    page = next_or(url_for("tasks.index"))
    return respond("tasks/completions/create.stream.html", to=page, task=task, **_around(task))


def _around(task: Task) -> dict[str, Any]:
    """What counts it where it was ticked: its quadrant, or its day with those on which it comes."""
    query = query_shown(url_for(QuadrantFilter.ENDPOINT))
    if query is not None:
        narrowed = QuadrantFilter.parse_text(query)
        return {"filter": narrowed, "fields": fields(narrowed, current_user, [Quadrant.of(task)])}
    query = query_shown(url_for(CalendarFilter.ENDPOINT))
    if query is not None and task.due_on:
        shown = CalendarFilter.parse_text(query)
        touched = chain.from_iterable(shown.weeks) if task.series_id else [task.due_on]
        return {"filter": shown, "days": days(shown, current_user, touched)}
    return {}
