"""Batches: one deed done to many records of a list."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from crm.batches import MOST, Batch
from crm.extensions import db
from crm.filters.lists import LISTS
from crm.forms.batches import BATCH_FORMS, BatchForm, Deed
from crm.hypermedia import ask, go, is_fragment, refuse

bp = Blueprint("batches", __name__)

NAMED = 5


@bp.post("/batches/<any(customers, deals, tasks, claims):name>")
@login_required
def create(name: str) -> Response:
    form = BATCH_FORMS[name](LISTS[name].parse(request.args))
    deed = form.deed or abort(422)
    if not 0 < len(form.ids) <= MOST:
        return _refuse(form)
    if not form.is_complete(deed):
        return _ask(form, deed)
    batch = form.carry_out(deed)
    db.session.commit()
    _tell(batch, deed)
    return go(form.filter.url())


def _refuse(form: BatchForm) -> Response:
    message = _("Tick what it should be done to first.")
    if form.ids:
        message = _("That is more than %(most)s at once: narrow the list first.", most=MOST)
    if is_fragment():
        return refuse(422, message)
    flash(message, "error")
    return go(form.filter.url())


def _ask(form: BatchForm, deed: Deed) -> Response:
    """What the deed needs to know, or what is lost by it; one POST then does it."""
    return ask(
        "lists/batches/new.html", 422, form=form, deed=deed,
        action=request.full_path, back=form.filter.url(),
    )  # fmt: skip


def _tell(batch: Batch, deed: Deed) -> None:
    """Say what was done, and of what was not, why."""
    if batch.done:
        text = ngettext("%(num)d changed.", "%(num)d changed.", len(batch.done))
        if deed.is_destructive:
            text = ngettext("%(num)d moved to the trash.", "%(num)d moved to the trash.",
                            len(batch.done))  # fmt: skip
        flash(text, "trashed" if deed.is_destructive else "success")
    for left in batch.left[:NAMED]:
        flash(_("%(name)s: %(reason)s", name=left.record, reason=left.reason), "error")
    unsaid = len(batch.left[NAMED:]) + batch.missing
    if unsaid:
        flash(ngettext("%(num)d more could not be changed.", "%(num)d more could not be changed.",
                       unsaid), "error")  # fmt: skip
