"""A claim with everything that belongs to it, to print: costs, approval, totals, receipts."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user, login_required

from crm.hypermedia import render
from crm.models import ExpenseClaim
from crm.papers.claims import ClaimPaper
from crm.policies import find

bp = Blueprint("claim_papers", __name__)


@bp.get("/expenses/<int:claim_id>/paper")
@login_required
def show(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, load=ExpenseClaim.for_page())
    paper = ClaimPaper(claim, current_user)
    return render("expenses/claim_papers/show.html", claim=claim, paper=paper)
