"""Saved views: a list's address under a name."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.datastructures import MultiDict

from crm.extensions import db
from crm.filters.lists import LISTS
from crm.forms.saved_view import SavedViewForm
from crm.hypermedia import ask, go
from crm.models import SavedView
from crm.policies import find, require

bp = Blueprint("saved_views", __name__)


@bp.get(f"/views/<any({', '.join(LISTS)}):name>/new")
@login_required
def new(name: str) -> Response:
    return _ask("lists/saved_views/new.html", SavedViewForm(MultiDict(request.args)), name)


@bp.post(f"/views/<any({', '.join(LISTS)}):name>")
@login_required
def create(name: str) -> Response:
    form = SavedViewForm()
    if not form.validate_on_submit():
        return _ask("lists/saved_views/new.html", form, name, 422)
    view = form.fill(SavedView(list=name, owner=current_user))
    db.session.add(view)
    db.session.commit()
    flash(_("%(name)s stands above the list now.", name=view.name), "success")
    return _go_to(view)


@bp.get("/views/<int:view_id>/edit")
@login_required
def edit(view_id: int) -> Response:
    view = find(SavedView, view_id)
    require("edit", view)
    return _ask("lists/saved_views/edit.html", SavedViewForm(obj=view), view.list, view=view)


@bp.post("/views/<int:view_id>")
@login_required
def update(view_id: int) -> Response:
    view = find(SavedView, view_id, lock=True)
    require("edit", view)
    form = SavedViewForm(obj=view)
    if not form.validate_on_submit():
        return _ask("lists/saved_views/edit.html", form, view.list, 422, view=view)
    form.fill(view)
    db.session.commit()
    flash(_("Saved."), "success")
    return _go_to(view)


@bp.post("/views/<int:view_id>/delete")
@login_required
def destroy(view_id: int) -> Response:
    view = find(SavedView, view_id, lock=True)
    require("delete", view)
    db.session.delete(view)
    db.session.commit()
    flash(_("The view %(name)s is deleted; the records in it are not.", name=view.name), "info")
    return go(LISTS[view.list]().url())


def _ask(
    template: str, form: SavedViewForm, name: str, status: int = 200, **context: Any
) -> Response:
    back = LISTS[name].parse_text(form.query.data or "").url()
    return ask(template, status, form=form, name=name, back=back, **context)


def _go_to(view: SavedView) -> Response:
    """To the list as the view shows it."""
    return go(LISTS[view.list].parse_text(view.query).url(view=view.id))
