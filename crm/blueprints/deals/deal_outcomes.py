"""Outcomes: a deal is won or lost, or reopened."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_unchanged
from crm.extensions import db
from crm.forms.deal.outcome import OutcomeForm
from crm.hypermedia import ask, flash_undoable, go
from crm.models import Deal, OutcomeKind
from crm.models.deal import Missing, StageChanged
from crm.nouns import record_url
from crm.policies import find, require
from crm.refusals import changed_words, lacking_words

bp = Blueprint("deal_outcomes", __name__)


@bp.get("/deals/<int:deal_id>/outcome/new")
@login_required
def new(deal_id: int) -> Response:
    deal = find(Deal, deal_id, load=Deal.for_list())
    require("edit", deal)
    return ask("deals/outcomes/new.html", deal=deal, form=OutcomeForm(deal, _kind()))


@bp.post("/deals/<int:deal_id>/outcome")
@login_required
def create(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    require("edit", deal)
    form = OutcomeForm(deal, _kind())
    try:
        if not (form.may_close(deal) and form.close(deal, by=current_user)):
            return ask("deals/outcomes/new.html", form.status, deal=deal, form=form)
    except StageChanged:
        flash(_("%(deal)s was closed differently in the meantime.", deal=deal.name), "error")
        return go(record_url(deal))
    db.session.commit()
    flash_undoable(_closed(deal), url_for("deal_outcomes.destroy", deal_id=deal.id))
    return go(record_url(deal))


@bp.post("/deals/<int:deal_id>/outcome/delete")
@login_required
def destroy(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    require("edit", deal)
    try:
        deal.reopen(by=current_user)
    except Missing as missing:
        return go_unchanged(lacking_words(deal, missing), record_url(deal))
    except StageChanged as changed:
        return go_unchanged(changed_words(changed), record_url(deal))
    db.session.commit()
    flash(_("%(deal)s is open again.", deal=deal.name), "success")
    return go(record_url(deal))


def _kind() -> OutcomeKind:
    """How it ended, as the address or the form says."""
    return OutcomeKind.LOST if request.values.get("kind") == "lost" else OutcomeKind.WON


def _closed(deal: Deal) -> str:
    if deal.outcome and deal.outcome.is_won:
        return _("Won! %(deal)s", deal=deal.name)
    return _("%(deal)s is closed as lost.", deal=deal.name)
