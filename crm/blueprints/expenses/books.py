"""The books: closed up to a day, nothing is spent, changed or paid on it any more."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.books import BooksForm
from crm.forms.fields.days import quick_day
from crm.hypermedia import go, render
from crm.models import Company
from crm.policies import require
from crm.queries.books import closings, unsettled
from crm.sentences import sentence

bp = Blueprint("books", __name__)


@bp.get("/expenses/books")
@login_required
def edit() -> Response:
    company = Company.current()
    require("close_books", company)
    return _page(_form(company), company, quick_day("last_month")[1], 200)


@bp.post("/expenses/books")
@login_required
def update() -> Response:
    company = Company.locked()
    require("close_books", company)
    form = _form(company)
    until = form.books_closed_until.data
    if not form.may_save(company):
        return _page(form, company, until or company.today(), form.status)
    event = company.close_books(until, by=current_user)
    db.session.commit()
    flash(sentence(event) if event else _("Saved."), "success")
    return go(url_for("books.edit"))


def _form(company: Company) -> BooksForm:
    return BooksForm(company, lambda until: unsettled(until, current_user).count)


def _page(form: BooksForm, company: Company, until: date, status: int) -> Response:
    return render(
        "expenses/books/edit.html", status=status, form=form, until=until,
        closings=closings(company), unsettled=unsettled(until, current_user),
    )  # fmt: skip
