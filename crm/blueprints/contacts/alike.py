"""The customers that a request names because they look alike."""

from __future__ import annotations

from flask import abort, request

from crm.forms.batches import ids_in
from crm.models import Customer
from crm.policies import find_all, require


def alike(*, most: int, lock: bool) -> list[Customer]:
    """At least two, which the user may merge.

    :param lock: hold them until the transaction ends.
    """
    wanted = ids_in(request.values.get("customers", "").split(",")[:most])
    customers = find_all(Customer, wanted, lock=lock)
    if len(customers) < 2:
        abort(404)
    for customer in customers:
        require("merge", customer)
    return customers
