"""What the quantities of computed costs are counted in, and what one of them is granted with."""

from __future__ import annotations

from decimal import Decimal

from flask import Flask
from flask_babel import gettext as _

from crm.formatting import number
from crm.models import ExpenseItem, ItemKind


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(per_unit=per_unit, reckoning=reckoning)


def per_unit(amount: Decimal, kind: ItemKind, currency: str) -> str:
    """``0.8 CNY per km``: what one of it is granted with, to as many decimals as were set."""
    each = f"{number(amount)} {currency}"
    if kind is ItemKind.MILEAGE:
        return _("%(amount)s per km", amount=each)
    return _("%(amount)s per day", amount=each)


def times(quantity: Decimal, kind: ItemKind) -> str:
    """``120 km``, ``2.5 days``: how far it was, or how long."""
    count = number(quantity)
    if kind is ItemKind.MILEAGE:
        return _("%(number)s km", number=count)
    return (
        _("%(number)s day", number=count) if quantity == 1 else _("%(number)s days", number=count)
    )


def product(quantity: Decimal, unit_amount: Decimal, kind: ItemKind, currency: str) -> str:
    """``120 km × 0.8 CNY per km``."""
    return f"{times(quantity, kind)} × {per_unit(unit_amount, kind, currency)}"


def reckoning(item: ExpenseItem) -> str:
    """How ``item`` comes to its amount, where it is computed."""
    if item.quantity is None or item.unit_amount is None:
        return ""
    return product(item.quantity, item.unit_amount, item.kind, item.currency)
