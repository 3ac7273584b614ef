"""Activities: what happened at a customer."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.records import shown
from crm.extensions import db
from crm.forms.activity import ActivityForm
from crm.hypermedia import render, respond
from crm.models import Activity, Customer
from crm.policies import find, require

bp = Blueprint("activities", __name__)


@bp.post("/customers/<int:customer_id>/activities")
@login_required
def create(customer_id: int) -> Response:
    customer = find(Customer, customer_id)
    require("work_with", customer)
    form = ActivityForm(customer)
    if not form.validate_on_submit():
        return _form(customer, form, 422)
    Activity.log(form.fill(Activity(customer=customer)), by=current_user)
    form.plan_next_step(customer, by=current_user)
    db.session.commit()
    flash(_("Noted."), "success")
    return respond(
        "contacts/activities/create.stream.html",
        to=url_for("customers.show", customer_id=customer.id),
        **{**shown("customer", customer), "form": ActivityForm(customer, formdata=None)},
    )  # fmt: skip


def _form(customer: Customer, form: ActivityForm, status: int) -> Response:
    page = "contacts/customers/show.html"
    context = {**shown("customer", customer), "form": form}
    return render(page, "activity_form", status, **context)
