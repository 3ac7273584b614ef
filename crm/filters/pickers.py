"""What a picker finds while somebody types, and once they are done: of what they may see."""

from __future__ import annotations

import re

from sqlalchemy import Select

from crm.extensions import db
from crm.folding import fold
from crm.models import Customer, Deal, User

MODELS: dict[str, type[Customer] | type[Deal]] = {"customer": Customer, "deal": Deal}
SHOWN = 12


def offered(noun: str, typed: str, user: User) -> list[Customer | Deal]:
    """The newest records that ``typed`` fits; of deals, those that are open."""
    model = MODELS[noun]
    matching = model.visible_to(user).where(model.matching(typed))
    if model is Deal:
        matching = matching.where(Deal.closed_at.is_(None))
    return _first(matching.order_by(model.created_at.desc()), SHOWN)


def found(noun: str, written: str, user: User) -> list[Customer | Deal]:
    """The record of this code, else of this name, else whatever fits; two tell of several."""
    model = MODELS[noun]
    visible = model.visible_to(user)
    code = re.match(r"[CD]-(\d{1,9})\b", written, re.IGNORECASE)
    if code and (rows := _first(visible.where(model.id == int(code[1])), 1)):
        return rows
    exact = _first(visible.where(model.name == written), 2)
    if exact or not fold(written):
        return exact
    return _first(visible.where(model.matching(written)), 2)


def _first(chosen: Select[Customer] | Select[Deal], count: int) -> list[Customer | Deal]:
    return list(db.session.scalars(chosen.limit(count)))
