"""The quadrants: tasks by how urgent and how important they are."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.tasks.quadrants import QuadrantFilter
from crm.hypermedia import render
from crm.queries.quadrants import fields
from crm.queries.views import views_above

bp = Blueprint("task_quadrants", __name__)


@bp.get("/tasks/quadrants")
@login_required
def index() -> Response:
    filter = QuadrantFilter.parse(request.args)
    return render(
        "tasks/quadrants/index.html", "listing", at=filter.url(), filter=filter,
        fields=fields(filter, current_user), views=views_above(filter, current_user),
    )  # fmt: skip
