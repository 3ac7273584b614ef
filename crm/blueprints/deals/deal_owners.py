"""Owners: a deal is given to somebody else."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_if_seen
from crm.extensions import db
from crm.forms.deal import DealForm
from crm.hypermedia import ask
from crm.models import Deal
from crm.nouns import record_url
from crm.policies import find, require
from crm.wording import person_word

bp = Blueprint("deal_owners", __name__)


@bp.get("/deals/<int:deal_id>/owner/edit")
@login_required
def edit(deal_id: int) -> Response:
    deal = find(Deal, deal_id, load=Deal.for_list())
    require("give", deal)
    return ask("deals/owners/edit.html", deal=deal, form=DealForm.narrowed(deal, "owner"))


@bp.post("/deals/<int:deal_id>/owner")
@login_required
def update(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    require("give", deal)
    form = DealForm.narrowed(deal, "owner")
    if not (form.may_save(deal) and form.fill_or_explain(deal)):
        return ask("deals/owners/edit.html", form.status, deal=deal, form=form)
    deal.note_changes(by=current_user)
    db.session.commit()
    owner = person_word(deal.owner)
    flash(_("%(deal)s is %(owner)s's now.", deal=deal.name, owner=owner), "success")
    return go_if_seen(deal, record_url(deal), otherwise=url_for("deals.index"))
