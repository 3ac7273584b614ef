"""The teams, as a tree."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.team import TeamForm
from crm.hypermedia import go, render
from crm.models import Team
from crm.policies import find, require
from crm.queries.people import teams_in_order

bp = Blueprint("teams", __name__)


@bp.get("/settings/teams")
@login_required
def index() -> Response:
    require("create", Team)
    return render("settings/teams/index.html", teams=teams_in_order())


@bp.get("/settings/teams/new")
@login_required
def new() -> Response:
    require("create", Team)
    teams = teams_in_order()
    form = TeamForm(data={"parent": teams[0] if teams else None})
    return render("settings/teams/new.html", form=form)


@bp.post("/settings/teams")
@login_required
def create() -> Response:
    require("create", Team)
    form = TeamForm()
    if not form.validate_on_submit():
        return render("settings/teams/new.html", status=422, form=form)
    team = form.found(by=current_user)
    db.session.commit()
    flash(_("%(name)s was added.", name=team.name), "success")
    return go(url_for("teams.index"))


@bp.get("/settings/teams/<int:team_id>")
@login_required
def edit(team_id: int) -> Response:
    team = find(Team, team_id)
    require("edit", team)
    return render("settings/teams/edit.html", form=TeamForm(obj=team), team=team)


@bp.post("/settings/teams/<int:team_id>")
@login_required
def update(team_id: int) -> Response:
    team = find(Team, team_id, lock=True)
    require("edit", team)
    form = TeamForm(obj=team)
    if not form.may_save(team):
        return render("settings/teams/edit.html", status=form.status, form=form, team=team)
    form.fill(team).note_changes(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("teams.index"))


@bp.post("/settings/teams/<int:team_id>/delete")
@login_required
def destroy(team_id: int) -> Response:
    team = find(Team, team_id, lock=True)
    require("edit", team)
    if not team.is_empty:
        abort(409)
    team.dissolve(by=current_user)
    db.session.commit()
    flash(_("%(name)s was removed.", name=team.name), "info")
    return go(url_for("teams.index"))
