"""Counter-entries: a repayment that was entered wrongly is taken back, and both stay visible."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.advance import CounterEntryForm
from crm.hypermedia import ask, go
from crm.models import Advance, Settlement
from crm.models.advance import AdvanceRefused
from crm.nouns import record_url
from crm.policies import find, find_in, require

bp = Blueprint("counter_entries", __name__)


@bp.get("/advances/<int:advance_id>/repayments/<int:repayment_id>/counter-entry/new")
@login_required
def new(advance_id: int, repayment_id: int) -> Response:
    advance = find(Advance, advance_id, load=Advance.for_page())
    require("pay", advance)
    repayment = _repayment_of(advance, repayment_id)
    return _ask(repayment, CounterEntryForm(repayment))


@bp.post("/advances/<int:advance_id>/repayments/<int:repayment_id>/counter-entry")
@login_required
def create(advance_id: int, repayment_id: int) -> Response:
    advance = find(Advance, advance_id, lock=True, load=Advance.for_page())
    require("pay", advance)
    repayment = _repayment_of(advance, repayment_id)
    form = CounterEntryForm(repayment)
    if not form.may_save(advance):
        return _ask(repayment, form, form.status)
    day = form.entered_on.data
    advance.take_back(repayment, form.reason.data, by=current_user, on=day)
    db.session.commit()
    flash(_("%(number)s: the repayment is taken back.", number=advance.number), "success")
    return go(record_url(advance))


def _repayment_of(advance: Advance, repayment_id: int) -> Settlement:
    """The repayment with this id, if it is one of ``advance``; 404 otherwise.

    :raises AdvanceRefused: it was taken back meanwhile: another reason would be lost.
    """
    repayment = find_in(Settlement.repayments_of(advance), Settlement, repayment_id)
    if not repayment.can_be_taken_back:
        raise AdvanceRefused("state")
    return repayment


def _ask(repayment: Settlement, form: CounterEntryForm, status: int = 200) -> Response:
    return ask(
        "expenses/counter_entries/new.html", status, form=form, repayment=repayment,
        advance=repayment.advance,
    )  # fmt: skip
