"""Comments on what a rep did: the manager remarks, the rep answers."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.reports.daily_reports import days_of, url_of
from crm.extensions import db
from crm.forms.approval import CommentForm
from crm.hypermedia import ask, dom_id, go
from crm.models import DailyReportComment, User
from crm.policies import find_in, require
from crm.queries.people import sellers
from crm.reported_days import ReportedDays, Stretch

bp = Blueprint("daily_report_comments", __name__)


DAYS = f"/daily-reports/<any({', '.join(Stretch)}):stretch>/<day>/reps/<int:rep_id>/comments"


@bp.get(f"{DAYS}/new")
@login_required
def new(stretch: str, day: str, rep_id: int) -> Response:
    days, rep = _found(stretch, day, rep_id)
    return _ask(days, rep, CommentForm(), 200)


@bp.post(DAYS)
@login_required
def create(stretch: str, day: str, rep_id: int) -> Response:
    days, rep = _found(stretch, day, rep_id)
    form = CommentForm()
    if not form.validate_on_submit():
        return _ask(days, rep, form, 422)
    DailyReportComment.say(days, rep, form.text.data, by=current_user)
    db.session.commit()
    flash(_("Sent to those whom it concerns."), "success")
    return go(f"{url_of(days)}#{dom_id(rep)}")


def _found(stretch: str, day: str, rep_id: int) -> tuple[ReportedDays, User]:
    """The days, and the rep whose row it is, on which one may say something."""
    days = days_of(stretch, day)
    rep = find_in(sellers(current_user, since=days.first), User, rep_id)
    require("comment_on_days_of", rep)
    return days, rep


def _ask(days: ReportedDays, rep: User, form: CommentForm, status: int) -> Response:
    page = "reports/daily_report_comments/new.html"
    return ask(page, status, form=form, days=days, rep=rep, back=url_of(days))
