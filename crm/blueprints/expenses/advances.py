"""Advances: asked for, changed while nobody decides, looked at."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.approvals.standing import standing_of_document
from crm.blueprints.listing import show_list
from crm.extensions import db
from crm.filters.advances import AdvanceFilter
from crm.forms.advance import AdvanceForm
from crm.hypermedia import go, render
from crm.models import Advance, AdvanceState, ApprovalRequest
from crm.nouns import record_url
from crm.policies import find, require
from crm.queries.timeline import Wanted, of_record

bp = Blueprint("advances", __name__)


@bp.get("/advances")
@login_required
def index() -> Response:
    return show_list("expenses/advances/index.html", AdvanceFilter.parse(request.args))


@bp.get("/advances/new")
@login_required
def new() -> Response:
    require("create", Advance)
    return render("expenses/advances/new.html", form=AdvanceForm())


@bp.post("/advances")
@login_required
def create() -> Response:
    require("create", Advance)
    form = AdvanceForm()
    advance = Advance(claimant=current_user._get_current_object(), state=AdvanceState.WITHDRAWN)
    if not (form.validate_on_submit() and form.fill_or_explain(advance)):
        return render("expenses/advances/new.html", status=422, form=form)
    asked = advance.submit(by=current_user)
    db.session.commit()
    return _handed_in(advance, asked)


@bp.get("/advances/<int:advance_id>")
@login_required
def show(advance_id: int) -> Response:
    advance = find(Advance, advance_id, load=Advance.for_page())
    return render(
        "expenses/advances/show.html", "timeline", head="expenses/advances/_head.html",
        advance=advance, record=advance, address=partial(record_url, advance),
        timeline=of_record(advance, Wanted.parse(request.args)), **standing_of_document(advance),
    )  # fmt: skip


@bp.get("/advances/<int:advance_id>/edit")
@login_required
def edit(advance_id: int) -> Response:
    advance = find(Advance, advance_id, load=Advance.for_page())
    require("edit", advance)
    return render("expenses/advances/edit.html", form=AdvanceForm(obj=advance), advance=advance)


@bp.post("/advances/<int:advance_id>")
@login_required
def update(advance_id: int) -> Response:
    advance = find(Advance, advance_id, lock=True, load=Advance.for_page())
    require("edit", advance)
    form = AdvanceForm(obj=advance)
    if not (form.may_save(advance) and form.fill_or_explain(advance)):
        return render("expenses/advances/edit.html", status=form.status, form=form, advance=advance)
    asked = advance.submit(by=current_user)
    db.session.commit()
    return _handed_in(advance, asked)


def _handed_in(advance: Advance, asked: ApprovalRequest) -> Response:
    names = _(", ").join(part.approver.name for part in asked.asked)
    flash(_("Handed in. %(name)s is asked to decide.", name=names), "success")
    return go(record_url(advance))
