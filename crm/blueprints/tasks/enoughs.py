"""What somebody said is enough: the rule makes tasks for the record again."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import ReminderEnough
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("enoughs", __name__)


@bp.post("/reminders/enough/<int:enough_id>/delete")
@login_required
def destroy(enough_id: int) -> Response:
    enough = find(ReminderEnough, enough_id, lock=True)
    record = enough.record
    require("remind", record)
    enough.take_back(record, by=current_user)
    db.session.commit()
    flash(_("%(name)s reminds of it again.", name=enough.rule.name), "success")
    return go(record_url(record))
