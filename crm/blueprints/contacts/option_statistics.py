"""Statistics by option: what each source, industry, region, grade or tag is worth."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.address import read, sent
from crm.filters.days import Days
from crm.hypermedia import render
from crm.models import Customer, Deal, OptionList
from crm.policies import may, require
from crm.queries.option_statistics import COLUMNS, LISTS, whose, worth_of

bp = Blueprint("option_statistics", __name__)

PERIODS = ("this_month", "last_month", "this_quarter")


@bp.get(f"/statistics/<any({', '.join(LISTS)}):name>")
@login_required
def show(name: str) -> Response:
    require("oversee", Customer)
    which, closed = OptionList(name), read(sent(request.args, "closed"), Days | None)
    of = whose(which, request.args.get("of", ""))
    return render(
        "contacts/option_statistics/show.html", which=which, lists=LISTS, closed=closed, of=of,
        sayers=[each for each, lists in COLUMNS.items() if which in lists],
        periods=[Days(each) for each in PERIODS], rows=worth_of(which, current_user, closed, of),
        may_export=may("export", Customer) and may("export", Deal),
    )  # fmt: skip
