"""Files for the bank and the bookkeeper: of a payment, or of claims about to be paid."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.blueprints.expenses.chosen import payable_claims
from crm.blueprints.lists.exports import format_wanted, sent
from crm.exporters.payments import PaymentExport, PaymentFile
from crm.forms.batches import ids_in
from crm.models import PaymentBatch
from crm.policies import find, require

bp = Blueprint("payment_exports", __name__)

KINDS = ", ".join(PaymentFile)


@bp.post(f"/payments/files/<any({KINDS}):kind>")
@login_required
def create(kind: str) -> Response:
    require("export", PaymentBatch)
    batch = _batch()
    claims = batch.claims if batch else payable_claims()
    export = PaymentExport(
        PaymentFile(kind), claims, batch,
        format_wanted(kind), current_user,
    )  # fmt: skip
    return sent(export, export.write())


def _batch() -> PaymentBatch | None:
    """The payment that the request names; without, it names claims."""
    ids = ids_in([request.args.get("batch", "")])
    return find(PaymentBatch, ids.pop(), load=PaymentBatch.for_page()) if ids else None
