"""Activities: what happened at a customer."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.records import shown
from crm.extensions import db
from crm.forms.activity import ActivityForm
from crm.hypermedia import next_or, render, respond
from crm.models import Activity, Customer, Deal
from crm.policies import find, find_in, require

bp = Blueprint("activities", __name__)


@bp.post("/customers/<int:customer_id>/activities")
@login_required
def create(customer_id: int) -> Response:
    customer = find(Customer, customer_id)
    require("work_with", customer)
    deal = _deal_of(customer)
    form = ActivityForm(customer, data={"deal": deal})
    if not form.validate_on_submit():
        return _form(customer, deal, form, 422)
    Activity.log(form.fill(Activity(customer=customer)), by=current_user)
    form.plan_next_step(customer, by=current_user)
    db.session.commit()
    flash(_("Noted."), "success")
    context = shown("deal", deal) if deal else shown("customer", customer)
    page = next_or(context["address"]())
    return respond("contacts/activities/create.stream.html", to=page, **context)


def _deal_of(customer: Customer) -> Deal | None:
    """The deal on whose page it is noted, if it is not the customer's own.

    Others may close it while somebody writes: what they write is noted all the same.
    """
    deal_id = request.args.get("deal", type=int)
    if deal_id is None:
        return None
    here = Deal.visible_to(current_user).where(Deal.customer_id == customer.id)
    return find_in(here, Deal, deal_id)


def _form(customer: Customer, deal: Deal | None, form: ActivityForm, status: int) -> Response:
    if deal:
        context = {**shown("deal", deal), "noted_at": customer, "form": form}
        return render("deals/deals/show.html", "activity_form", status, **context)
    context = {**shown("customer", customer), "form": form}
    return render("contacts/customers/show.html", "activity_form", status, **context)
