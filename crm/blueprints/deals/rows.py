"""Rows of a deal, asked for and saved alike: lines, colleagues, contacts, competitors.

A button that arranges them sends all that was typed and gets it back; nothing is saved by that.
"""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.blueprints.going_on import go_if_seen
from crm.extensions import db
from crm.forms.deal_rows import DealRowsForm
from crm.hypermedia import ask
from crm.models import Deal
from crm.nouns import record_url
from crm.policies import find, require


def find_deal(deal_id: int, verb: str = "edit", **options: Any) -> Deal:
    """The deal whose rows are asked for, by somebody who may do ``verb`` to it."""
    deal = find(Deal, deal_id, load=Deal.for_list(), **options)
    require(verb, deal)
    return deal


def ask_for_rows(template: str, form: DealRowsForm, **context: Any) -> Response:
    """The form; once it was sent, only its rows are drawn anew."""
    status, part = (form.status, "rows") if request.method == "POST" else (200, "")
    status = 200 if form.is_arranging else status
    return ask(template, status, part=part, form=form, deal=form.deal, **context)


def save_rows(template: str, form: DealRowsForm, **context: Any) -> Response:
    """Make the rows what was typed, or ask again."""
    saves = not form.is_arranging and form.may_save_rows() and form.save(by=current_user)
    if not saves:
        return ask_for_rows(template, form, **context)
    db.session.commit()
    flash(_("Saved."), "success")
    return go_if_seen(form.deal, record_url(form.deal), otherwise=url_for("deals.index"))
