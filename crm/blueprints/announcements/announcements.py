"""Announcements: all of them, each with who has read it, and writing them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm import files
from crm.blueprints.uploads import allow_uploads, read_uploads
from crm.extensions import db
from crm.forms.announcement import AnnouncementForm
from crm.hypermedia import go, render
from crm.models import Announcement, AnnouncementReading
from crm.nouns import record_url
from crm.policies import find, may, require
from crm.queries.announcements import announced_to, read_counts, readers_of

bp = Blueprint("announcements", __name__)
bp.record(allow_uploads)


@bp.get("/announcements")
@login_required
def index() -> Response:
    announced = announced_to(
        current_user, after=request.args.get("after", ""), before=request.args.get("before", "")
    )
    return render(
        "announcements/announcements/index.html", announced=announced,
        may_announce=may("create", Announcement),
        counts=read_counts([each for each in announced.page.records if may("edit", each)]),
    )  # fmt: skip


@bp.get("/announcements/new")
@login_required
def new() -> Response:
    require("create", Announcement)
    return render("announcements/announcements/new.html", form=AnnouncementForm())


@bp.post("/announcements")
@login_required
def create() -> Response:
    prepared = read_uploads("files", lambda: require("create", Announcement))
    require("create", Announcement)
    form = AnnouncementForm(prepared=prepared)
    if not form.validate_on_submit():
        return render("announcements/announcements/new.html", status=422, form=form)
    added = files.store_all(form.prepared, by=current_user)
    announcement = Announcement.make(form.fill(Announcement()), by=current_user, files=added)
    db.session.commit()
    flash(_("It is announced."), "success")
    return go(record_url(announcement))


@bp.get("/announcements/<int:announcement_id>")
@login_required
def show(announcement_id: int) -> Response:
    announcement = find(Announcement, announcement_id)
    edits = may("edit", announcement)
    return render(
        "announcements/announcements/show.html", announcement=announcement,
        read_at=AnnouncementReading.by(current_user, [announcement]).get(announcement.id),
        readers=readers_of(announcement) if edits else [],
    )  # fmt: skip


@bp.get("/announcements/<int:announcement_id>/edit")
@login_required
def edit(announcement_id: int) -> Response:
    announcement = _editable(announcement_id)
    return _form(announcement, AnnouncementForm(obj=announcement), 200)


@bp.post("/announcements/<int:announcement_id>")
@login_required
def update(announcement_id: int) -> Response:
    prepared = read_uploads("files", lambda: _editable(announcement_id))
    announcement = _editable(announcement_id, lock=True)
    form = AnnouncementForm(obj=announcement, prepared=prepared)
    if not form.may_save(announcement):
        return _form(announcement, form, form.status)
    added = files.store_all(form.prepared, by=current_user)
    form.fill(announcement).note_changes(
        by=current_user, files=added, is_to_be_read_again=form.again.data
    )
    db.session.commit()
    flash(_("Saved."), "success")
    return go(record_url(announcement))


def _editable(announcement_id: int, **options: Any) -> Announcement:
    announcement = find(Announcement, announcement_id, **options)
    require("edit", announcement)
    return announcement


def _form(announcement: Announcement, form: AnnouncementForm, status: int) -> Response:
    page = "announcements/announcements/edit.html"
    return render(page, status=status, form=form, announcement=announcement)
