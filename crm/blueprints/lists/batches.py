"""Batches: one deed done to many records of a list."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from crm.batches import Batch
from crm.extensions import db
from crm.filters.lists import LISTS
from crm.forms.batches import BATCH_FORMS, BatchForm, Deed
from crm.hypermedia import ask, flash_leading, flash_undoable, go, is_fragment, refuse
from crm.nouns import BY_LIST, record_url

bp = Blueprint("batches", __name__)

NAMED = 5
# Of each name so much is said: messages travel in the session's cookie, which holds 4 kB.
NAME_LENGTH = 40


@bp.post("/batches/<any(customers, deals, board, tasks, claims):name>")
@login_required
def create(name: str) -> Response:
    form = BATCH_FORMS[name](LISTS[name].parse(request.args))
    if "deed" not in request.form:  # Enter on a tick box
        return Response(status=204)
    deed = form.deed or abort(422)
    if not deed.fewest <= len(form.ids) <= deed.most:
        return _refuse(form, _how_many(form, deed))
    if deed.page:
        return _go_on(form, deed)
    if not form.is_complete(deed):
        return _ask(form, deed)
    batch = form.carry_out(deed)
    db.session.commit()
    _tell(batch, deed, url_for("batch_restorations.create", noun=BY_LIST[name].name))
    return go(form.filter.url())


def _how_many(form: BatchForm, deed: Deed) -> str:
    if len(form.ids) > deed.most:
        return _("That is more than %(most)s at once: narrow the list first.", most=deed.most)
    if form.ids:
        return _("Tick at least two that are one.")
    return _("Tick what it should be done to first.")


def _go_on(form: BatchForm, deed: Deed) -> Response:
    """To the page on which the deed is done."""
    if not form.may_go_on(deed):
        return _refuse(form, str(deed.otherwise))
    assert deed.page is not None
    return go(deed.page(",".join(map(str, sorted(form.ids)))))


def _refuse(form: BatchForm, message: str) -> Response:
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


def _tell(batch: Batch, deed: Deed, undo: str) -> None:
    """Say what was done, and of what was not, why; ``undo`` brings back what was trashed."""
    count = len(batch.done)
    if count and deed.is_destructive:
        message = ngettext("%(num)d moved to the trash.", "%(num)d moved to the trash.", count)
        flash_undoable(message, undo, records=",".join(str(record.id) for record in batch.done))
    elif count:
        flash(ngettext("%(num)d changed.", "%(num)d changed.", count), "success")
    for left in batch.left[:NAMED]:
        name = _brief(str(left.record))
        text = _("%(name)s: %(reason)s", name=name, reason=left.reason)
        flash_leading(text, record_url(left.record), "error")  # there it is filled in
    unsaid = len(batch.left[NAMED:]) + batch.missing
    if unsaid:
        flash(ngettext("%(num)d more could not be changed.", "%(num)d more could not be changed.",
                       unsaid), "error")  # fmt: skip


def _brief(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"
