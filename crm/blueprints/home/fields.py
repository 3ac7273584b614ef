"""Fields of a record, edited where they stand on its page: one resource for each noun."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_if_seen, is_seen
from crm.blueprints.records import PAGES, address_of, came_from, show_record, shown
from crm.extensions import db
from crm.forms.inline import Inline
from crm.hypermedia import is_fragment, stream
from crm.nouns import NOUNS
from crm.policies import find, require

# Registered once for each noun: customer_fields, contact_fields, deal_fields, task_fields.
bp = Blueprint("fields", __name__)


@bp.get("/<name>")
@login_required
def show(noun: str, record_id: int, name: str) -> Response:
    record, _form = _find(noun, record_id, name)
    return show_record(noun, record, block="facts")


@bp.get("/<name>/edit")
@login_required
def edit(noun: str, record_id: int, name: str) -> Response:
    record, form = _find(noun, record_id, name)
    return _facts(noun, record, name, form)


@bp.post("/<name>")
@login_required
def update(noun: str, record_id: int, name: str) -> Response:
    record, form = _find(noun, record_id, name, lock=True)
    if not (form.may_save(record) and form.fill_or_explain(record)):
        return _facts(noun, record, name, form)
    record.note_changes(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return _saved(noun, record)


def _find(noun: str, record_id: int, name: str, *, lock: bool = False) -> tuple[Any, Any]:
    """The record, which may be edited, and its form narrowed to the field."""
    page = PAGES[noun]
    assert page.form is not None
    record = find(NOUNS[noun].model, record_id, lock=lock)
    require("edit", record)
    try:
        return record, page.form.narrowed(record, name)
    except KeyError:
        abort(404)


def _facts(noun: str, record: Any, name: str, form: Any) -> Response:
    """The facts with the field's form among them; also after what was typed could not be saved."""
    inline = Inline(noun, record, True, name, form, came_from())
    status = form.status if form.is_submitted() else 200
    return show_record(noun, record, block="facts", status=status, inline=inline)


def _saved(noun: str, record: Any) -> Response:
    """What else shows the value is drawn anew; the page is left if it is out of sight now."""
    if is_fragment() and is_seen(record):
        return stream("home/fields/update.stream.html", **shown(noun, record))
    return go_if_seen(record, address_of(record)(), otherwise=url_for(f"{noun}s.index"))
