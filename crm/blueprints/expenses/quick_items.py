"""Quick entry: a cost where it arises, by phone; it goes to one's draft."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm import files
from crm.blueprints.expenses.expense_items import attach, warn_of_duplicates
from crm.blueprints.uploads import allow_uploads, read_uploads
from crm.extensions import db
from crm.formatting import dated_term, money
from crm.forms.quick_item import QuickItemForm
from crm.hypermedia import go, render
from crm.models import Company, ExpenseClaim, ExpenseItem
from crm.nouns import record_url
from crm.policies import require
from crm.terms import Span, Term

bp = Blueprint("quick_items", __name__)

bp.record(allow_uploads)


@bp.get("/expenses/quick")
@login_required
def new() -> Response:
    require("create", ExpenseClaim)
    at_hand = ExpenseClaim.at_hand(current_user)
    return _page(QuickItemForm(data={"spent_on": Company.current().today(), "claim": at_hand}))


@bp.post("/expenses/quick")
@login_required
def create() -> Response:
    prepared, refused = _receipts()
    form, item = QuickItemForm(files=prepared, refused=refused), ExpenseItem()
    if not (form.validate_on_submit() and form.fill_or_explain(item)):
        return _page(form, 422)
    claim = ExpenseClaim.open_of(form.claim.data, _title(), by=current_user)
    claim.add_item(item, by=current_user)
    attach(form, claim, item)
    db.session.commit()
    flash(_("Added: %(amount)s.", amount=money(item.amount, item.currency)), "success")
    warn_of_duplicates(claim, item)
    return go(record_url(claim))


def _page(form: QuickItemForm, status: int = 200) -> Response:
    return render("expenses/quick/new.html", status=status, form=form)


def _receipts() -> tuple[list[files.PreparedFile], list[str]]:
    require("create", ExpenseClaim)
    return read_uploads("receipts", lambda: require("create", ExpenseClaim), documents=False)


def _title() -> str:
    """What a new claim is called, in the firm's language: Expenses of November 2026."""
    month = Term(Span.MONTH, Company.current().today().replace(day=1))
    with force_locale(Company.current().language):
        return _("Expenses of %(month)s", month=dated_term(month))
