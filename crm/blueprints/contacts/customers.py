"""Customers."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_if_seen, go_without
from crm.blueprints.listing import show_list
from crm.blueprints.records import show_record
from crm.extensions import db
from crm.filters.customers import CustomerFilter
from crm.forms.customer import CustomerForm, NewCustomerForm
from crm.hypermedia import go, render
from crm.models import Customer
from crm.nouns import record_url
from crm.policies import find, require
from crm.queries.merging import find_winner

bp = Blueprint("customers", __name__)


@bp.get("/customers")
@login_required
def index() -> Response:
    return show_list("contacts/customers/index.html", CustomerFilter.parse(request.args))


@bp.get("/customers/new")
@login_required
def new() -> Response:
    require("create", Customer)
    form = NewCustomerForm(data={"owner": current_user, "name": request.args.get("name")})
    return render("contacts/customers/new.html", form=form)


@bp.post("/customers")
@login_required
def create() -> Response:
    require("create", Customer)
    form = NewCustomerForm()
    if not form.validate_on_submit():
        return render("contacts/customers/new.html", status=422, form=form)
    customer = form.register(by=current_user)
    db.session.commit()
    flash(_("%(name)s was added.", name=customer.name), "success")
    return _go_to(customer)


@bp.get("/customers/<int:customer_id>")
@login_required
def show(customer_id: int) -> Response:
    if winner := find_winner(customer_id, current_user):
        return go(record_url(winner))
    customer = find(Customer, customer_id, load=Customer.for_list())
    return show_record("customer", customer)


@bp.get("/customers/<int:customer_id>/edit")
@login_required
def edit(customer_id: int) -> Response:
    customer = find(Customer, customer_id)
    require("edit", customer)
    return render(
        "contacts/customers/edit.html", form=CustomerForm(obj=customer), customer=customer
    )


@bp.post("/customers/<int:customer_id>")
@login_required
def update(customer_id: int) -> Response:
    customer = find(Customer, customer_id, lock=True)
    require("edit", customer)
    form = CustomerForm(obj=customer)
    if not form.may_save(customer):
        return render(
            "contacts/customers/edit.html", status=form.status, form=form, customer=customer
        )
    form.fill(customer).note_changes(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return _go_to(customer)


@bp.post("/customers/<int:customer_id>/delete")
@login_required
def destroy(customer_id: int) -> Response:
    customer = find(Customer, customer_id, lock=True)
    require("edit", customer)
    customer.trash(by=current_user)
    db.session.commit()
    return go_without(customer, otherwise=url_for("customers.index"))


def _go_to(customer: Customer) -> Response:
    page = record_url(customer)
    return go_if_seen(customer, page, otherwise=url_for("customers.index"))
