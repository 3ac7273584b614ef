"""Files of customers, deals and activities: added to a record, served to who sees it, deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm import files
from crm.blueprints.records import shown
from crm.blueprints.uploads import allow_uploads, read_uploads
from crm.extensions import db
from crm.forms.files import FilesForm
from crm.hypermedia import ask, flash_undoable, go, next_or, render, respond
from crm.models import Attachment
from crm.nouns import NOUNS, record_url
from crm.policies import find, require
from crm.queries.files import files_of

bp = Blueprint("files", __name__)

bp.record(allow_uploads)

ALL = 500


@bp.get("/files/<any(customer, deal):noun>/<int:record_id>")
@login_required
def index(noun: str, record_id: int) -> Response:
    record = find(NOUNS[noun].model, record_id)
    return render("home/files/index.html", record=record, noun=noun,
                  found=files_of(record, current_user, shown=ALL))  # fmt: skip


@bp.get("/files/<any(customer, deal):noun>/<int:record_id>/new")
@login_required
def new(noun: str, record_id: int) -> Response:
    record = _find_open(noun, record_id)
    return ask("home/files/new.html", form=FilesForm(), record=record, noun=noun)


@bp.post("/files/<any(customer, deal):noun>/<int:record_id>")
@login_required
def create(noun: str, record_id: int) -> Response:
    prepared = read_uploads("files", lambda: _find_open(noun, record_id))
    record = _find_open(noun, record_id)
    form = FilesForm(prepared=prepared)
    if not form.validate_on_submit():
        return ask("home/files/new.html", 422, form=form, record=record, noun=noun)
    Attachment.add(record, files.store_all(form.prepared, by=current_user), by=current_user)
    db.session.commit()
    count = len(form.prepared)
    flash(ngettext("%(num)d file was added.", "%(num)d files were added.", count), "success")
    return respond("home/files/create.stream.html", to=record_url(record), **shown(noun, record))


@bp.get("/files/<int:file_id>")
@login_required
def show(file_id: int) -> Response:
    return files.send(find(Attachment, file_id), inline="inline" in request.args)


@bp.post("/files/<int:file_id>/delete")
@login_required
def destroy(file_id: int) -> Response:
    file = find(Attachment, file_id, lock=True)
    require("edit", file)
    file.trash(by=current_user)
    db.session.commit()
    message = _("%(name)s is in the trash and can be restored.", name=file.name)
    flash_undoable(message, url_for("file_restorations.create", file_id=file.id))
    return go(next_or(record_url(file.place)))


def _find_open(noun: str, record_id: int) -> Any:
    """The record, to which files may be added."""
    record = find(NOUNS[noun].model, record_id)
    require("add_files", record)
    return record
