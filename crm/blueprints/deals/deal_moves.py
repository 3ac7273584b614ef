"""Moves: a deal goes to another stage, by drag, key, menu or form, and back: all come here."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_unchanged
from crm.extensions import db
from crm.filters.deals.board import BoardFilter
from crm.formatting import label
from crm.forms.batches import DealBatchForm
from crm.forms.deal.move import DealMoveForm, MoveBackForm
from crm.hypermedia import ask, flash_undoable, go, is_fragment, next_or, respond, stream
from crm.models import Deal, Stage
from crm.models.deal import Missing, StageChanged
from crm.nouns import record_url
from crm.policies import find, may, require
from crm.queries.board import board, card_of, heads
from crm.refusals import changed_words, lacking_words

bp = Blueprint("deal_moves", __name__)


@bp.get("/deals/<int:deal_id>/move")
@login_required
def new(deal_id: int) -> Response:
    deal = find(Deal, deal_id, load=Deal.for_list())
    require("edit", deal)
    return ask("deals/moves/new.html", deal=deal, form=DealMoveForm(deal))


@bp.post("/deals/<int:deal_id>/move")
@login_required
def create(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    form, left = DealMoveForm(deal), deal.stage
    if not may("edit", deal):
        return _refuse(deal, form, 403, _("This deal is not yours to move."))
    try:
        if not form.move(deal, by=current_user):
            return _ask(deal, form)
    except Missing:
        return _ask(deal, form)
    except StageChanged as changed:
        return _refuse(deal, form, 409, moved_meanwhile(deal, changed))
    db.session.commit()
    return _moved(deal, left)


@bp.post("/deals/<int:deal_id>/move/delete")
@login_required
def destroy(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True, load=Deal.for_list())
    require("edit", deal)
    try:
        MoveBackForm().take_back(deal, by=current_user)
    except Missing as missing:
        return go_unchanged(lacking_words(deal, missing), next_or(record_url(deal)))
    except StageChanged as changed:
        return go_unchanged(moved_meanwhile(deal, changed), next_or(record_url(deal)))
    db.session.commit()
    flash(_("%(deal)s is back in %(stage)s.", deal=deal.name, stage=label(deal.stage)), "success")
    return go(next_or(record_url(deal)))


def _moved(deal: Deal, left: Stage) -> Response:
    """The two columns' heads and the card in its new place, and the way back."""
    message = _("%(deal)s is now in %(stage)s.", deal=deal.name, stage=label(deal.stage))
    undo = url_for("deal_moves.destroy", deal_id=deal.id)
    flash_undoable(message, undo, version=str(deal.version))
    filter = BoardFilter.parse(request.args)
    return respond(
        "deals/moves/create.stream.html",
        to=next_or(record_url(deal)),
        filter=filter, card=card_of(deal, current_user), stages=deal.pipeline.stages,
        columns=heads(filter, current_user, [left, deal.stage]),
        deeds=DealBatchForm.offered_to(current_user, filter),
    )  # fmt: skip


def _ask(deal: Deal, form: DealMoveForm) -> Response:
    """A small form for just the fields that the stage demands; the card stays where it was."""
    db.session.rollback()
    if not is_fragment():
        return ask("deals/moves/new.html", 422, deal=deal, form=form)
    return _columns_as_they_are("deals/moves/ask.stream.html", 422, deal, form)


def _refuse(deal: Deal, form: DealMoveForm, status: int, reason: str) -> Response:
    """Say why, and put the card back where it is."""
    db.session.rollback()
    flash(reason, "error")
    if not is_fragment():
        return ask("deals/moves/new.html", status, deal=deal, form=form)
    return _columns_as_they_are("deals/moves/refused.stream.html", status, deal, form)


def _columns_as_they_are(template: str, status: int, deal: Deal, form: DealMoveForm) -> Response:
    """A stream with every column that the card may have been taken from or dropped on."""
    filter = BoardFilter.parse(request.args)
    touched = {form.from_stage.data, form.stage.chosen, str(deal.stage_id)}
    stages = deal.pipeline.stages
    drawn = [each for each in stages if filter.lanes or str(each.id) in touched]
    return stream(
        template, status, filter=filter, board=board(filter, current_user, drawn), deal=deal,
        form=form, stages=stages, deeds=DealBatchForm.offered_to(current_user, filter),
    )  # fmt: skip


def moved_meanwhile(deal: Deal, changed: StageChanged) -> str:
    """Why ``deal`` is not moved: it is no longer as the mover saw it, or cannot go there."""
    if not deal.is_open:
        return _("%(deal)s was closed in the meantime.", deal=deal.name)
    if changed.reason != "moved":
        return changed_words(changed)
    return _(
        "%(deal)s was changed by somebody else meanwhile: it is in %(stage)s. "
        "Look, then move it again.",
        deal=deal.name, stage=label(deal.stage),
    )  # fmt: skip
