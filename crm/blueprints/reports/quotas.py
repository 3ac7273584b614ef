"""Quotas: the table of a year, and what one person, team or the company is to win in it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.filters.address import read
from crm.forms.quotas import QuotaForm, quota_form
from crm.hypermedia import go, render
from crm.models import Company, Deal, Team, Term, User
from crm.models.quota import Holder
from crm.policies import find, may, require
from crm.queries.quotas import Plan

bp = Blueprint("quotas", __name__)

FIRST_YEAR, LAST_YEAR = 2000, 2199
HOLDERS: dict[str, type[User | Team]] = {"user": User, "team": Team}
ADDRESS = "/quotas/<int:year>/<any(user, team, company):kind>/<int:holder_id>"


@bp.get("/quotas")
@login_required
def index() -> Response:
    require("plan", Deal)
    year = year_of(request.args.get("year", ""))
    plan, today = Plan(year), Company.current().today()
    return render(
        "reports/quotas/index.html", plan=plan, rows=plan.rows(current_user),
        terms=Term.of_year(year), today=today, this_year=today.year,
        may_copy=may("set_quotas", Deal),
    )  # fmt: skip


@bp.get(f"{ADDRESS}/edit")
@login_required
def edit(year: int, kind: str, holder_id: int) -> Response:
    holder = _find(year, kind, holder_id)
    return _page(quota_form(holder, year), holder, year, 200)


@bp.post(ADDRESS)
@login_required
def update(year: int, kind: str, holder_id: int) -> Response:
    holder = _find(year, kind, holder_id, lock=True)
    form = quota_form(holder, year)
    if not form.save(holder, year, by=current_user):
        return _page(form, holder, year, form.status)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("quotas.index", year=year))


def year_of(written: str) -> int:
    """The year an address asks for; this one if it names none."""
    year = read([written], int | None)
    return year if year and FIRST_YEAR <= year <= LAST_YEAR else Company.current().today().year


def _find(year: int, kind: str, holder_id: int, *, lock: bool = False) -> Holder:
    """Whose quotas are set, held so that two who set them come one by one."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    holder: Holder
    if kind == "company":
        holder = Company.locked() if lock else Company.current()
    else:
        holder = find(HOLDERS[kind], holder_id, lock=lock)
    require("set_quota", holder)
    return holder


def _page(form: QuotaForm, holder: Holder, year: int, status: int) -> Response:
    return render(
        "reports/quotas/edit.html", status=status, form=form, holder=holder, year=year,
        plan=Plan(year),
    )  # fmt: skip
