"""Pipelines of a deal: it goes on in a stage of another one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.deals.deal_moves import moved_meanwhile
from crm.extensions import db
from crm.formatting import language
from crm.forms.deal.move import RerouteForm
from crm.hypermedia import flash_undoable, go, render
from crm.models import Deal
from crm.models.deal import Missing, StageChanged
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("deal_pipelines", __name__)


@bp.get("/deals/<int:deal_id>/pipeline/edit")
@login_required
def edit(deal_id: int) -> Response:
    deal = find(Deal, deal_id, load=Deal.for_list())
    require("edit", deal)
    return render("deals/moves/elsewhere.html", deal=deal, form=RerouteForm(deal))


@bp.post("/deals/<int:deal_id>/pipeline")
@login_required
def update(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    require("edit", deal)
    form = RerouteForm(deal)
    try:
        if not form.move(deal, by=current_user):
            return _ask(deal, form, 422)
    except Missing:
        return _ask(deal, form, 422)
    except StageChanged as changed:
        flash(moved_meanwhile(deal, changed), "error")
        return _ask(deal, form, 409)
    db.session.commit()
    return _moved(deal)


def _moved(deal: Deal) -> Response:
    message = _("%(deal)s is now in %(stage)s.", deal=deal.name, stage=deal.stage.way(language()))
    undo = url_for("deal_moves.destroy", deal_id=deal.id)
    flash_undoable(message, undo, version=str(deal.version))
    return go(record_url(deal))


def _ask(deal: Deal, form: RerouteForm, status: int) -> Response:
    db.session.rollback()
    return render("deals/moves/elsewhere.html", status=status, deal=deal, form=form)
