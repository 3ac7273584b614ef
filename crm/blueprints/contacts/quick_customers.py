"""Customers created in place: a few fields in a dialog, from the picker that did not find one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.customer import QuickCustomerForm
from crm.hypermedia import go, is_fragment, render, respond
from crm.models import Customer
from crm.nouns import record_url
from crm.policies import require

bp = Blueprint("quick_customers", __name__)

PAGE = "contacts/quick_customers/new.html"


@bp.get("/quick-customers/new")
@login_required
def new() -> Response:
    require("create", Customer)
    name = request.args.get("name")
    if not is_fragment():
        return go(url_for("customers.new", name=name))
    return render(PAGE, form=QuickCustomerForm(data={"owner": current_user, "name": name}))


@bp.post("/quick-customers")
@login_required
def create() -> Response:
    require("create", Customer)
    form = QuickCustomerForm(data={"owner": current_user})
    if not form.validate_on_submit():
        return render(PAGE, status=422, form=form)
    customer = Customer.register(form.fill(Customer()), by=current_user)
    db.session.commit()
    flash(_("%(name)s was added.", name=customer.name), "success")
    return respond(
        "home/picker_options/take.stream.html", record=customer, dialog="quick_customer",
        to=record_url(customer),
    )  # fmt: skip
