"""A claim with its receipts as PDF."""

from __future__ import annotations

import io

from flask import Blueprint, Response, flash, send_file
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.errors import Busy
from crm.hypermedia import go
from crm.models import ExpenseClaim
from crm.nouns import record_url
from crm.papers.claims import ClaimPaper
from crm.papers.seats import AllTaken
from crm.papers.setting import NotSet
from crm.policies import find

bp = Blueprint("claim_pdfs", __name__)


@bp.get("/expenses/<int:claim_id>/pdf")
@login_required
def show(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, load=ExpenseClaim.for_page())
    number, page = claim.number, record_url(claim)
    try:
        paper = ClaimPaper(claim, current_user).pdf()
    except AllTaken:
        raise Busy from None
    except NotSet:
        flash(_("The PDF could not be made: print the page instead."), "error")
        return go(page)
    return _sent(paper, number)


def _sent(paper: bytes, number: str) -> Response:
    response = send_file(
        io.BytesIO(paper), mimetype="application/pdf", as_attachment=True,
        download_name=f"{number}.pdf",
    )  # fmt: skip
    response.headers["Cache-Control"] = "private, no-store"
    return response
