"""Duplicates: customers that are perhaps one firm, group by group, the surest kinds first."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.hypermedia import render
from crm.likenesses import LikenessKind
from crm.models import Customer
from crm.policies import may, require
from crm.queries.duplicates import GROUPS, counts_of_groups, duplicate_groups

bp = Blueprint("duplicates", __name__)


@bp.get("/duplicates")
@login_required
def index() -> Response:
    require("merge", Customer)
    counts = counts_of_groups(current_user, *LikenessKind)
    surest = next((kind for kind, count in counts.items() if count), LikenessKind.NAME)
    kind = LikenessKind(request.args.get("kind", surest, type=LikenessKind))
    after = request.args.get("after", "").replace("\0", "")[:200]
    groups = duplicate_groups(kind, current_user, after=after)
    return render(
        "contacts/duplicates/index.html", "groups", kind=kind, groups=groups, counts=counts,
        ours={group.value for group in groups if all(may("merge", one) for one in group.customers)},
        following=groups[-1].value if len(groups) == GROUPS else "",
    )  # fmt: skip
