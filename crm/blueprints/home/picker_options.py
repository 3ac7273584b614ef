"""What a picker offers while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_login import current_user, login_required

from crm.filters.pickers import customer_with_id, offered
from crm.hypermedia import render
from crm.models import Customer
from crm.policies import may

bp = Blueprint("picker_options", __name__)


@bp.get("/<any(customer, contact, deal, user):noun>-options")
@login_required
def index(noun: str) -> Response:
    """The options for the field called ``field``, whose control has the id ``control``."""
    field = request.args.get("field", "q")
    typed = request.args.get(field, "").strip()[:100]
    # What is chosen already is no question: the list shows what else there is.
    asked = "" if request.args.get(f"{field}_id") else typed
    customer = customer_with_id(request.args.get("customer_id", ""), current_user)
    control = request.args.get("control", field)[:80]
    return render(
        "home/picker_options/index.html", "options", noun=noun, typed=asked, control=control,
        records=offered(noun, asked, current_user, at=customer),
        new=_creator(noun, asked, control, customer),
    )  # fmt: skip


def _creator(noun: str, typed: str, control: str, customer: Customer | None) -> str | None:
    """Where what was typed can be created in place."""
    if noun == "customer" and typed and may("create", Customer):
        return url_for("quick_customers.new", name=typed, control=control)
    if noun == "contact" and typed and customer and may("edit", customer):
        return url_for("quick_contacts.new", customer_id=customer.id, name=typed, control=control)
    return None
