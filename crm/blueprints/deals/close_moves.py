"""Moves in the forecast: by drag, key, menu or form a deal is expected in another month."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_unchanged
from crm.extensions import db
from crm.filters.deals.forecast import ForecastFilter, Slot, slot_of, slots
from crm.forms.deal.close_move import CloseBackForm, CloseMoveForm
from crm.hypermedia import ask, flash_undoable, go, is_fragment, next_or, respond, stream
from crm.models import Deal
from crm.models.deal import Missing, StageChanged
from crm.nouns import record_url
from crm.policies import find, may, require
from crm.queries.board import card_of
from crm.queries.forecast import forecast, heads

bp = Blueprint("close_moves", __name__)


@bp.get("/deals/<int:deal_id>/close")
@login_required
def new(deal_id: int) -> Response:
    deal = find(Deal, deal_id, load=Deal.for_list())
    require("edit", deal)
    return _ask(deal, CloseMoveForm(), 200)


@bp.post("/deals/<int:deal_id>/close")
@login_required
def create(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    form, before = CloseMoveForm(), deal.expected_close
    if not may("edit", deal):
        return _refuse(deal, form, 403, _("This deal is not yours to move."))
    try:
        if not form.move(deal, by=current_user):
            return _refuse(deal, form, 422, form.month.errors[0])
    except StageChanged:
        return _refuse(deal, form, 409, _changed_meanwhile(deal))
    db.session.commit()
    left = slot_of(before)
    if deal.expected_close != before:
        _tell(deal, before)
    return _moved(deal, left)


@bp.post("/deals/<int:deal_id>/close/delete")
@login_required
def destroy(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    require("edit", deal)
    try:
        CloseBackForm().take_back(deal, by=current_user)
    except (StageChanged, Missing):
        return go_unchanged(_changed_meanwhile(deal), next_or(record_url(deal)))
    db.session.commit()
    flash(_said(deal), "success")
    return go(next_or(record_url(deal)))


def _tell(deal: Deal, before: object) -> None:
    """What happened, and the way back."""
    undo = url_for("close_moves.destroy", deal_id=deal.id)
    flash_undoable(_said(deal), undo, version=str(deal.version), day=str(before or ""))


def _said(deal: Deal) -> str:
    if deal.expected_close is None:
        return _("%(deal)s is expected on no day.", deal=deal.name)
    day = format_date(deal.expected_close, "medium")
    return _("%(deal)s is expected on %(day)s.", deal=deal.name, day=day)


def _moved(deal: Deal, left: Slot) -> Response:
    """The two columns' heads and the card in its new place."""
    filter = ForecastFilter.parse(request.args)
    slot = slot_of(deal.expected_close)
    return respond(
        "deals/forecast/moved.stream.html", to=next_or(record_url(deal)),
        filter=filter, card=card_of(deal, current_user), slot=slot,
        columns=heads(filter, current_user, dict.fromkeys([left, slot])),
    )  # fmt: skip


def _refuse(deal: Deal, form: CloseMoveForm, status: int, reason: str) -> Response:
    """Say why, and put the card back where it is."""
    db.session.rollback()
    flash(reason, "error")
    if not is_fragment():
        return _ask(deal, form, status)
    filter, here = ForecastFilter.parse(request.args), slot_of(deal.expected_close)
    touched = {form.from_month.data, form.month.data, here.key}
    found = [slot for slot in slots() if slot.key in touched]
    columns = forecast(filter, current_user, found)
    return stream("deals/forecast/refused.stream.html", status, filter=filter, columns=columns)


def _ask(deal: Deal, form: CloseMoveForm, status: int) -> Response:
    return ask(
        "deals/forecast/new.html", status, deal=deal, form=form, slots=form.offered_to(deal),
        here=slot_of(deal.expected_close) if deal.is_open else None,
    )  # fmt: skip


def _changed_meanwhile(deal: Deal) -> str:
    if not deal.is_open:
        return _("%(deal)s was closed in the meantime.", deal=deal.name)
    return _("%(deal)s was changed by somebody else meanwhile. Look, then move it again.",
             deal=deal.name)  # fmt: skip
