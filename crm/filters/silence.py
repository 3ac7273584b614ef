"""Silence: since when nobody has been in touch with a customer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, select

from crm import clock
from crm.base import UTCDateTime
from crm.models import Activity, Customer, User

# More days than anything is kept for: an address may name any number.
MOST_DAYS = 36_500


def last_contact(user: User | None = None) -> ScalarSelect[Any]:
    """When somebody last was in touch with a customer.

    :param user: of what they may know; default: of everything.
    """
    noted = (
        select(Activity).where(Activity.trashed_at.is_(None))
        if user is None
        else Activity.visible_to(user)
    )
    at_it = noted.where(Activity.customer_id == Customer.id)
    return (
        at_it.with_only_columns(func.max(Activity.happened_at))
        .correlate(Customer)
        .scalar_subquery()
    )


def silent_since(user: User | None = None) -> ColumnElement[Any]:
    """The last contact; a customer with whom nobody ever was is silent since it was entered."""
    return func.coalesce(last_contact(user), Customer.created_at)


def silent_for(days: int, user: User) -> ColumnElement[bool]:
    """The condition that nobody was in touch for so many days, as far as ``user`` may know."""
    limit = clock.now() - timedelta(days=min(days, MOST_DAYS))
    return silent_since(user) < literal(limit, UTCDateTime())
