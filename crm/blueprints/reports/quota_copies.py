"""A year of quotas made from the one before: for whoever has none yet."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.blueprints.reports.quotas import FIRST_YEAR, LAST_YEAR
from crm.extensions import db
from crm.forms.quotas import QuotaCopyForm
from crm.hypermedia import ask, go
from crm.models import Company, Deal, Quota
from crm.models.quota import Holder
from crm.policies import may, require
from crm.queries.quotas import Plan

bp = Blueprint("quota_copies", __name__)

PAGE = "reports/quota_copies/new.html"


@bp.get("/quotas/<int:year>/copies/new")
@login_required
def new(year: int) -> Response:
    has_any = bool(Quota.left_to_copy(_mine(_allowed(year)), year))
    return ask(PAGE, form=QuotaCopyForm(), year=year, has_any=has_any)


@bp.post("/quotas/<int:year>/copies")
@login_required
def create(year: int) -> Response:
    form = QuotaCopyForm()
    if not form.validate_on_submit():
        return ask(PAGE, status=422, form=form, year=_allowed(year), has_any=True)
    Company.hold()  # two who copy at once would both find nothing there
    count = form.copy(_mine(_allowed(year)), year, by=current_user)
    if count is None:
        return ask(PAGE, status=422, form=form, year=year, has_any=True)
    db.session.commit()
    flash(ngettext("%(num)d quota copied.", "%(num)d quotas copied.", count) if count
          else _("Nothing to copy: nobody had a quota the year before, or all have one already."),
          "success" if count else "info")  # fmt: skip
    return go(url_for("quotas.index", year=year))


def _mine(year: int) -> list[Holder]:
    """Those whose quotas of ``year`` the user sets."""
    holders = [row.holder for row in Plan(year).rows(current_user)]
    return [each for each in holders if may("set_quota", each)]


def _allowed(year: int) -> int:
    if not FIRST_YEAR < year <= LAST_YEAR:
        abort(404)
    require("set_quotas", Deal)
    return year
