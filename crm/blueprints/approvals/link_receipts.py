"""Receipts as the approver sees them behind a link: only those of the document under review."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from crm import files
from crm.blueprints.approvals.linked import refuse_other_user, token_for
from crm.models.approval import DOCUMENTS, TokenState
from crm.security import keep_private

bp = Blueprint("link_receipts", __name__)


@bp.get("/approve/review/<int:assignment_id>/receipts/<int:receipt_id>")
def show(assignment_id: int, receipt_id: int) -> Response:
    token = token_for(assignment_id)
    if token is None or token.state is not TokenState.LIVE:
        abort(410)
    refuse_other_user(token.assignment)
    request = token.assignment.request
    files_of = DOCUMENTS[request.document_kind].files
    receipts = {receipt.id: receipt for receipt in files_of(request.document)}
    if receipt_id not in receipts:
        abort(404)
    return keep_private(files.send(receipts[receipt_id], inline=True))
