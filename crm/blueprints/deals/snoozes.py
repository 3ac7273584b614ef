"""Snoozes: a deal may stand still until a day, and does no longer."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.formatting import day
from crm.forms.snooze import SnoozeForm
from crm.hypermedia import ask, flash_undoable, go, next_or
from crm.models import Deal
from crm.models.deal import StageChanged
from crm.nouns import record_url
from crm.policies import find, require
from crm.refusals import changed_words

bp = Blueprint("snoozes", __name__)


@bp.get("/deals/<int:deal_id>/snooze/new")
@login_required
def new(deal_id: int) -> Response:
    deal = find(Deal, deal_id, load=Deal.for_list())
    require("edit", deal)
    return _ask(deal, SnoozeForm.of(deal))


@bp.post("/deals/<int:deal_id>/snooze")
@login_required
def create(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    require("edit", deal)
    form = SnoozeForm()
    if not form.may_save(deal):
        return _ask(deal, form, form.status)
    try:
        form.snooze(deal, by=current_user)
    except StageChanged as changed:
        flash(changed_words(changed), "error")
        return go(_next(deal))
    db.session.commit()
    message = _("%(deal)s is snoozed until %(day)s.", deal=deal.name, day=day(form.until.data))
    flash_undoable(message, url_for("snoozes.destroy", deal_id=deal.id), next=_next(deal))
    return go(_next(deal))


@bp.post("/deals/<int:deal_id>/snooze/delete")
@login_required
def destroy(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    require("edit", deal)
    deal.wake(by=current_user)
    db.session.commit()
    flash(_("%(deal)s counts as stalled again.", deal=deal.name), "success")
    return go(_next(deal))


def _ask(deal: Deal, form: SnoozeForm, status: int = 200) -> Response:
    return ask("deals/snoozes/new.html", status, deal=deal, form=form, next=_next(deal))


def _next(deal: Deal) -> str:
    return next_or(record_url(deal))
