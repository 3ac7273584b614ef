"""The settings at a glance: what can be set, and how it stands."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user, login_required

from crm.hypermedia import render
from crm.models import Company
from crm.places import AREAS, OPTION_LISTS
from crm.policies import require
from crm.queries.first_visit import first_visit_of
from crm.queries.health import mail_trouble
from crm.queries.people import everybody, teams_in_order

bp = Blueprint("areas", __name__)


@bp.get("/settings")
@login_required
def index() -> Response:
    require("edit", Company.current())
    return render(
        "settings/areas/index.html",
        users=everybody(), teams=teams_in_order(), areas=AREAS, option_lists=OPTION_LISTS,
        visit=first_visit_of(current_user), mail_trouble=mail_trouble(),
    )  # fmt: skip
