"""Amounts in a currency whose exchange rate nobody has entered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext as _
from wtforms.fields import Field

from crm.models.exchange_rate import NoRate


@contextmanager
def explained(field: Field) -> Iterator[None]:
    """Inside, an unknown exchange rate becomes the error of ``field``."""
    try:
        yield
    except NoRate as error:
        field.errors = [no_rate(error)]


def no_rate(error: NoRate) -> str:
    """What to do about an unknown exchange rate."""
    return _(
        "No exchange rate for %(currency)s on or before %(day)s is known. "
        "An administrator can enter one under Settings.",
        currency=error.currency,
        day=error.day,
    )
