"""The expense file of a customer: every cost, against what the customer is worth."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user, login_required

from crm.hypermedia import render
from crm.models import Customer
from crm.policies import find
from crm.queries.expense_file import expense_file_of

bp = Blueprint("expense_files", __name__)


@bp.get("/customers/<int:customer_id>/expenses")
@login_required
def show(customer_id: int) -> Response:
    customer = find(Customer, customer_id)
    file = expense_file_of(customer, current_user)
    return render("contacts/expense_files/show.html", customer=customer, file=file)
