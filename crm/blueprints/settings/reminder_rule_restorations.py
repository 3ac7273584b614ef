"""Reminder rules that were deleted come back as they were."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import ReminderRule
from crm.policies import find_in, require

bp = Blueprint("reminder_rule_restorations", __name__)


@bp.post("/settings/reminder-rules/<int:rule_id>/restoration")
@login_required
def create(rule_id: int) -> Response:
    rule = find_in(ReminderRule.kept_for(current_user), ReminderRule, rule_id, lock=True)
    require("edit", rule)
    rule.restore(by=current_user)
    db.session.commit()
    flash(_("%(name)s is back.", name=rule.name), "success")
    return go(url_for("reminder_rules.show", rule_id=rule.id))
