"""Payments: finance pays approved claims, one or many together."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.blueprints.expenses.chosen import chosen_claims
from crm.blueprints.listing import show_list
from crm.extensions import db
from crm.filters.payment_batches import PaymentBatchFilter
from crm.forms.payment_batch import PaymentBatchForm
from crm.hypermedia import ask, go, next_or, render
from crm.models import PaymentBatch, Proposal
from crm.policies import find, require
from crm.wording import PAYMENT_FILES

bp = Blueprint("payment_batches", __name__)


@bp.get("/payments")
@login_required
def index() -> Response:
    require("see", PaymentBatch)
    filter = PaymentBatchFilter.parse(request.args)
    return show_list("expenses/payment_batches/index.html", filter)


@bp.get("/payments/new")
@login_required
def new() -> Response:
    require("create", PaymentBatch)
    proposal = Proposal(chosen_claims(lock=False), current_user)
    return _ask(PaymentBatchForm(proposal), 200)


@bp.post("/payments")
@login_required
def create() -> Response:
    require("create", PaymentBatch)
    proposal = Proposal(chosen_claims(lock=True), current_user, holds=True)
    form = PaymentBatchForm(proposal)
    if not form.may_pay():
        return _ask(form, form.status)
    batch = proposal.pay(form.reference.data, paid_on=form.paid_on.data)
    db.session.commit()
    count = len(proposal.claims)
    flash(ngettext("%(num)d claim is marked as paid.", "%(num)d claims are marked as paid.", count),
          "success")  # fmt: skip
    return go(next_or(url_for("payment_batches.show", batch_id=batch.id)))


@bp.get("/payments/<int:batch_id>")
@login_required
def show(batch_id: int) -> Response:
    require("see", PaymentBatch)
    batch = find(PaymentBatch, batch_id, load=PaymentBatch.for_page())
    return render("expenses/payment_batches/show.html", batch=batch, files=PAYMENT_FILES)


def _ask(form: PaymentBatchForm, status: int) -> Response:
    """What is paid to whom, or which claims are in the way of that."""
    ids = ",".join(str(claim.id) for claim in form.proposal.claims)
    return ask(
        "expenses/payment_batches/new.html", status, form=form, proposal=form.proposal, ids=ids,
        back=next_or(url_for("claims.index", state="approved")), heading=_heading(form.proposal),
        files=PAYMENT_FILES,
    )  # fmt: skip


def _heading(proposal: Proposal) -> str:
    if len(proposal.claims) == 1:
        return _("Mark %(number)s as paid", number=proposal.claims[0].number)
    return _("Pay %(count)s claims", count=len(proposal.claims))
