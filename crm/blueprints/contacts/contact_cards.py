"""vCards: a contact taken along as one, and contacts made of those in a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response
from flask.blueprints import BlueprintSetupState
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.contact_cards import card_of
from crm.extensions import db
from crm.forms.contact import LARGEST, CardsForm
from crm.hypermedia import ask, go, render
from crm.models import Contact, Customer
from crm.nouns import record_url
from crm.policies import find, require
from crm.vcards import written

bp = Blueprint("contact_cards", __name__)


@bp.record
def _allow_files(setup: BlueprintSetupState) -> None:
    setup.app.extensions["body_limits"][bp.name] = LARGEST + 100_000


@bp.get("/contacts/<int:contact_id>/card")
@login_required
def show(contact_id: int) -> Response:
    contact = find(Contact, contact_id)
    response = make_response(b"".join(written([card_of(contact)])))
    response.headers["Content-Type"] = "text/vcard; charset=utf-8"
    response.headers.set("Content-Disposition", "attachment", filename=f"contact-{contact.id}.vcf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/customers/<int:customer_id>/contact-cards/new")
@login_required
def new(customer_id: int) -> Response:
    customer = _find(customer_id)
    return ask("contacts/cards/new.html", form=CardsForm(), customer=customer)


@bp.post("/customers/<int:customer_id>/contact-cards")
@login_required
def create(customer_id: int) -> Response:
    customer = _find(customer_id)
    form = CardsForm()
    if not form.validate_on_submit():
        return render("contacts/cards/new_page.html", status=422, form=form, customer=customer)
    if not form.is_shown:
        return render("contacts/cards/preview.html", form=form, customer=customer)
    made = form.make(customer, by=current_user)
    db.session.commit()
    flash(_made(len(made)), "success")
    return go(record_url(customer))


def _made(count: int) -> str:
    return ngettext("%(num)d contact was added.", "%(num)d contacts were added.", count)


def _find(customer_id: int, **options: Any) -> Customer:
    customer = find(Customer, customer_id, **options)
    require("edit", customer)
    return customer
