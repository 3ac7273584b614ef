"""Reminder rules are switched on, after one saw what that makes, and off."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_unchanged
from crm.blueprints.settings.reminder_rules import show_rule
from crm.extensions import db
from crm.forms.reminder_rule import SwitchOnForm
from crm.hypermedia import go
from crm.models import ReminderRule
from crm.policies import find, require
from crm.queries.reminder_rules.preview import made_at_once

bp = Blueprint("reminder_rule_switches", __name__)


@bp.post("/settings/reminder-rules/<int:rule_id>/switch")
@login_required
def create(rule_id: int) -> Response:
    rule = find(ReminderRule, rule_id, lock=True)
    require("edit", rule)
    form, page = SwitchOnForm(), url_for("reminder_rules.show", rule_id=rule.id)
    form.due = partial(made_at_once, rule)
    if not rule.is_on and not form.shows(rule):
        return go_unchanged(_changed_meanwhile(rule), page)
    if not rule.is_on and not form.validate_on_submit():
        return show_rule(rule, form, 422)
    form.switch_on(rule, by=current_user)
    db.session.commit()
    flash(_("%(name)s is on.", name=rule.name), "success")
    return go(page)


@bp.post("/settings/reminder-rules/<int:rule_id>/switch/delete")
@login_required
def destroy(rule_id: int) -> Response:
    rule = find(ReminderRule, rule_id, lock=True)
    require("edit", rule)
    rule.switch_off(by=current_user)
    db.session.commit()
    flash(_("%(name)s is off. The tasks it made stay.", name=rule.name), "success")
    return go(url_for("reminder_rules.show", rule_id=rule.id))


def _changed_meanwhile(rule: ReminderRule) -> str:
    return _("%(name)s was changed by somebody else meanwhile. Look what it makes now, then switch "
             "it on.", name=rule.name)  # fmt: skip
