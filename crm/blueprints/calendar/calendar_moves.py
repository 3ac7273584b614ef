"""Moves in the calendar: by drag, key or form a task or a deal goes to another day.

The way back is also that of a task that was put off elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_unchanged
from crm.extensions import db
from crm.filters.calendar import CalendarFilter
from crm.formatting import day as day_word
from crm.forms.calendar import CalendarBackForm, CalendarMoveForm, Meanwhile, day_of
from crm.hypermedia import ask, flash_undoable, go, is_fragment, next_or, respond, stream
from crm.models import Deal, Task
from crm.nouns import NOUNS
from crm.policies import find, may, require
from crm.queries.calendar import days

bp = Blueprint("calendar_moves", __name__)

ADDRESS = "/calendar/<any(task, deal):noun>/<int:record_id>/move"
PAGE = "calendar/moves/new.html"


@bp.get(ADDRESS)
@login_required
def new(noun: str, record_id: int) -> Response:
    record = _find(noun, record_id)
    require("edit", record)
    return _ask(CalendarMoveForm(record))


@bp.post(ADDRESS)
@login_required
def create(noun: str, record_id: int) -> Response:
    record = _find(noun, record_id, lock=True)
    form, before = CalendarMoveForm(record), day_of(record)
    if not may("edit", record):
        return _refuse(form, 403, _("“%(name)s” is not yours to move.", name=record))
    try:
        if not form.move(by=current_user):
            return _put_back(form)
    except Meanwhile:
        return _refuse(form, 409, _changed_meanwhile(record))
    db.session.commit()
    return _moved(form, before)


@bp.post(f"{ADDRESS}/delete")
@login_required
def destroy(noun: str, record_id: int) -> Response:
    record = _find(noun, record_id, lock=True)
    require("edit", record)
    try:
        CalendarBackForm().take_back(record, by=current_user)
    except Meanwhile:
        return go_unchanged(_changed_meanwhile(record), next_or(url_for("calendar.show")))
    db.session.commit()
    flash(_said(record), "success")
    return go(next_or(url_for("calendar.show")))


def _find(noun: str, record_id: int, *, lock: bool = False) -> Task | Deal:
    model: Any = NOUNS[noun].model
    found: Task | Deal = find(model, record_id, lock=lock, load=model.for_changes())
    return found


def _said(record: Task | Deal) -> str:
    if (day := day_of(record)) is None:  # put off to its first day, and back
        return _("%(title)s has no day again.", title=str(record))
    words = {"name": str(record), "day": day_word(day)}
    if isinstance(record, Deal):
        return _("%(name)s is expected on %(day)s.", **words)
    return _("%(name)s is due on %(day)s.", **words)


def _moved(form: CalendarMoveForm, before: date | None) -> Response:
    """The days that it left and came to, and the way back."""
    record = form.record
    if before and before != day_of(record):
        undo = url_for("calendar_moves.destroy", noun=record.__tablename__, record_id=record.id)
        flash_undoable(_said(record), undo, version=str(record.version), day=str(before))
    return respond(
        "calendar/moves/create.stream.html", to=_next(), **_drawn({before, day_of(record)}),
    )  # fmt: skip


def _put_back(form: CalendarMoveForm) -> Response:
    """It stays where it was: say what is wrong, or ask about what is doubtful."""
    db.session.rollback()
    if not is_fragment():
        return _ask(form, 422)
    if form.doubts:
        template = "calendar/moves/ask.stream.html"
        return stream(template, 422, form=form, record=form.record, **_drawn(form.days_touched))
    flash(str(next(iter(form.day.errors), _changed_meanwhile(form.record))), "error")
    return stream("calendar/moves/create.stream.html", 422, **_drawn(form.days_touched))


def _refuse(form: CalendarMoveForm, status: int, reason: str) -> Response:
    """Say why, and put it back where it is."""
    db.session.rollback()
    flash(reason, "error")
    if not is_fragment():
        return _ask(form, status)
    return stream("calendar/moves/create.stream.html", status, **_drawn(form.days_touched))


def _drawn(touched: Iterable[date | None]) -> dict[str, Any]:
    """The days of ``touched`` that are shown, as they are now."""
    filter = CalendarFilter.parse(request.args)
    return {"filter": filter, "days": days(filter, current_user, {day for day in touched if day})}


def _ask(form: CalendarMoveForm, status: int = 200) -> Response:
    return ask(PAGE, status, form=form, record=form.record, next=_next())


def _next() -> str:
    return next_or(CalendarFilter.parse(request.args).url())


def _changed_meanwhile(record: Task | Deal) -> str:
    return _("%(name)s was changed by somebody else meanwhile. Look, then move it again.",
             name=str(record))  # fmt: skip
