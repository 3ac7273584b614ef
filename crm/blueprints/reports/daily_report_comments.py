"""Comments on what a rep did: the manager remarks, the rep answers."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.reports.daily_reports import days_of, url_of
from crm.extensions import db
from crm.forms.approval import CommentForm
from crm.hypermedia import dom_id, go
from crm.models import DailyReportComment, User
from crm.policies import find_in, require
from crm.queries.people import sellers
from crm.reported_days import Stretch

bp = Blueprint("daily_report_comments", __name__)


@bp.post(f"/daily-reports/<any({', '.join(Stretch)}):stretch>/<day>/reps/<int:rep_id>/comments")
@login_required
def create(stretch: str, day: str, rep_id: int) -> Response:
    days = days_of(stretch, day)
    rep = find_in(sellers(current_user, since=days.first), User, rep_id)
    require("comment_on_days_of", rep)
    form = CommentForm()
    if form.validate_on_submit():
        DailyReportComment.say(days, rep, form.text.data, by=current_user)
        db.session.commit()
        flash(_("Sent to those whom it concerns."), "success")
    else:
        flash(_("Write something first, at most 2,000 characters."), "error")
    return go(f"{url_of(days)}#{dom_id(rep)}")
