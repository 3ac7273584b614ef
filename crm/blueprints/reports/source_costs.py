"""What sources cost: the table of a year, and what one source cost in its months."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.reports.quotas import FIRST_YEAR, LAST_YEAR, year_of
from crm.extensions import db
from crm.forms.source_costs import SourceCostForm, source_cost_form
from crm.hypermedia import go, render
from crm.models import Company, Deal, Option, OptionList, SourceCost, Span, Term
from crm.policies import may, require

bp = Blueprint("source_costs", __name__)


@bp.get("/source-costs")
@login_required
def index() -> Response:
    require("see_source_costs", Deal)
    year = year_of(request.args.get("year", ""))
    costs = SourceCost.in_year(year)
    known = Option.known(OptionList.SOURCE)
    return render(
        "reports/source_costs/index.html", year=year, costs=costs,
        sources=[source for source in known if source.active or source.id in costs],
        months=[term for term in Term.of_year(year) if term.span is Span.MONTH],
        this_year=Company.current().today().year, may_edit=may("set_source_costs", Deal),
    )  # fmt: skip


@bp.get("/source-costs/<int:year>/<int:source_id>/edit")
@login_required
def edit(year: int, source_id: int) -> Response:
    source = _find(year, source_id)
    return _page(source_cost_form(source, year), source, year, 200)


@bp.post("/source-costs/<int:year>/<int:source_id>")
@login_required
def update(year: int, source_id: int) -> Response:
    source = _find(year, source_id)
    Company.hold()  # two who set them come one by one
    form = source_cost_form(source, year)
    if not form.save(source, year, by=current_user):
        return _page(form, source, year, form.status)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("source_costs.index", year=year))


def _find(year: int, source_id: int) -> Option:
    require("set_source_costs", Deal)
    sources = {source.id: source for source in Option.known(OptionList.SOURCE)}
    if source_id not in sources or not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    return sources[source_id]


def _page(form: SourceCostForm, source: Option, year: int, status: int) -> Response:
    return render(
        "reports/source_costs/edit.html", status=status, form=form, source=source, year=year
    )
