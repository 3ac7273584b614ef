"""What a customer picker offers while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.base import PickerField
from crm.hypermedia import render
from crm.models import Deal

bp = Blueprint("picker_options", __name__)

SHOWN = 12


@bp.get("/<any(customer, deal):noun>-options")
@login_required
def index(noun: str) -> Response:
    model = PickerField.MODELS[noun]
    typed = request.args.get(request.args.get("field", "q"), "")[:100]
    matching = model.visible_to(current_user).where(model.matching(typed))
    if model is Deal:
        matching = matching.where(Deal.closed_at.is_(None))
    records = db.session.scalars(matching.order_by(model.created_at.desc()).limit(SHOWN)).all()
    return render("contacts/picker_options/index.html", "options", records=records, noun=noun)
