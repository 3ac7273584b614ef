"""The forecast: open deals as cards in the months in which they are expected to close."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask_login import current_user, login_required

from crm.filters.deals.forecast import ForecastFilter, slots
from crm.hypermedia import go, is_fragment, render
from crm.queries.forecast import forecast, more_cards
from crm.queries.views import views_above

bp = Blueprint("forecast", __name__)


@bp.get("/deals/forecast")
@login_required
def index() -> Response:
    filter = ForecastFilter.parse(request.args)
    return render(
        "deals/forecast/index.html", "listing", at=filter.url(), filter=filter,
        columns=forecast(filter, current_user, slots()), views=views_above(filter, current_user),
    )  # fmt: skip


@bp.get("/deals/forecast/<month>")
@login_required
def show(month: str) -> Response:
    """More cards of one column; its list where they are asked for as a page."""
    filter = ForecastFilter.parse(request.args)
    slot = next((slot for slot in slots() if slot.key == month), None) or abort(404)
    if not is_fragment():
        return go(filter.as_list(**slot.narrows()))
    cards, has_more = more_cards(filter, current_user, slot, filter.after)
    return render(
        "deals/forecast/_cards.html", cards=cards, has_more=has_more, slot=slot, filter=filter
    )
