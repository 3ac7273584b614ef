"""Reminder rules: which there are, what each would do, and its form."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.reminder_rule import ReminderRuleForm, SwitchOnForm, rule_form
from crm.hypermedia import flash_undoable, go, render
from crm.models import ReminderKind, ReminderRule
from crm.policies import find, may, require
from crm.queries.reminder_rules.preview import figures_of, preview_of
from crm.queries.timeline import Wanted, of_record
from crm.reminder_words import KINDS_SAID

bp = Blueprint("reminder_rules", __name__)

KINDS = f"<any({', '.join(ReminderKind)}):name>"


@bp.get("/settings/reminder-rules")
@login_required
def index() -> Response:
    require("see", ReminderRule)
    rules = db.session.scalars(ReminderRule.in_order()).all()
    return render(
        "settings/reminder_rules/index.html", rules=rules, kinds=KINDS_SAID,
        figures=figures_of(rules, current_user), may_add=may("create", ReminderRule),
    )  # fmt: skip


@bp.get(f"/settings/reminder-rules/{KINDS}/new")
@login_required
def new(name: str) -> Response:
    require("create", ReminderRule)
    return _form(rule_form(ReminderKind(name)), ReminderKind(name), None, 200)


@bp.post(f"/settings/reminder-rules/{KINDS}")
@login_required
def create(name: str) -> Response:
    require("create", ReminderRule)
    kind = ReminderKind(name)
    form = rule_form(kind)
    if not form.validate_on_submit():
        return _form(form, kind, None, 422)
    rule = ReminderRule(kind=kind)
    form.fill(rule)
    ReminderRule.add(rule, by=current_user)
    db.session.commit()
    flash(_("Saved. It makes nothing before it is switched on."), "success")
    return go(url_for("reminder_rules.show", rule_id=rule.id))


@bp.get("/settings/reminder-rules/<int:rule_id>")
@login_required
def show(rule_id: int) -> Response:
    rule = find(ReminderRule, rule_id)
    return show_rule(rule, SwitchOnForm(formdata=None, obj=rule))


@bp.get("/settings/reminder-rules/<int:rule_id>/edit")
@login_required
def edit(rule_id: int) -> Response:
    rule = find(ReminderRule, rule_id)
    require("edit", rule)
    return _form(rule_form(rule.kind, rule), rule.kind, rule, 200)


@bp.post("/settings/reminder-rules/<int:rule_id>")
@login_required
def update(rule_id: int) -> Response:
    rule = find(ReminderRule, rule_id, lock=True)
    require("edit", rule)
    form = rule_form(rule.kind, rule)
    if not form.may_save(rule):
        return _form(form, rule.kind, rule, form.status)
    rule.note_changes(besides=form.fill(rule), by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("reminder_rules.show", rule_id=rule.id))


@bp.post("/settings/reminder-rules/<int:rule_id>/delete")
@login_required
def destroy(rule_id: int) -> Response:
    rule = find(ReminderRule, rule_id, lock=True)
    require("edit", rule)
    rule.trash(by=current_user)
    db.session.commit()
    undo = url_for("reminder_rule_restorations.create", rule_id=rule.id)
    flash_undoable(_("%(name)s was deleted. The tasks it made stay.", name=rule.name), undo)
    return go(url_for("reminder_rules.index"))


def show_rule(rule: ReminderRule, form: SwitchOnForm, status: int = 200) -> Response:
    """The page of ``rule``: what it says, what it would make, and the form to switch it on."""
    return render(
        "settings/reminder_rules/show.html", status=status, rule=rule, form=form,
        preview=preview_of(rule, current_user),
        figures=figures_of([rule], current_user)[rule.id],
        timeline=of_record(rule, Wanted()),
    )  # fmt: skip


def _form(
    form: ReminderRuleForm, kind: ReminderKind, rule: ReminderRule | None, status: int
) -> Response:
    return render("settings/reminder_rules/edit.html", status=status, form=form, kind=kind,
                  rule=rule)  # fmt: skip
