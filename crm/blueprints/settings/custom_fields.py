"""The firm's own fields: what records keep besides ours, noun by noun."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.custom_field import CustomFieldForm
from crm.hypermedia import go, render
from crm.models import CustomField, CustomNoun
from crm.policies import find, require

bp = Blueprint("custom_fields", __name__)

NOUNS = f"<any({', '.join(CustomNoun)}):name>"


@bp.get(f"/settings/fields/{NOUNS}")
@login_required
def index(name: str) -> Response:
    require("create", CustomField)
    noun = CustomNoun(name)
    return render(
        "settings/custom_fields/index.html", noun=noun, nouns=CustomNoun,
        fields=CustomField.known(noun),
    )  # fmt: skip


@bp.get(f"/settings/fields/{NOUNS}/new")
@login_required
def new(name: str) -> Response:
    require("create", CustomField)
    return render("settings/custom_fields/new.html", form=CustomFieldForm(), noun=CustomNoun(name))


@bp.post(f"/settings/fields/{NOUNS}")
@login_required
def create(name: str) -> Response:
    require("create", CustomField)
    form, noun = CustomFieldForm(), CustomNoun(name)
    saves = not form.is_arranging and form.validate_on_submit()
    if not (saves and form.add(noun, by=current_user)):
        status = 200 if form.is_arranging else 422
        return render("settings/custom_fields/new.html", "rows", status, form=form, noun=noun)
    db.session.commit()
    flash(_("Added: it stands on forms, pages and lists from now on."), "success")
    return go(url_for("custom_fields.index", name=name))


@bp.get("/settings/fields/<int:field_id>")
@login_required
def edit(field_id: int) -> Response:
    field = find(CustomField, field_id)
    require("edit", field)
    return _page(CustomFieldForm.of(field), field, 200)


@bp.post("/settings/fields/<int:field_id>")
@login_required
def update(field_id: int) -> Response:
    field = find(CustomField, field_id, lock=True)
    require("edit", field)
    form = CustomFieldForm.of(field)
    if form.is_arranging:
        return _page(form, field, 200)
    if not (form.may_save(field) and form.change(field, by=current_user)):
        return _page(form, field, form.status)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("custom_fields.index", name=field.noun.value))


def _page(form: CustomFieldForm, field: CustomField, status: int) -> Response:
    in_use = {str(choice_id) for choice_id in field.ids_in_use()}
    return render(
        "settings/custom_fields/edit.html", "rows", status, form=form, field=field,
        noun=field.noun, in_use=in_use,
    )  # fmt: skip
