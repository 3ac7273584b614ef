"""The claims that a request names."""

from __future__ import annotations

from flask import abort, request
from flask_login import current_user

from crm.batches import MOST
from crm.forms.batches import ids_in
from crm.models import ExpenseClaim, Proposal
from crm.policies import find_all


def payable_claims() -> list[ExpenseClaim]:
    """Those with the ids in ``claims`` that can be paid together now; 409 if one is in the way."""
    claims = chosen_claims(lock=False)
    if Proposal(claims, current_user).obstacles:
        abort(409)
    return claims


def chosen_claims(*, lock: bool) -> list[ExpenseClaim]:
    """Those with the ids in ``claims``, at least one.

    :param lock: hold them until the transaction ends.
    """
    wanted = ids_in(request.values.get("claims", "").split(",")[:MOST])
    claims = find_all(ExpenseClaim, wanted, lock=lock)
    if not claims or len(claims) < len(wanted):
        abort(404)
    return claims
