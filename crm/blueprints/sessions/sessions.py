"""Sessions: signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for
from flask_login import current_user, login_required

from crm.demo.people import PASSWORD, offered
from crm.extensions import db
from crm.forms.session import SignInForm
from crm.hypermedia import go, render, safe_next
from crm.models import Company, SignInAttempt
from crm.signing_in import knows_device, sign_in, sign_out

bp = Blueprint("sessions", __name__)


@bp.get("/sign-in")
def new() -> Response:
    if current_user.is_authenticated:
        return go(url_for("today.show"))
    form = SignInForm(next=safe_next(request.args.get("next")))
    return _page(form)


@bp.post("/sign-in")
def create() -> Response:
    form = SignInForm()
    address = request.remote_addr or ""
    if SignInAttempt.too_many(form.login.data or "", address) and not knows_device(form.login.data):
        return _page(form, 429, too_many=True)
    if not form.validate_on_submit() or form.user is None:
        SignInAttempt.failed(form.login.data or "", address)
        db.session.commit()
        return _page(form, 422)
    response = go(safe_next(form.next.data) or url_for("today.show"))
    sign_in(form.user, response, trust=form.trust.data)
    db.session.commit()
    return response


@bp.post("/sign-out")
@login_required
def destroy() -> Response:
    g.user_session.end(by=current_user)
    db.session.commit()
    return sign_out(go(url_for("sessions.new")))


def _page(form: SignInForm, status: int = 200, *, too_many: bool = False) -> Response:
    """The form, and in the demo the people whom one may be there."""
    demo = {"people": offered(), "password": PASSWORD} if Company.current().is_demo else None
    return render("sessions/sessions/new.html", status=status, form=form, too_many=too_many,
                  demo=demo)  # fmt: skip
