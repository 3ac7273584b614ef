"""The pick lists that the firm fills itself: one page each."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.options import OptionsForm, shown
from crm.hypermedia import go, render
from crm.models import Company, Option, OptionList
from crm.policies import require

bp = Blueprint("options", __name__)

LISTS = ", ".join(OptionList)


@bp.get(f"/settings/lists/<any({LISTS}):name>")
@login_required
def edit(name: str) -> Response:
    require("edit", Company.current())
    return _page(OptionsForm.of(OptionList(name)), OptionList(name), 200)


@bp.post(f"/settings/lists/<any({LISTS}):name>")
@login_required
def update(name: str) -> Response:
    company = Company.locked()
    require("edit", company)
    which, form = OptionList(name), OptionsForm()
    if form.is_arranging:
        return _page(form, which, 200)
    current = form.may_save_over(shown(which), Option.changes(which, company))
    if not (current and form.arrange(which, by=current_user)):
        return _page(form, which, form.status)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("options.edit", name=name))


def _page(form: OptionsForm, which: OptionList, status: int) -> Response:
    in_use = {str(option_id) for option_id in Option.ids_in_use(which)}
    return render(
        "settings/options/edit.html", "rows", status=status, form=form, which=which, in_use=in_use
    )
